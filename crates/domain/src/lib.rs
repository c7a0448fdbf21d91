//! The rules of Tenantry, without async, I/O, SQL or HTTP.
//!
//! Other services can use this crate alone: see `examples/embedded.rs`.
//!
//! # What belongs here
//!
//! * **Values** ([`TenantName`](tenants::TenantName), [`Country`](countries::Country), …): parsed from text by
//!   [`FromStr`](std::str::FromStr), so that every value is valid. The `Display` of a parse error ends a sentence about
//!   a field: `must be at least 5 characters.`
//! * **Aggregates** ([`Tenant`](tenants::Tenant), [`Location`](locations::Location), …): private fields, and methods
//!   that decide. A decision returns a [`Change`](change::Change): the state to store, with the audit entry that
//!   explains it.
//! * **Access** ([`access`]): a caller's credential is admitted once and becomes a [`Caller`](access::Caller). Only a
//!   caller can create the scopes that repositories require.
//!
//! # How to add to it
//!
//! 1. Name the area with the plural word that every other crate uses for it (`tenants`, `locations`, …).
//! 2. Write the values first, with `FromStr` and a small error per rule; then the aggregate with `from_parts` and
//!    `into_parts` for adapters, which check no rule; then one method per decision.
//! 3. Take ids and times as arguments ([`Stamp`](audit::Stamp)): a rule never reads the clock.
//! 4. Test each rule in its own file, as a table of cases or as a property.

pub mod access;
pub mod api_keys;
pub mod audit;
pub mod availability;
pub mod change;
pub mod charges;
pub mod countries;
pub mod currencies;
pub mod event_consumers;
pub mod events;
pub mod geography;
pub mod idempotency;
pub mod ids;
pub mod imports;
pub mod instants;
pub mod integration_accounts;
pub mod listings;
pub mod locations;
pub mod money;
pub mod numbers;
pub mod operators;
pub mod patch;
pub mod percentages;
pub mod promotions;
pub mod quotes;
pub mod reservations;
pub mod stays;
pub mod tenants;
pub mod text;
pub mod time_zones;
pub mod traces;
pub mod users;
pub mod webhooks;
pub mod workspaces;

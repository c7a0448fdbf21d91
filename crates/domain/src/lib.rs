//! The rules of Tenantry, and nothing else: no async, no I/O, no SQL, no HTTP.
//!
//! Another service can use this crate alone; `examples/embedded.rs` does.
//!
//! # What belongs here
//!
//! * **Values** ([`TenantName`](tenants::TenantName), [`Country`](countries::Country), …): made from text by
//!   [`FromStr`](std::str::FromStr), so that a value in hand is a valid one. The `Display` of a parse error is the end
//!   of a sentence about a field: `must be at least 5 characters.`
//! * **Aggregates** ([`Tenant`](tenants::Tenant), [`Location`](locations::Location), …): private fields, and methods
//!   that decide. A decision returns a [`Change`](change::Change): what must be stored, with the audit entry that
//!   explains it.
//! * **Access** ([`access`]): a caller's credential is admitted once and becomes a [`Caller`](access::Caller), and only
//!   a caller can make the scopes that repositories ask for.
//!
//! # How to add to it
//!
//! 1. Name the area with the plural word that every other crate uses for it (`tenants`, `locations`, …).
//! 2. Values first, with `FromStr` and a small error per rule; then the aggregate with `from_parts` and `into_parts`
//!    for adapters, which check no rule; then a method per decision.
//! 3. Ids and times are arguments ([`Stamp`](audit::Stamp)): a rule never asks the clock.
//! 4. Test the rule beside it, as a table of cases or as a property.

pub mod access;
pub mod api_keys;
pub mod audit;
pub mod availability;
pub mod change;
pub mod countries;
pub mod currencies;
pub mod geography;
pub mod ids;
pub mod imports;
pub mod instants;
pub mod integration_accounts;
pub mod listings;
pub mod locations;
pub mod money;
pub mod numbers;
pub mod percentages;
pub mod promotions;
pub mod quotes;
pub mod receipts;
pub mod reservations;
pub mod stays;
pub mod tenants;
pub mod text;
pub mod time_zones;
pub mod users;
pub mod workspaces;

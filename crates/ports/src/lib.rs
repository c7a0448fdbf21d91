//! Ports: traits through which the rules use the outside world, their errors, and their mocks (feature `mock`).
//!
//! # What belongs here
//!
//! * A trait per area that **stores** (`TenantRepository`): each method is one atomic step. The adapter opens and
//!   closes the transaction inside the method; no transaction crosses this boundary.
//! * A second trait per area that **reads** lists and counts (`TenantQueries`).
//! * Ports for the clock, ids and secrets ([`Clock`], [`IdGenerator`], [`SecretGenerator`]), so that tests can control
//!   them.
//! * [`fairness`]: the client that work is done for, and the order of turns; [`traces`]: the trace that it belongs to.
//!
//! # How to add to it
//!
//! 1. The scope is the first argument: a method that touches a tenant's data requires a proof of authorisation.
//! 2. A write takes a [`Change`](domain::change::Change), so that nothing is stored without its audit entry.
//! 3. A rule that a concurrent writer could break is guarded in the write itself, and the loser gets
//!    [`Stale`](RepositoryError::Stale) or [`Taken`](RepositoryError::Taken).
//! 4. Arguments are owned or `&T`, and there are no generics and no supertraits except `Send + Sync`, because ports are
//!    used as `Arc<dyn …>` and mocked.
//! 5. Every line under `# Errors` gets a case in `testkit::contract`, which runs on every engine.

mod ambient;
mod api_keys;
mod audit;
mod availability;
mod charges;
mod credentials;
mod error;
mod event_consumers;
mod events;
pub mod fairness;
mod idempotency;
mod imports;
mod integration_accounts;
mod listings;
mod locations;
mod operators;
mod page;
mod promotions;
mod quotes;
mod readiness;
mod reservations;
mod tenants;
pub mod traces;
mod users;
mod webhooks;
mod workspaces;

pub use self::ambient::*;
pub use self::api_keys::*;
pub use self::audit::*;
pub use self::availability::*;
pub use self::charges::*;
pub use self::credentials::*;
pub use self::error::*;
pub use self::event_consumers::*;
pub use self::events::*;
pub use self::idempotency::*;
pub use self::imports::*;
pub use self::integration_accounts::*;
pub use self::listings::*;
pub use self::locations::*;
pub use self::operators::*;
pub use self::page::*;
pub use self::promotions::*;
pub use self::quotes::*;
pub use self::readiness::*;
pub use self::reservations::*;
pub use self::tenants::*;
pub use self::users::*;
pub use self::webhooks::*;
pub use self::workspaces::*;

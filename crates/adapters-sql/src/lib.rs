//! Storage shared by both databases: entities, the mapping between rows and the domain, and every statement.
//!
//! # What belongs here
//!
//! * `entities`: one per table, used to find, insert and update single rows.
//! * One file per area that implements its ports, once for both engines.
//! * [`Connections`]: the connection pool of both engines.
//! * [`Dialect`]: the differences between the engines; the engine crates implement it.
//!
//! # How to add to it
//!
//! 1. The table in `migrations/postgres` and `migrations/sqlite`, keyed `(workspace_id, id)`; its entity.
//! 2. The port, implemented on [`Database`]: lists, counts and guarded writes are fixed texts with bound values.
//! 3. A method that writes begins a transaction with the change's idempotency record, stores, appends the audit entry
//!    and commits; a guard with an unexpected row count is [`Stale`](ports::RepositoryError::Stale).
//! 4. Every query names the workspace first.

mod administrators;
mod admissions;
mod api_keys;
mod audit;
mod availability;
mod batch_loader;
mod connections;
mod credential_cache;
mod credentials;
mod database;
mod deadline;
mod dialect;
mod entities;
mod imports;
mod integration_accounts;
mod listings;
mod locations;
mod plans;
mod pools;
mod priced;
mod promotions;
mod query;
mod quotes;
mod readiness;
mod receipts;
mod reservations;
mod rows;
mod tenants;
mod users;
mod workspaces;

pub use self::connections::{Connections, Lender, Lent, Loan, NOTICED, Prepare};
pub use self::credential_cache::{ACCESS_CHANNEL, BEAT, CredentialCache};
pub use self::database::Database;
pub use self::deadline::Deadline;
pub use self::dialect::{Dialect, Violation};
pub use self::plans::Plans;
pub use self::pools::{Limits, PoolUse};

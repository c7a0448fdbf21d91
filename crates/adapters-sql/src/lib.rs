//! Storage shared by both databases: entities, the mapping between rows and the domain, and every statement.
//!
//! # What belongs here
//!
//! Each folder imports only from those after it:
//!
//! * `areas`: one module per area that implements its ports, once for both engines.
//! * `copies`: copies of workspaces between databases, table by table.
//! * `access`: credentials, and the checks of a caller who writes.
//! * `tables`: one declaration per table, with its entity, which inserts and replaces rows, and the reader of its rows.
//! * `engine`: [`Connections`], the pool of both engines; [`Database`] and its transactions; [`Dialect`], the differences
//!   between the engines, which the engine crates implement.
//!
//! # How to add to it
//!
//! 1. The table in `migrations/postgres` and `migrations/sqlite`, keyed `(workspace_id, id)`, and in `tables`.
//! 2. The port, implemented on [`Database`]: lists, counts and guarded writes are whole texts with bound values.
//! 3. A method that writes begins a transaction with the change's idempotency record, stores, and commits with the audit
//!    entry; a guard with an unexpected row count is [`Stale`](ports::RepositoryError::Stale).
//! 4. Every query names the workspace first.

mod access;
mod areas;
mod copies;
mod engine;
mod tables;

pub use self::copies::{CopyEntry, CopyError};
pub use self::engine::connections::Connections;
pub use self::engine::credential_cache::{ACCESS_CHANNEL, CredentialCache, HEARTBEAT_INTERVAL};
pub use self::engine::database::Database;
pub use self::engine::deadline::Deadline;
pub use self::engine::dialect::{Dialect, Violation};
pub use self::engine::limits::{Limits, PoolUse};
pub use self::engine::opener::Prepare;
pub use self::engine::plans::Plans;
pub use self::engine::pool::{Connection, Pool};
pub use self::engine::pooled_connection::{NOTICED, PooledConnection};
pub use self::engine::reach::{Enter, Reach};
pub use self::engine::readiness::MigrationError;
pub use self::engine::text_search::escaped_for_like;
pub use self::engine::waiting_changes::WaitingChanges;
pub use self::tables::{ACROSS_WORKSPACES, OPERATOR_TABLES, TABLES};

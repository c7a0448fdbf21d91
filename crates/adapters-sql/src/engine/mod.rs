//! The database engine: pool, transactions, dialect, queries, rows.

pub(crate) mod all_workspaces;
pub(crate) mod batch_loader;
pub(crate) mod connections;
pub(crate) mod credential_cache;
pub(crate) mod database;
pub(crate) mod deadline;
pub(crate) mod dialect;
pub(crate) mod errors;
pub(crate) mod idle;
pub(crate) mod limits;
#[cfg(any(test, feature = "mutants"))]
mod mutants;
pub(crate) mod opener;
pub(crate) mod parts;
pub(crate) mod plans;
pub(crate) mod pool;
pub(crate) mod pooled_connection;
pub(crate) mod query;
pub(crate) mod rare_texts;
pub(crate) mod reach;
pub(crate) mod readiness;
pub(crate) mod rows;
pub(crate) mod table;
pub(crate) mod text_search;
pub(crate) mod transaction;
pub(crate) mod waiting_changes;
pub(crate) mod writes;

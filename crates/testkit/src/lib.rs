//! Support for the tests of Tenantry: builders, the contracts of the ports, and a throw-away PostgreSQL.
//!
//! * [`build`]: callers, tenants and keys for unit tests.
//! * [`contract`]: the required behaviour of every engine, one function per sentence; `contract::suite!` makes them
//!   tests.
//! * [`Postgres`]: a separate database for each test.
//! * [`Chromium`]: a browser for tests of pages.
//! * [`PostgresServer`]: a separate server for a test that crashes it.
//! * [`vacuum`]: the file of SQLite without what was deleted.
//! * [`SqliteFile`]: the rows of a database file.
//! * [`twins`]: the rows of another workspace that has the same ids.
//! * [`until`]: waiting for what must happen.

pub mod build;
mod chromium;
mod citus;
pub mod contract;
mod gate;
mod install;
mod pgbouncer;
mod postgres;
mod postgres_listener;
mod postgres_server;
mod sqlite;
mod sqlite_file;
pub mod twins;
mod waiting;

pub use self::chromium::Chromium;
pub use self::citus::{is_citus, is_on_citus};
pub use self::postgres::Postgres;
pub use self::postgres_listener::Listener;
pub use self::postgres_server::PostgresServer;
pub use self::sqlite::{VACUUM, vacuum};
pub use self::sqlite_file::SqliteFile;
pub use self::waiting::{PATIENCE, until, until_so};

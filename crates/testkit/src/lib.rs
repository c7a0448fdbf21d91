//! For the tests of Tenantry only: builders, the contracts of the ports, and a throw-away PostgreSQL.
//!
//! * [`build`]: callers, tenants and keys that are ready to use, for unit tests.
//! * [`contract`]: what every engine must do, one function per sentence; `contract::suite!` makes them tests.
//! * [`Postgres`]: a database of its own for each test.
//! * [`PostgresServer`]: a server of its own for a test that lets it crash.

pub mod build;
pub mod contract;
mod postgres;
mod postgres_server;

pub use self::postgres::Postgres;
pub use self::postgres_server::PostgresServer;

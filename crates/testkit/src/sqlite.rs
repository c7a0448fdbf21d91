//! A file of SQLite.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};

/// The statements after which nothing that was deleted is left in the file, as `docs/operations.md` has them.
pub const VACUUM: &str = "\
    INSERT INTO tenants_text (tenants_text) VALUES ('optimize'); \
    INSERT INTO users_text (users_text) VALUES ('optimize'); \
    INSERT INTO listings_text (listings_text) VALUES ('optimize'); \
    INSERT INTO reservations_text (reservations_text) VALUES ('optimize'); \
    VACUUM; \
    PRAGMA wal_checkpoint(TRUNCATE);";

/// Compacts a file, while a server may use it.
///
/// # Panics
/// If it cannot be compacted.
pub fn vacuum(file: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be built").block_on(async {
        let options = SqliteConnectOptions::new().filename(file).busy_timeout(crate::PATIENCE);
        let mut connection = SqliteConnection::connect_with(&options).await.expect("a file");
        connection.execute(VACUUM).await.expect("it is compacted");
        connection.close().await.expect("it is closed");
    });
}

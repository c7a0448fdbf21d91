//! Detection of changes by other programs.

use std::convert::Infallible;
use std::time::Instant;

use adapters_sql::HEARTBEAT_INTERVAL;
use tokio::time::sleep;

use crate::Sqlite;

impl Sqlite {
    /// Checks at the heartbeat interval whether the file was changed, as long as this program runs. While it cannot
    /// check, each request reads the credentials from the database.
    ///
    /// SQLite reports to a connection that another one has changed the file, but not which one: so the credential cache
    /// is emptied after this program's own writes, too.
    pub async fn watch(self) -> Infallible {
        loop {
            let Err(error) = self.look().await;
            tracing::warn!(%error, "cannot watch the database file: the credential cache is off until that works again");
            sleep(HEARTBEAT_INTERVAL).await;
        }
    }

    async fn look(&self) -> Result<Infallible, sqlx::Error> {
        // Always the same connection: `data_version` can only be compared with values from the same connection.
        let mut connection = self.watcher.get().await?;
        let mut before = None::<i64>;
        loop {
            let looked = Instant::now();
            if self.file.check().is_ok() {
                let version = sqlx::query_scalar("PRAGMA data_version").fetch_one(connection.start()).await?;
                if before.replace(version) != Some(version) {
                    self.credentials.invalidate_all();
                }
                self.credentials.is_current_at(looked);
            }
            sleep(HEARTBEAT_INTERVAL).await;
        }
    }
}

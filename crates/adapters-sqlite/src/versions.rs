//! Seeing what other programs change in the file.

use std::convert::Infallible;
use std::time::Instant;

use adapters_sql::BEAT;
use tokio::time::sleep;

use crate::Sqlite;

impl Sqlite {
    /// Looks again and again whether the file was changed, for as long as this program serves; until then, each request reads who
    /// calls.
    ///
    /// SQLite tells a connection that another one has changed the file, but not which: also after a write of this program, what is
    /// kept is read anew once.
    pub async fn watch(self) -> Infallible {
        loop {
            let Err(error) = self.look().await;
            tracing::warn!(%error, "the file cannot be watched: each request reads who calls");
            sleep(BEAT).await;
        }
    }

    async fn look(&self) -> Result<Infallible, sqlx::Error> {
        // Always the same connection: the number means something to this one only.
        let mut connection = self.watcher.get().await?;
        let mut before = None::<i64>;
        loop {
            let looked = Instant::now();
            let version = sqlx::query_scalar("PRAGMA data_version").fetch_one(connection.start()).await?;
            if before.replace(version) != Some(version) {
                self.credentials.forget_all();
            }
            self.credentials.is_current_at(looked);
            sleep(BEAT).await;
        }
    }
}

//! A listener for PostgreSQL's notifications.

use sqlx::postgres::PgListener;
use tokio::runtime::{Builder, Runtime};

use crate::Postgres;

const MARK: &str = "mark";

/// A connection that listens on one channel. Use it on threads without a runtime.
pub struct Listener {
    /// `None` only while it is dropped.
    connection: Option<PgListener>,
    channel: &'static str,
    runtime: Runtime,
}

impl Postgres {
    /// Listens on a channel.
    pub fn listen(&self, channel: &'static str) -> Listener {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
        let listener = runtime.block_on(async {
            let mut listener = PgListener::connect(self.url()).await.expect("a connection");
            listener.listen(channel).await.expect("it listens");
            listener
        });
        Listener { connection: Some(listener), channel, runtime }
    }
}

impl Listener {
    /// Returns the notifications of all transactions that were committed since the last call.
    pub fn heard(&mut self) -> Vec<String> {
        let Self { connection, channel, runtime } = self;
        let listener = connection.as_mut().expect("set until the drop");
        runtime.block_on(async {
            // Notifications arrive in the order of their commits.
            let mark = sqlx::query("SELECT pg_notify($1, $2)").bind(*channel).bind(MARK);
            mark.execute(&mut *listener).await.expect("it notifies itself");
            let mut heard = vec![];
            loop {
                let notification = listener.recv().await.expect("an open connection");
                if notification.payload() == MARK {
                    return heard;
                }
                heard.push(notification.payload().to_owned());
            }
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The connection is closed by a task.
        let _runtime = self.runtime.enter();
        drop(self.connection.take());
    }
}

//! Connections through a pooler, which drops their settings.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};

use crate::Postgres;
use crate::server::DIRECT;

const SETTINGS: &str = "SELECT name, setting FROM pg_settings WHERE name = ANY ($1)";

impl Postgres {
    /// Opens a connection with a setting by which the facts about the server tell whether it leads to a pooler.
    pub(crate) async fn connect_directly(&self) -> sqlx::Result<PgConnection> {
        PgConnectOptions::clone(&self.options).options(self.settings()).options([DIRECT]).connect().await
    }

    /// Warns of settings that the pooler has dropped and the role does not have.
    pub(crate) async fn warn_of_settings(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        let wanted = self.settings();
        let names = wanted.each_ref().map(|(name, _)| *name);
        let has: Vec<(String, String)> = sqlx::query_as(SETTINGS).bind(names).fetch_all(connection).await?;
        let missing =
            wanted.iter().filter(|(name, value)| !has.iter().any(|(known, has)| known == name && has == value));
        let missing = missing.fold(String::new(), |set, (name, value)| {
            set + &format!("ALTER ROLE {} SET {name} = '{value}'; ", self.options.get_username())
        });
        if !missing.is_empty() {
            tracing::warn!("the pooler in front of the database drops settings; run: {}", missing.trim_end());
        }
        Ok(())
    }
}

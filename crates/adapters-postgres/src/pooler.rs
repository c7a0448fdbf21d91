//! Connections through a pooler, which drops their settings.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};

use crate::Postgres;
use crate::server::DIRECT;

/// The statements that give the role the settings that a connection lacks.
const MISSING: &str = "\
    SELECT string_agg(format('ALTER ROLE %I SET %s = %L;', current_user, name, wanted.setting), ' ' ORDER BY name) \
    FROM unnest($1::text[], $2::text[]) wanted (name, setting) JOIN pg_settings known USING (name) \
    WHERE known.setting <> wanted.setting";

impl Postgres {
    /// Opens a connection with a setting by which the facts about the server tell whether it leads to a pooler.
    pub(crate) async fn connect_directly(&self) -> sqlx::Result<PgConnection> {
        PgConnectOptions::clone(&self.options).options(self.settings()).options([DIRECT]).connect().await
    }

    /// Warns of settings that the pooler has dropped and the role does not have.
    pub(crate) async fn warn_of_settings(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        let (names, settings): (Vec<&str>, Vec<String>) = self.settings().into_iter().unzip();
        let missing: Option<String> =
            sqlx::query_scalar(MISSING).bind(names).bind(settings).fetch_one(connection).await?;
        if let Some(missing) = missing {
            tracing::warn!("the pooler in front of the database drops settings; run: {missing}");
        }
        Ok(())
    }
}

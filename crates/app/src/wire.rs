//! Which adapter stands behind which port.

use std::sync::Arc;

use adapters_http::Api;
use adapters_postgres::Postgres;
use adapters_sqlite::{Database, Sqlite};
use anyhow::Context;
use application::{ApiKeys, Authentication, Locations, ReadinessCheck, Tenants, Workspaces};

use crate::ambient;
use crate::failure::BadUsage;

/// One of the two engines.
#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Engine {
    /// The engine that the URL names.
    pub(crate) async fn open(url: &str) -> anyhow::Result<Self> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Self::Sqlite(Sqlite::open(url).await?)),
            Some(("postgres" | "postgresql", _)) => {
                let postgres = Postgres::new(url).map_err(|error| BadUsage(format!("--database: {error}")))?;
                Ok(Self::Postgres(postgres))
            }
            _ => Err(BadUsage("--database must begin with sqlite: or postgres://".to_owned()).into()),
        }
    }

    /// Brings the schema up to date.
    pub(crate) async fn migrate(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(sqlite) => sqlite.migrate().await,
            Self::Postgres(postgres) => postgres.migrate().await,
        }
        .context("the schema cannot be brought up to date")
    }

    /// Makes the schema ready to serve: SQLite's is brought up to date, PostgreSQL's is the operator's to change.
    pub(crate) async fn prepare(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(_) => self.migrate().await,
            Self::Postgres(_) => {
                let check = ReadinessCheck::new(self.database()).run().await;
                check.context("the database is not ready: is it there, and did `tenantry migrate` run?")
            }
        }
    }

    /// The use cases of the API, for one worker thread.
    pub(crate) fn api(&self) -> Api {
        let (database, ambient) = (self.database(), ambient::system());
        Api {
            authentication: Authentication::new(database.clone(), ambient.clock.clone()),
            tenants: Tenants::new(database.clone(), database.clone(), database.clone(), ambient.clone()),
            locations: Locations::new(database.clone()),
            workspaces: Workspaces::new(database.clone(), ambient),
            readiness: ReadinessCheck::new(database),
        }
    }

    /// The use cases of workspaces.
    pub(crate) fn workspaces(&self) -> Workspaces {
        Workspaces::new(self.database(), ambient::system())
    }

    /// The use cases of keys.
    pub(crate) fn api_keys(&self) -> ApiKeys {
        let database = self.database();
        ApiKeys::new(database.clone(), database, ambient::system())
    }

    /// Lets go of the database.
    pub(crate) async fn close(&self) {
        if let Self::Sqlite(sqlite) = self {
            sqlite.close().await;
        }
    }

    fn database(&self) -> Arc<Database> {
        Arc::new(match self {
            Self::Sqlite(sqlite) => sqlite.database(),
            Self::Postgres(postgres) => postgres.database(),
        })
    }
}

//! Wiring of ports to adapters.

use std::convert::Infallible;
use std::sync::Arc;

use adapters_http::{Api, Metrics, PoolUse, ServerLimits};
use adapters_postgres::Postgres;
use adapters_sqlite::{Database, Limits, OpenError, Sqlite};
use anyhow::{Context, anyhow};
use application::{
    Ambient, ApiKeys, Audit, Authentication, Availability, CouponLimit, Idempotency, Imports, IntegrationAccounts,
    Listings, Locations, Promotions, Quotes, ReadinessCheck, Reservations, Tenants, Users, Workspaces,
};
use domain::api_keys::MaxKeyAge;

use crate::ambient;
use crate::failure::BadUsage;

const UNUSABLE: &str = "the database cannot be used";

/// One of the two engines.
#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// The use cases of the sweeps.
pub(crate) struct Swept {
    pub(crate) quotes: Quotes,
    pub(crate) idempotency: Idempotency,
    pub(crate) reservations: Reservations,
}

impl Engine {
    /// Opens the engine that the URL names.
    pub(crate) async fn open(url: &str, limits: Limits) -> anyhow::Result<Self> {
        match url.split_once(':') {
            Some(("sqlite", _)) => match Sqlite::open_within(url, limits).await {
                Err(OpenError::Address(error)) => Err(BadUsage(format!("--database: {error}")).into()),
                opened => Ok(Self::Sqlite(opened?)),
            },
            Some(("postgres" | "postgresql", _)) => {
                let postgres = Postgres::new(url).map_err(|error| BadUsage(format!("--database: {error}")))?;
                Ok(Self::Postgres(postgres.within(limits)))
            }
            _ => Err(BadUsage("--database must begin with sqlite: or postgres://".to_owned()).into()),
        }
    }

    /// Brings the schema up to date.
    pub(crate) async fn migrate(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(sqlite) => sqlite.migrate().await,
            Self::Postgres(postgres) => {
                postgres.expect_utf8().await.context(UNUSABLE)?;
                postgres.migrate().await
            }
        }
        .context("the schema cannot be brought up to date")
    }

    /// Prepares the schema for serving: updates it on SQLite, and only checks it on PostgreSQL, where the operator
    /// changes it.
    pub(crate) async fn prepare(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(_) => self.migrate().await,
            Self::Postgres(postgres) => {
                let check = postgres.database().expect_schema().await.map_err(anyhow::Error::new);
                check.map_err(|error| {
                    let cause = error.root_cause();
                    anyhow!("the database is not ready: is it there, and did `tenantry migrate` run? ({cause})")
                })?;
                postgres.expect_utf8().await.context(UNUSABLE)
            }
        }
    }

    /// Creates the use cases of the API on a database, for one worker thread.
    pub(crate) fn api(
        database: Arc<Database>,
        metrics: Metrics,
        coupons: CouponLimit,
        server_limits: ServerLimits,
        max_key_age: MaxKeyAge,
    ) -> Api {
        let ambient = ambient::system();
        let idempotency = idempotency(&database, &ambient);
        Api {
            authentication: Authentication::new(database.clone(), ambient.clock.clone()),
            tenants: Tenants::new(
                database.clone(),
                database.clone(),
                database.clone(),
                idempotency.clone(),
                ambient.clone(),
            ),
            imports: Imports::new(database.clone(), idempotency.clone(), ambient.clone()),
            locations: Locations::new(database.clone(), database.clone(), idempotency.clone(), ambient.clone()),
            integration_accounts: IntegrationAccounts::new(
                database.clone(),
                database.clone(),
                database.clone(),
                idempotency.clone(),
                ambient.clone(),
            ),
            listings: Listings::new(database.clone(), database.clone(), idempotency.clone(), ambient.clone()),
            availability: Availability::new(database.clone(), database.clone(), database.clone(), ambient.clone()),
            promotions: Promotions::new(database.clone(), database.clone(), idempotency.clone(), ambient.clone()),
            quotes: Quotes::new(database.clone(), idempotency.clone(), coupons.clone(), ambient.clone()),
            reservations: reservations(&database, coupons, ambient.clone()),
            users: Users::new(database.clone(), database.clone(), database.clone(), idempotency, ambient.clone()),
            api_keys: keys(&database, ambient.clone(), max_key_age),
            audit: Audit::new(database.clone()),
            workspaces: Workspaces::new(database.clone(), ambient, max_key_age),
            readiness: ReadinessCheck::new(database),
            metrics,
            server_limits,
        }
    }

    /// Returns the use of the pools of all worker threads.
    pub(crate) fn pools(&self, databases: &[Arc<Database>]) -> Vec<PoolUse> {
        let different = match self {
            // All workers share the same two pools.
            Self::Sqlite(_) => databases.len().min(1),
            Self::Postgres(_) => databases.len(),
        };
        let pools = databases[..different].iter().flat_map(|database| database.pools());
        pools.map(|found| PoolUse { pool: found.pool, idle: found.idle, used: found.used, max: found.max }).collect()
    }

    /// The use cases of workspaces.
    pub(crate) fn workspaces(&self, max_key_age: MaxKeyAge) -> Workspaces {
        Workspaces::new(self.database(), ambient::system(), max_key_age)
    }

    /// The use cases of keys.
    pub(crate) fn api_keys(&self, max_age: MaxKeyAge) -> ApiKeys {
        keys(&self.database(), ambient::system(), max_age)
    }

    /// The use cases of listings.
    pub(crate) fn listings(&self) -> Listings {
        let (database, ambient) = (self.database(), ambient::system());
        let idempotency = idempotency(&database, &ambient);
        Listings::new(database.clone(), database, idempotency, ambient)
    }

    /// Watches for changes by other processes until it is dropped.
    pub(crate) async fn watch(self) -> Infallible {
        match self {
            Self::Sqlite(sqlite) => sqlite.watch().await,
            Self::Postgres(postgres) => postgres.watch().await,
        }
    }

    /// Creates the use cases of the sweeps, on one pool.
    pub(crate) fn swept(&self) -> Swept {
        let (database, ambient) = (self.database(), ambient::system());
        let idempotency = idempotency(&database, &ambient);
        // Sweeps do not look up coupon codes.
        let coupons = CouponLimit::new(|_| ());
        Swept {
            quotes: Quotes::new(database.clone(), idempotency.clone(), coupons.clone(), ambient.clone()),
            reservations: reservations(&database, coupons, ambient),
            idempotency,
        }
    }

    /// Closes the database.
    pub(crate) async fn close(&self) {
        if let Self::Sqlite(sqlite) = self {
            sqlite.close().await;
        }
    }

    /// Opens the database for one thread.
    pub(crate) fn database(&self) -> Arc<Database> {
        Arc::new(match self {
            Self::Sqlite(sqlite) => sqlite.database(),
            Self::Postgres(postgres) => postgres.database(),
        })
    }
}

fn keys(database: &Arc<Database>, ambient: Ambient, max_age: MaxKeyAge) -> ApiKeys {
    let idempotency = idempotency(database, &ambient);
    ApiKeys::new(database.clone(), database.clone(), database.clone(), database.clone(), idempotency, ambient, max_age)
}

fn idempotency(database: &Arc<Database>, ambient: &Ambient) -> Idempotency {
    Idempotency::new(database.clone(), ambient.clock.clone())
}

fn reservations(database: &Arc<Database>, coupons: CouponLimit, ambient: Ambient) -> Reservations {
    let idempotency = idempotency(database, &ambient);
    Reservations::new(database.clone(), database.clone(), database.clone(), idempotency, coupons, ambient)
}

//! Wiring of ports to adapters.

use std::convert::Infallible;
use std::sync::Arc;

use adapters_console::{Console, Shared};
use adapters_http::{Api, Metrics, PoolUse, ServerLimits};
use adapters_postgres::Postgres;
use adapters_sqlite::{Database, Limits, OpenError, Sqlite};
use adapters_webhooks::{HttpSender, Vault};
use anyhow::{Context, anyhow};
use application::{
    Ambient, ApiKeys, Arrivals, Audit, Authentication, Availability, Charges, CouponLimit, DeliveryResult,
    EventConsumers, EventLogs, Events, Findings, Idempotency, Imports, IntegrationAccounts, Listings, Locations,
    Operators, Outbound, Promotions, Quotes, ReadinessCheck, Reservations, Tenants, Users, WebhookDelivery, Webhooks,
    Workspaces,
};
use domain::api_keys::MaxKeyAge;
use domain::ids::ServerId;
use domain::webhooks::Reach;
use ports::SecretVault;

use crate::ambient;
use crate::failure::BadUsage;
use crate::secret_key::SecretKey;
use crate::spans::continue_trace;

const UNUSABLE: &str = "the database cannot be used";

/// One of the two engines.
#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
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

    /// Returns the engine that listens for notifications at this address, past a pooler.
    pub(crate) fn listening_at(self, url: Option<&str>) -> anyhow::Result<Self> {
        match (self, url) {
            (Self::Postgres(postgres), Some(url)) => {
                let listening = postgres.listening_at(url);
                Ok(Self::Postgres(listening.map_err(|error| BadUsage(format!("--database-direct: {error}")))?))
            }
            (Self::Sqlite(_), Some(_)) => Err(BadUsage("--database-direct: SQLite has no pooler".to_owned()).into()),
            (engine, None) => Ok(engine),
        }
    }

    /// Brings the schema up to date. With a role, row-level security limits it to the workspace of each statement.
    pub(crate) async fn migrate(&self, role: Option<&str>) -> anyhow::Result<()> {
        const OLD: &str = "the schema cannot be brought up to date";
        match self {
            Self::Sqlite(_) if role.is_some() => Err(BadUsage("--role: SQLite has no roles".to_owned()).into()),
            Self::Sqlite(sqlite) => sqlite.migrate().await.context(OLD),
            Self::Postgres(postgres) => {
                postgres.expect_utf8().await.context(UNUSABLE)?;
                postgres.migrate().await.context(OLD)?;
                postgres.raise_wall(role).await.context("row-level security cannot be turned on")
            }
        }
    }

    /// Brings the schema up to date, and distributes the tables over the workers of Citus.
    pub(crate) async fn distribute(&self) -> anyhow::Result<()> {
        let Self::Postgres(postgres) = self else {
            return Err(BadUsage("--distribute needs PostgreSQL with Citus".to_owned()).into());
        };
        postgres.expect_utf8().await.context(UNUSABLE)?;
        postgres.distribute().await.context("the tables cannot be distributed")
    }

    /// Prepares for serving: updates the schema on SQLite; on PostgreSQL, where the operator changes it, only checks it, and
    /// looks which dialect the server has.
    pub(crate) async fn prepare(self) -> anyhow::Result<Self> {
        match self {
            Self::Sqlite(_) => self.migrate(None).await.map(|()| self),
            Self::Postgres(postgres) => {
                let checked = async {
                    let postgres = postgres.discover().await?;
                    postgres.database().expect_schema().await.map(|()| postgres).map_err(anyhow::Error::new)
                };
                let postgres = checked.await.map_err(|error| {
                    let cause = error.root_cause();
                    anyhow!("the database is not ready: is it there, and did `tenantry migrate` run? ({cause})")
                })?;
                postgres.expect_utf8().await.context(UNUSABLE)?;
                Ok(Self::Postgres(postgres))
            }
        }
    }

    /// Whether the tables may be on several machines.
    pub(crate) fn is_distributed(&self) -> bool {
        matches!(self, Self::Postgres(postgres) if postgres.is_distributed())
    }

    /// Checks that row-level security binds the role of a server, where it is on.
    pub(crate) fn expect_bound(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(postgres) => {
                postgres.expect_bound().context("a server needs the role of `tenantry migrate --role`")
            }
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

    /// Creates the use cases on one pool, for a command or the sweeps, which look up no coupon codes.
    pub(crate) fn use_cases(&self, max_key_age: MaxKeyAge) -> UseCases {
        UseCases::of(self.database(), CouponLimit::new(|_| ()), Arrivals::default(), max_key_age)
    }

    /// Returns the way out to the receivers of webhooks. Without a key there are none.
    pub(crate) fn outbound(&self, key: Option<SecretKey>, reach: Reach) -> Outbound {
        let key = match (key, self) {
            (None, Self::Sqlite(sqlite)) => SecretKey::in_file(&sqlite.secret_key_path())
                .inspect_err(|error| tracing::warn!("there are no webhooks: {error:#}"))
                .ok(),
            (None, Self::Postgres(_)) => {
                tracing::warn!("there are no webhooks: --secret-key is not set");
                None
            }
            (key, _) => key,
        };
        let vault = key.map(|SecretKey(key)| Arc::new(Vault::new(&key)) as Arc<dyn SecretVault>);
        let sender = Arc::new(HttpSender::new(reach, continue_trace));
        Outbound::new(sender, vault, reach, adapters_http::event_body)
    }

    /// Watches for changes by other processes until it is dropped.
    pub(crate) async fn watch(self) -> Infallible {
        match self {
            Self::Sqlite(sqlite) => sqlite.watch().await,
            Self::Postgres(postgres) => postgres.watch().await,
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

/// The use cases on one database, and the parts that they are made of.
pub(crate) struct UseCases {
    database: Arc<Database>,
    pub(crate) idempotency: Idempotency,
    coupons: CouponLimit,
    arrivals: Arrivals,
    max_key_age: MaxKeyAge,
    ambient: Ambient,
}

/// Creates use cases: the ports before the semicolon are the database, the parts after it those of the same name.
macro_rules! wired {
    ($parts:ident: $name:ident { $($port:ident),+; $($part:ident),* }) => {
        $name { $($port: $parts.database.clone(),)+ $($part: Clone::clone(&$parts.$part),)* }
    };
}

/// Creates the use cases of the API or of the console: those that both have, and these.
macro_rules! with_shared {
    ($parts:ident, $outbound:ident, $name:ident { $($own:tt)* }) => {
        $name {
            authentication: $parts.authentication(),
            tenants: wired!($parts: Tenants { repository, queries, users; idempotency, ambient }),
            imports: wired!($parts: Imports { repository; idempotency, ambient }),
            locations: wired!($parts: Locations { repository, queries; idempotency, ambient }),
            integration_accounts: wired!(
                $parts: IntegrationAccounts { repository, queries, tenants, importers; idempotency, ambient }
            ),
            listings: $parts.listings(),
            availability: wired!($parts: Availability { repository, queries, listings; ambient }),
            charges: wired!($parts: Charges { repository; ambient }),
            promotions: wired!($parts: Promotions { repository, queries; idempotency, ambient }),
            quotes: $parts.quotes(),
            reservations: $parts.reservations(),
            users: wired!($parts: Users { repository, queries, locations; idempotency, ambient }),
            api_keys: $parts.api_keys(),
            events: wired!($parts: Events { queries, consumers; arrivals }),
            event_consumers: wired!($parts: EventConsumers { repository, queries, events; ambient }),
            webhooks: Webhooks {
                repository: $parts.database.clone(),
                queries: $parts.database.clone(),
                events: $parts.database.clone(),
                idempotency: $parts.idempotency.clone(),
                outbound: $outbound,
                ambient: $parts.ambient.clone(),
            },
            audit: wired!($parts: Audit { queries; }),
            workspaces: $parts.workspaces(),
            $($own)*
        }
    };
}

impl UseCases {
    pub(crate) fn of(
        database: Arc<Database>,
        coupons: CouponLimit,
        arrivals: Arrivals,
        max_key_age: MaxKeyAge,
    ) -> Self {
        let ambient = ambient::system();
        let idempotency = Idempotency { repository: database.clone(), clock: ambient.clock.clone() };
        Self { database, idempotency, coupons, arrivals, max_key_age, ambient }
    }

    /// Creates the use cases of the API, for one worker thread.
    pub(crate) fn api(&self, metrics: Metrics, server_limits: ServerLimits, outbound: Outbound) -> Api {
        with_shared!(
            self,
            outbound,
            Api {
                findings: wired!(self: Findings { accounts, listings, promotions, reservations, users; }),
                operators: self.operators(),
                readiness: wired!(self: ReadinessCheck { readiness; }),
                metrics,
                continue_trace,
                server_limits,
            }
        )
    }

    /// Creates the use cases of the console.
    pub(crate) fn console(&self, shared: Shared, outbound: Outbound) -> Console {
        with_shared!(self, outbound, Console { shared })
    }

    /// Creates the delivery of webhooks by this process.
    pub(crate) fn webhook_delivery(
        &self,
        outbound: Outbound,
        count: impl Fn(DeliveryResult) + Send + Sync + 'static,
    ) -> WebhookDelivery {
        WebhookDelivery {
            deliveries: self.database.clone(),
            events: self.database.clone(),
            outbound,
            ambient: self.ambient.clone(),
            server: ServerId::new(self.ambient.ids.next()),
            count: Arc::new(count),
        }
    }

    pub(crate) fn authentication(&self) -> Authentication {
        Authentication { credentials: self.database.clone(), clock: self.ambient.clock.clone() }
    }

    pub(crate) fn workspaces(&self) -> Workspaces {
        wired!(self: Workspaces { repository; ambient, max_key_age })
    }

    pub(crate) fn operators(&self) -> Operators {
        wired!(self: Operators {
            keys, trail, workspaces, erasures, repository, users, api_keys; ambient, max_key_age
        })
    }

    pub(crate) fn api_keys(&self) -> ApiKeys {
        wired!(self: ApiKeys { repository, queries, users, user_queries; idempotency, ambient, max_key_age })
    }

    pub(crate) fn listings(&self) -> Listings {
        wired!(self: Listings { repository, queries, reviews, importers; idempotency, ambient })
    }

    pub(crate) fn quotes(&self) -> Quotes {
        wired!(self: Quotes { repository; idempotency, coupons, ambient })
    }

    pub(crate) fn event_logs(&self) -> EventLogs {
        wired!(self: EventLogs { log, queries, workspaces, repository; ambient })
    }

    pub(crate) fn reservations(&self) -> Reservations {
        wired!(self: Reservations { repository, queries, quotes; idempotency, coupons, ambient })
    }
}

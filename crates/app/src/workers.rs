//! Shared state of the server's worker threads.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use actix_web::web::ServiceConfig;
use adapters_console::Shared;
use adapters_http::{Api, Metrics, ServerLimits};
use adapters_sqlite::Database;
use application::{Arrivals, CouponLimit, Outbound};
use domain::api_keys::MaxKeyAge;

use crate::wire::{Engine, UseCases};

/// The databases of the worker threads. A database is dropped with its worker.
#[derive(Clone, Default)]
struct Databases(Arc<Mutex<Vec<Weak<Database>>>>);

/// The shared state of the worker threads. They share one set of metrics.
#[derive(Clone)]
pub(crate) struct Workers {
    engine: Engine,
    databases: Databases,
    metrics: Metrics,
    coupons: CouponLimit,
    arrivals: Arrivals,
    outbound: Outbound,
    server_limits: ServerLimits,
    max_key_age: MaxKeyAge,
}

impl Workers {
    /// Creates the state for the workers of an engine.
    pub(crate) fn of(engine: Engine, outbound: Outbound, server_limits: ServerLimits, max_key_age: MaxKeyAge) -> Self {
        let databases = Databases::default();
        let (watched, owned) = (engine.clone(), databases.clone());
        let metrics = Metrics::new(move || watched.pools(&owned.live()));
        let counted = metrics.clone();
        let coupons = CouponLimit::new(move |outcome| counted.count_coupon(outcome));
        let arrivals = Arrivals::default();
        Self { engine, databases, metrics, coupons, arrivals, outbound, server_limits, max_key_age }
    }

    /// Returns the arrivals of events, for which the requests of all workers wait.
    pub(crate) fn arrivals(&self) -> Arrivals {
        self.arrivals.clone()
    }

    /// Returns the metrics, which all workers share.
    pub(crate) fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// Creates the use cases of the API for another thread.
    pub(crate) fn api(&self) -> Api {
        self.api_of(&self.use_cases())
    }

    /// Creates the use cases of the API for another worker thread, and adds the console, if there is one.
    pub(crate) fn worker(&self, console: Option<Shared>) -> (Api, impl FnOnce(&mut ServiceConfig) + use<>) {
        let use_cases = self.use_cases();
        let console = console.map(|shared| use_cases.console(shared, self.outbound.clone()));
        let add = move |config: &mut ServiceConfig| {
            if let Some(console) = console {
                adapters_console::configure(console)(config);
            }
        };
        (self.api_of(&use_cases), add)
    }

    fn use_cases(&self) -> UseCases {
        let database = self.engine.database();
        self.databases.add(&database);
        UseCases::of(database, self.coupons.clone(), self.arrivals.clone(), self.max_key_age)
    }

    fn api_of(&self, use_cases: &UseCases) -> Api {
        use_cases.api(self.metrics.clone(), self.server_limits.clone(), self.outbound.clone())
    }
}

impl Databases {
    fn add(&self, database: &Arc<Database>) {
        let mut databases = self.lock();
        databases.retain(|database| database.strong_count() > 0);
        databases.push(Arc::downgrade(database));
    }

    fn live(&self) -> Vec<Arc<Database>> {
        self.lock().iter().filter_map(Weak::upgrade).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Database>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! What the worker threads of a server have in common.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use adapters_http::{Api, Edges, Metrics};
use adapters_sqlite::Database;
use application::CouponLimit;

use crate::wire::Engine;

/// The databases of the worker threads. A worker that ends takes its own with it.
#[derive(Clone, Default)]
struct Databases(Arc<Mutex<Vec<Weak<Database>>>>);

/// The worker threads of a server. They count together.
#[derive(Clone)]
pub(crate) struct Workers {
    engine: Engine,
    databases: Databases,
    metrics: Metrics,
    coupons: CouponLimit,
    edges: Edges,
}

impl Workers {
    /// None yet, on this engine, with these edges.
    pub(crate) fn of(engine: Engine, edges: Edges) -> Self {
        let databases = Databases::default();
        let (watched, owned) = (engine.clone(), databases.clone());
        let metrics = Metrics::new(move || watched.pools(&owned.live()));
        let counted = metrics.clone();
        let coupons = CouponLimit::new(move |outcome| counted.count_coupon(outcome));
        Self { engine, databases, metrics, coupons, edges }
    }

    /// The use cases of the API, for one more worker thread.
    pub(crate) fn api(&self) -> Api {
        let database = self.engine.database();
        self.databases.add(&database);
        Engine::api(database, self.metrics.clone(), self.coupons.clone(), self.edges.clone())
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

//! The background work of a server, one file each.

mod deliveries;
mod erasures;
mod numbering;
mod sweeps;

use actix_web::rt;
use actix_web::rt::task::JoinHandle;
use application::Outbound;
use domain::events::EventRetention;

use self::deliveries::Deliveries;
use crate::wire::Engine;
use crate::workers::Workers;

/// Background work that runs until it is stopped. Servers that share a database may all do it.
pub(crate) struct Background {
    deliveries: Option<Deliveries>,
    tasks: Vec<Task>,
}

impl Background {
    /// Starts the work on this thread.
    pub(crate) fn start(
        engine: &Engine,
        workers: &Workers,
        outbound: Outbound,
        event_retention: EventRetention,
    ) -> Self {
        let mut tasks = sweeps::start(engine, event_retention);
        tasks.push(erasures::start(engine));
        tasks.push(numbering::start(engine, workers.arrivals()));
        tasks.push(Task::start(engine.clone().watch()));
        Self { deliveries: Deliveries::start(engine, outbound, workers.metrics()), tasks }
    }

    /// Stops the work. The watcher of the engine is the last to stop.
    pub(crate) async fn stop(self) {
        if let Some(deliveries) = self.deliveries {
            deliveries.stop().await;
        }
        for task in self.tasks {
            task.stop().await;
        }
    }
}

/// A task that runs until it is stopped.
struct Task(JoinHandle<()>);

impl Task {
    fn start(work: impl Future + 'static) -> Self {
        Self(rt::spawn(async {
            work.await;
        }))
    }

    fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    /// Stops and waits until the task's connection is back in the pool. What is not committed is rolled back, and another
    /// server or the next start continues it.
    async fn stop(self) {
        self.0.abort();
        // An error means that it was aborted, or that it panicked, which is in the log.
        let _ = self.0.await;
    }
}

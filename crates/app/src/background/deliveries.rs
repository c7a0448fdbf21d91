//! Deliveries: the background work of a server that sends events to webhooks.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use adapters_http::Metrics;
use application::{Outbound, WebhookDelivery, in_one_line};
use domain::access::OperatorScope;
use domain::api_keys::MaxKeyAge;
use domain::ids::WebhookId;
use ports::{DueWebhook, Look};

use super::Task;
use crate::wire::Engine;

/// Interval between two looks for webhooks that are due.
const ROUND: Duration = Duration::from_millis(250);
/// Interval in a distributed database, where a look reaches every shard.
const DISTRIBUTED_ROUND: Duration = Duration::from_secs(1);
/// Interval between two looks at all webhooks, with a measurement of the lag.
const LONG_ROUND: Duration = Duration::from_secs(10);
/// The time until the next look after an error.
const AFTER_ERROR: Duration = Duration::from_secs(2);
/// The maximum number of webhooks that are delivered at once. One that waits for its receiver costs little, and a tenant
/// has few webhooks, so slow receivers leave room for the others.
const MOST: usize = 1_024;
/// The number of due webhooks that are read at once.
const LOOK: u32 = 1_000;

/// The deliveries under way.
type Running = Rc<RefCell<HashMap<WebhookId, Task>>>;

/// Deliveries that run until they are stopped.
pub(super) struct Deliveries {
    rounds: Task,
    running: Running,
}

impl Deliveries {
    /// Starts the deliveries. Servers that share a database share the webhooks.
    /// Without a key for secrets there is nothing to deliver.
    pub(super) fn start(engine: &Engine, outbound: Outbound, metrics: Metrics) -> Option<Self> {
        outbound.vault.as_ref()?;
        let counted = metrics.clone();
        let use_cases = engine.use_cases(MaxKeyAge::default());
        let delivery = use_cases.webhook_delivery(outbound, move |result| counted.count_delivery(result));
        let running = Running::default();
        let round = if engine.is_distributed() { DISTRIBUTED_ROUND } else { ROUND };
        let rounds = Task::start(look(delivery, metrics, running.clone(), round));
        Some(Self { rounds, running })
    }

    /// Stops the deliveries. Events whose delivery is not stored are delivered again, with the same ids.
    pub(super) async fn stop(self) {
        self.rounds.stop().await;
        let running: Vec<_> = self.running.borrow_mut().drain().collect();
        for (_, delivery) in running {
            delivery.stop().await;
        }
    }
}

/// Looks for webhooks that are due, and delivers them.
async fn look(delivery: WebhookDelivery, metrics: Metrics, running: Running, round: Duration) {
    let mut looked_at_all: Option<Instant> = None;
    loop {
        sleep(round).await;
        running.borrow_mut().retain(|_, delivery| !delivery.is_finished());
        let is_long = looked_at_all.is_none_or(|at| at.elapsed() >= LONG_ROUND);
        let which = if is_long { Look::All } else { Look::Noted };
        match delivery.due(&OperatorScope::new(), which, LOOK).await {
            Ok(due) => due.into_iter().for_each(|due| start(&delivery, &running, due)),
            Err(error) => {
                tracing::warn!("webhooks cannot be looked up: {}", in_one_line(&error));
                sleep(AFTER_ERROR).await;
            }
        }
        if is_long {
            looked_at_all = Some(Instant::now());
            if let Ok(seconds) = delivery.lag(&OperatorScope::new()).await {
                metrics.set_webhook_lag(seconds);
            }
        }
    }
}

/// Starts a delivery, if there is room for it.
fn start(delivery: &WebhookDelivery, running: &Running, due: DueWebhook) {
    let mut running = running.borrow_mut();
    if running.len() >= MOST || running.contains_key(&due.id) {
        return;
    }
    let delivery = delivery.clone();
    let deliver = async move {
        if let Err(error) = delivery.deliver(&OperatorScope::new(), &due).await {
            // The URL may contain a secret of the receiver.
            tracing::warn!(workspace = %due.workspace_id, webhook = %due.id, "delivery failed: {}", in_one_line(&error));
        }
    };
    running.insert(due.id, Task::start(deliver));
}

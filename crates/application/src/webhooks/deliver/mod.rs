//! Delivering the events of one webhook, in order, by the server that has leased it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::OperatorScope;
use domain::events::Event;
use domain::ids::{AttemptId, ServerId};
use domain::webhooks::{Attempt, Outcome, Progress, Verdict, Webhook, WebhookScope};
use ports::{DueWebhook, EventFilter, EventQueries, Lease, LeasedWebhook, Look, RepositoryError, WebhookDeliveries};
use tokio::time::timeout;

use super::Outbound;
use super::outbound::OpenSecrets;
use crate::outcome::refusal::Refusal;
use crate::steps::ambient::Ambient;

/// The time after which another server takes over the webhooks of one that has died.
const LEASE: TimeDelta = TimeDelta::seconds(6);
/// The time after which the lease is extended while a receiver takes its time.
const RENEWAL: Duration = Duration::from_secs(2);
/// The number of events that are read at once, and stored as delivered at once.
const PAGE: u32 = 100;
/// The time after which deliveries are stored, if the receiver is slow.
const STORE: TimeDelta = TimeDelta::seconds(1);
/// The number of events after which the webhook waits for its next turn.
const TURN: u64 = 1_000;

/// The result of an attempt, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryResult {
    /// The receiver has taken the event.
    Delivered,
    /// The receiver answered another status.
    Rejected,
    /// There was no answer.
    Unanswered,
}

impl DeliveryResult {
    /// Every result.
    pub const ALL: [Self; 3] = [Self::Delivered, Self::Rejected, Self::Unanswered];

    const fn of(outcome: Outcome, verdict: Verdict) -> Self {
        match (outcome, verdict) {
            (_, Verdict::Delivered) => Self::Delivered,
            (Outcome::Answered { .. }, _) => Self::Rejected,
            (Outcome::Failed(_), _) => Self::Unanswered,
        }
    }
}

/// The delivery of webhooks by one server.
#[derive(Clone)]
#[expect(missing_docs, reason = "the ports and settings")]
pub struct WebhookDelivery {
    pub deliveries: Arc<dyn WebhookDeliveries>,
    pub events: Arc<dyn EventQueries>,
    pub outbound: Outbound,
    pub ambient: Ambient,
    pub server: ServerId,
    pub count: Arc<dyn Fn(DeliveryResult) + Send + Sync>,
}

/// A leased webhook during its turn.
struct Turn {
    leased: LeasedWebhook,
    secrets: OpenSecrets,
    /// The place to which the attempts lead that are not stored yet.
    progress: Progress,
    attempts: Vec<Attempt>,
    stored_at: DateTime<Utc>,
    delivered: u64,
}

/// The step after an attempt.
enum Next {
    /// The next event.
    Event,
    /// The end of the turn.
    End,
}

impl WebhookDelivery {
    /// Lists webhooks that are due.
    pub async fn due(&self, operator: &OperatorScope, look: Look, most: u32) -> Result<Vec<DueWebhook>, Refusal> {
        Ok(self.deliveries.due(operator, look, self.ambient.now(), most).await?)
    }

    /// Returns the age of the oldest event that an enabled webhook has not delivered, in seconds.
    pub async fn lag(&self, operator: &OperatorScope) -> Result<u64, Refusal> {
        let oldest = self.deliveries.oldest_undelivered(operator).await?;
        let age = oldest.map_or(0, |at| (self.ambient.now() - at).num_seconds());
        Ok(age.try_into().unwrap_or_default())
    }

    /// Delivers the events of a webhook until none is left, one fails, or its turn is over. Returns the number of
    /// delivered events.
    pub async fn deliver(&self, operator: &OperatorScope, due: &DueWebhook) -> Result<u64, Refusal> {
        let Some(leased) = self.deliveries.lease(operator, due, &self.lease()).await? else { return Ok(0) };
        let secrets = self.outbound.open(&leased.webhook).map_err(|error| Refusal::Internal(error.into()))?;
        let (progress, stored_at) = (*leased.webhook.progress(), self.ambient.now());
        let mut turn = Turn { leased, secrets, progress, attempts: Vec::new(), stored_at, delivered: 0 };
        match self.take(operator, &mut turn).await {
            // Another server has the lease, or a request has changed the webhook. Whoever delivers next begins at the
            // place that is stored, with the same ids.
            Ok(()) | Err(RepositoryError::Stale) => Ok(turn.delivered),
            Err(error) => Err(error.into()),
        }
    }

    async fn take(&self, operator: &OperatorScope, turn: &mut Turn) -> Result<(), RepositoryError> {
        loop {
            let webhook = &turn.leased.webhook;
            let details = webhook.details();
            let tenant = (details.scope == WebhookScope::Tenant).then(|| webhook.tenant_id());
            let scope = operator.event_scope(webhook.workspace_id(), tenant);
            let types = details.types.as_slice().to_vec();
            let filter = EventFilter { after: turn.progress.position, types, limit: PAGE };
            let page = self.events.read(&scope, &filter).await?;
            for event in page.events {
                if let Next::End = self.attempt(operator, turn, event).await? {
                    return Ok(());
                }
            }
            turn.progress.position = turn.progress.position.max(page.position);
            if !page.has_more || turn.delivered >= TURN {
                return self.store(operator, turn, &self.end()).await.map(drop);
            }
            self.store_and_continue(operator, turn).await?;
        }
    }

    /// Sends one event, and judges the outcome.
    async fn attempt(&self, operator: &OperatorScope, turn: &mut Turn, event: Event) -> Result<Next, RepositoryError> {
        let (id, position, event_type) = (event.id, event.position, event.event_type.clone());
        let began = self.ambient.now();
        let outcome = self.send(operator, turn, event, began).await?;
        let ended = self.ambient.now();
        let webhook = turn.leased.webhook.advanced(turn.progress);
        let verdict = webhook.judge(id, outcome, ended);
        (self.count)(DeliveryResult::of(outcome, verdict));
        turn.attempts.push(Attempt {
            id: self.ambient.id(AttemptId::new),
            event_id: id,
            position: Some(position),
            event_type,
            number: turn.progress.consecutive_failures + 1,
            result: outcome.result(),
            duration: (ended - began).num_milliseconds().try_into().unwrap_or_default(),
            at: began,
        });
        match verdict {
            Verdict::Delivered => {
                turn.delivered += 1;
                turn.progress = Progress {
                    position,
                    consecutive_failures: 0,
                    next_attempt_at: None,
                    last_delivered_at: Some(ended),
                };
                if ended - turn.stored_at >= STORE {
                    self.store_and_continue(operator, turn).await?;
                }
                Ok(Next::Event)
            }
            Verdict::Retry(next) => {
                turn.progress.consecutive_failures += 1;
                turn.progress.next_attempt_at = Some(next);
                self.store(operator, turn, &self.end()).await?;
                Ok(Next::End)
            }
            Verdict::Disable(reason) => {
                turn.progress.consecutive_failures += 1;
                turn.progress.next_attempt_at = None;
                let leased = &turn.leased;
                let scope = operator.tenant_scope(leased.webhook.workspace_id(), leased.tenant.clone());
                let stamp = operator.stamp(self.ambient.audit_id(), ended);
                if let Some(change) = leased.webhook.advanced(turn.progress).disable(reason, &scope, stamp) {
                    let attempts = std::mem::take(&mut turn.attempts);
                    self.deliveries.disable(&scope, &leased.webhook, change, attempts, &self.end()).await?;
                }
                Ok(Next::End)
            }
        }
    }

    /// Sends an event, and keeps the lease in the meantime.
    async fn send(
        &self,
        operator: &OperatorScope,
        turn: &Turn,
        event: Event,
        at: DateTime<Utc>,
    ) -> Result<Outcome, RepositoryError> {
        let webhook = &turn.leased.webhook;
        let message = self.outbound.message(webhook, &turn.secrets, event, at);
        let mut sending = pin!(self.outbound.sender.send(&webhook.details().url, message));
        loop {
            if let Ok(outcome) = timeout(RENEWAL, &mut sending).await {
                return Ok(outcome);
            }
            self.renew(operator, webhook).await?;
        }
    }

    /// Extends the lease. `Stale` if another server has it, or if the webhook or its tenant has been stopped.
    async fn renew(&self, operator: &OperatorScope, webhook: &Webhook) -> Result<(), RepositoryError> {
        let is_renewed = self.deliveries.renew(operator, webhook, &self.lease()).await?;
        if is_renewed { Ok(()) } else { Err(RepositoryError::Stale) }
    }

    /// Stores the attempts, and continues the turn unless the tenant has been deactivated.
    async fn store_and_continue(&self, operator: &OperatorScope, turn: &mut Turn) -> Result<(), RepositoryError> {
        let is_active = self.store(operator, turn, &self.lease()).await?;
        if is_active { Ok(()) } else { Err(RepositoryError::Stale) }
    }

    /// Stores the attempts with the place to which they lead. Returns whether the tenant is active.
    async fn store(&self, operator: &OperatorScope, turn: &mut Turn, lease: &Lease) -> Result<bool, RepositoryError> {
        let attempts = std::mem::take(&mut turn.attempts);
        let webhook = &turn.leased.webhook;
        let is_active = self.deliveries.record(operator, webhook, turn.progress, attempts, lease).await?;
        turn.leased.webhook = webhook.advanced(turn.progress);
        turn.stored_at = lease.now;
        Ok(is_active)
    }

    fn lease(&self) -> Lease {
        let now = self.ambient.now();
        Lease { server: self.server, now, until: now + LEASE }
    }

    /// Returns a lease that is over.
    fn end(&self) -> Lease {
        let now = self.ambient.now();
        Lease { server: self.server, now, until: now }
    }
}

#[cfg(test)]
mod tests;

//! Testing a webhook.

use domain::access::{Caller, Permission, TenantScope};
use domain::events::Event;
use domain::ids::{AttemptId, EventId, WebhookId};
use domain::webhooks::{Attempt, TEST_TYPE, Webhook};
use ports::traces;

use super::{WebhookError, Webhooks};
use crate::outcome::refusal::Refusal;
use crate::steps::idempotency::{Idempotent, Outcome};

/// The result of a test: the attempt as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestedWebhook(pub Attempt);

impl Webhooks {
    /// Sends a test message to the receiver of a webhook of the caller's tenant, enabled or not, and returns the result.
    /// The place and the failures of the webhook are unchanged.
    pub async fn test(
        &self,
        caller: &Caller,
        id: WebhookId,
        idempotent: &Idempotent<TestedWebhook>,
    ) -> Result<Outcome<TestedWebhook>, WebhookError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        self.outbound.vault()?;
        let test = async || {
            let tested = self.send_test(&scope, id).await?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            self.idempotency.keep(caller, idempotent, &tested, &stamp).await?;
            Ok(tested)
        };
        self.idempotency.run(caller, idempotent, test).await
    }

    async fn send_test(&self, scope: &TenantScope, id: WebhookId) -> Result<TestedWebhook, WebhookError> {
        let webhook = self.load(scope, id).await?;
        let Some(_under_way) = self.outbound.begin_test(id) else { return Err(Refusal::Busy.into()) };
        let event = self.test_event(&webhook);
        let (event_id, at) = (event.id, event.at);
        let secrets = self.outbound.open(&webhook)?;
        let message = self.outbound.message(&webhook, &secrets, event, at);
        let outcome = self.outbound.sender.send(&webhook.details().url, message).await;
        let attempt = Attempt {
            id: self.ambient.id(AttemptId::new),
            event_id,
            position: None,
            event_type: TEST_TYPE.to_owned(),
            number: 1,
            result: outcome.result(),
            duration: (self.ambient.now() - at).num_milliseconds().try_into().unwrap_or_default(),
            at,
        };
        self.repository.add_test(scope, id, attempt.clone()).await?;
        Ok(TestedWebhook(attempt))
    }

    fn test_event(&self, webhook: &Webhook) -> Event {
        Event {
            id: self.ambient.id(EventId::new),
            position: webhook.progress().position,
            event_type: TEST_TYPE.to_owned(),
            at: self.ambient.now(),
            tenant_id: webhook.tenant_id(),
            actor: None,
            resource_kind: "webhook".to_owned(),
            resource_id: webhook.id().as_uuid(),
            before: Vec::new(),
            after: Vec::new(),
            data: Vec::new(),
            trace: traces::current(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::webhooks::{DeliveryFailure, Outcome as Sent};
    use ports::{MockIdempotencyRepository, MockWebhookQueries, MockWebhookRepository, MockWebhookSender};
    use testkit::build;

    use super::super::fixture::{webhook, with};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    async fn test(webhooks: &Webhooks) -> Result<TestedWebhook, WebhookError> {
        let (caller, id) = (build::channel(Permission::Admin), WebhookId::new(build::id()));
        let done = webhooks.test(&caller, id, &Idempotent::default()).await?;
        Ok(done.now().expect("not repeated"))
    }

    fn tested(outcome: Sent) -> Webhooks {
        let mut repository = MockWebhookRepository::new();
        repository.expect_get().returning(|_, _| Ok(Some(webhook())));
        repository
            .expect_add_test()
            .withf(move |_, _, attempt| attempt.result == outcome.result() && attempt.position.is_none())
            .returning(|_, _, _| Ok(()));
        let mut sender = MockWebhookSender::new();
        sender
            .expect_send()
            .withf(|url, message| url.as_str() == "https://hooks.example.com/in" && message.body == b"18 webhook.test")
            .returning(move |_, _| outcome);
        with(repository, MockWebhookQueries::new(), MockIdempotencyRepository::new(), sender)
    }

    #[tokio::test]
    async fn a_test_answers_what_came_back() {
        let status = Sent::Answered { status: 500, retry_after: None };
        for (outcome, expected) in
            [(status, Ok(500)), (Sent::Failed(DeliveryFailure::TlsFailed), Err(DeliveryFailure::TlsFailed))]
        {
            assert_eq!(test(&tested(outcome)).await.expect("tested").0.result, expected);
        }
    }

    #[tokio::test]
    async fn a_webhook_is_tested_once_at_a_time() {
        let webhooks = tested(Sent::Failed(DeliveryFailure::TimedOut));
        let id = WebhookId::new(build::id());
        let caller = build::channel(Permission::Admin);
        let again = async || webhooks.test(&caller, id, &Idempotent::default()).await;
        let under_way = webhooks.outbound.begin_test(id);
        assert_eq!(again().await.expect_err("busy").code(), Code::Busy);
        test(&webhooks).await.expect("another one is tested meanwhile");
        drop(under_way);
        assert!(again().await.is_ok());
    }

    #[tokio::test]
    async fn tests_are_limited() {
        let webhooks = tested(Sent::Failed(DeliveryFailure::TimedOut));
        let others: Vec<_> =
            std::iter::from_fn(|| webhooks.outbound.begin_test(WebhookId::new(build::id()))).take(1_000).collect();
        assert_eq!(others.len(), 256);
        assert_eq!(test(&webhooks).await.expect_err("busy").code(), Code::Busy);
    }
}

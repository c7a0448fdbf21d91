//! Webhooks of the caller's tenant, and their delivery.

mod attempts;
mod create;
mod delete;
mod deliver;
mod disable;
mod enable;
mod error;
mod fields;
mod get;
mod list;
mod listed;
mod outbound;
mod rotate;
mod test;
mod update;

use std::sync::Arc;

use domain::access::TenantScope;
use domain::ids::WebhookId;
use domain::webhooks::Webhook;
use ports::{EventQueries, WebhookQueries, WebhookRepository};

pub use self::create::NewSecret;
pub use self::deliver::{DeliveryResult, WebhookDelivery};
pub use self::enable::EnableWebhook;
pub use self::error::WebhookError;
pub use self::fields::{CreateWebhookBody, WebhookFields};
pub use self::listed::ListedWebhook;
pub use self::outbound::{EventBody, Outbound};
pub use self::test::TestedWebhook;
use crate::steps::ambient::Ambient;
use crate::steps::idempotency::Idempotency;

/// The use cases of webhooks.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Webhooks {
    pub repository: Arc<dyn WebhookRepository>,
    pub queries: Arc<dyn WebhookQueries>,
    pub events: Arc<dyn EventQueries>,
    pub idempotency: Idempotency,
    pub outbound: Outbound,
    pub ambient: Ambient,
}

impl Webhooks {
    /// Loads a webhook of the scope's tenant.
    async fn load(&self, scope: &TenantScope, id: WebhookId) -> Result<Webhook, WebhookError> {
        self.repository.get(scope, id).await?.ok_or(WebhookError::NotFound)
    }
}

#[cfg(test)]
mod fixture {
    use domain::access::Permission;
    use domain::events::Event;
    use domain::ids::{AuditId, WorkspaceId};
    use domain::webhooks::{
        NewWebhook, Reach, SealedSecret, WebhookDetails, WebhookScope, WebhookSecret, WebhookTypes,
    };
    use ports::{
        LogState, MockEventQueries, MockIdempotencyRepository, MockSecretVault, MockWebhookQueries, MockWebhookSender,
        SecretVault, WebhookSender,
    };
    use testkit::build;

    use super::*;
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::over;

    /// Returns a webhook of the channel at position 18.
    pub(super) fn webhook() -> Webhook {
        let scope = build::channel(Permission::Admin).tenant_scope(Permission::Admin).expect("an active tenant");
        let details = WebhookDetails {
            url: "https://hooks.example.com/in".parse().expect("a URL"),
            description: None,
            types: WebhookTypes::default(),
            scope: WebhookScope::Tenant,
        };
        let new = NewWebhook {
            id: WebhookId::new(build::id()),
            details,
            base_url: "https://stays.example".to_owned(),
            secret: SealedSecret::new("sealed".to_owned()),
            position: 18,
        };
        Webhook::create(new, &scope, scope.stamp(AuditId::new(build::id()), build::at())).after
    }

    /// Returns a vault that puts `sealed` in the place of a secret.
    pub(super) fn vault() -> Arc<dyn SecretVault> {
        let mut vault = MockSecretVault::new();
        vault.expect_seal().returning(|_, _, _| SealedSecret::new("sealed".to_owned()));
        vault.expect_open().returning(|_, _, _| Ok(WebhookSecret::new([7; 32])));
        Arc::new(vault)
    }

    /// Writes the position and the type of an event.
    pub(super) fn body(event: Event, _: WorkspaceId, _: &str) -> Vec<u8> {
        let Event { position, event_type, .. } = event;
        format!("{position} {event_type}").into_bytes()
    }

    pub(super) fn outbound(sender: impl WebhookSender + 'static) -> Outbound {
        Outbound::new(Arc::new(sender), Some(vault()), Reach::Public, body)
    }

    /// Returns the use cases over a log of the events 17 to 20.
    pub(super) fn webhooks(repository: impl WebhookRepository + 'static) -> Webhooks {
        with(repository, MockWebhookQueries::new(), MockIdempotencyRepository::new(), MockWebhookSender::new())
    }

    pub(super) fn with(
        repository: impl WebhookRepository + 'static,
        queries: MockWebhookQueries,
        idempotency: MockIdempotencyRepository,
        sender: MockWebhookSender,
    ) -> Webhooks {
        let mut events = MockEventQueries::new();
        events.expect_log().returning(|_| Ok(LogState { position: 20, oldest: 17 }));
        Webhooks {
            repository: Arc::new(repository),
            queries: Arc::new(queries),
            events: Arc::new(events),
            idempotency: over(idempotency),
            outbound: outbound(sender),
            ambient: ambient(),
        }
    }
}

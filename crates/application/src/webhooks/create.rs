//! Creating a webhook.

use domain::access::{AccessError, Caller, Permission, TenantScope};
use domain::idempotency::{IdempotentRequest, Reply};
use domain::ids::WebhookId;
use domain::webhooks::{NewWebhook, Webhook, WebhookSecret};

use super::{WebhookError, WebhookFields, Webhooks};
use crate::input::Input;
use crate::steps::idempotency::{Idempotent, Outcome};
use crate::steps::retry::retry_stale;

/// A webhook with its new secret, which is shown only once.
#[derive(Debug, Clone)]
pub struct NewSecret {
    /// The webhook.
    pub webhook: Webhook,
    /// The secret.
    pub secret: WebhookSecret,
}

impl Webhooks {
    /// Creates a webhook of the caller's tenant, which delivers the events that come from now on.
    ///
    /// The secret is not stored as it is shown, so a repeated request is refused with the id of the webhook that the
    /// first one created.
    pub async fn create(
        &self,
        caller: &Caller,
        input: Input<WebhookFields>,
        base_url: &str,
        request: Option<IdempotentRequest>,
    ) -> Result<NewSecret, WebhookError> {
        let is_of_workspace = input.as_ref().is_ok_and(WebhookFields::is_of_workspace);
        let scope = scope(caller, is_of_workspace)?;
        self.outbound.vault()?;
        let idempotent =
            Idempotent::new(request, |id: WebhookId| Reply { status: 201, body: id.to_string().into_bytes() });
        let create = async || self.create_in(caller, &scope, input, base_url, &idempotent).await;
        match self.idempotency.run(caller, &idempotent, create).await? {
            Outcome::Fresh(created) => Ok(created),
            Outcome::Replayed(reply) => Err(WebhookError::already_created(&reply)),
        }
    }

    async fn create_in(
        &self,
        caller: &Caller,
        scope: &TenantScope,
        input: Input<WebhookFields>,
        base_url: &str,
        idempotent: &Idempotent<WebhookId>,
    ) -> Result<NewSecret, WebhookError> {
        let details = input?.details(self.outbound.reach)?;
        let id = self.ambient.id(WebhookId::new);
        let secret = self.ambient.webhook_secret();
        let feed = caller.event_scope(false)?;
        retry_stale(async || {
            let log = self.events.log(&feed).await?;
            let sealed = self.outbound.vault()?.seal(scope.workspace_id(), id, &secret);
            let (details, base_url) = (details.clone(), base_url.to_owned());
            let new = NewWebhook { id, details, base_url, secret: sealed, position: log.position };
            let change = Webhook::create(new, scope, scope.stamp(self.ambient.audit_id(), self.ambient.now()));
            let webhook = self.repository.create(scope, idempotent.sign(change, &id)).await?;
            Ok(NewSecret { webhook, secret: secret.clone() })
        })
        .await
    }
}

/// Returns the scope in which a webhook is created: one of the whole workspace belongs to the default tenant.
fn scope(caller: &Caller, is_of_workspace: bool) -> Result<TenantScope, AccessError> {
    let scope = caller.tenant_scope(Permission::Admin)?;
    if is_of_workspace && caller.admin_scope(Permission::Admin)?.tenant_id() != scope.tenant_id() {
        return Err(AccessError::DefaultTenantRequired);
    }
    Ok(scope)
}

#[cfg(test)]
mod tests {
    use domain::audit::Actor;
    use domain::idempotency::IdempotencyRecord;
    use domain::patch::Patch;
    use domain::webhooks::WebhookStatus;
    use ports::{
        MockIdempotencyRepository, MockWebhookQueries, MockWebhookRepository, MockWebhookSender, RepositoryError, rules,
    };
    use testkit::build;

    use super::super::fixture::{webhooks, with};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn fields(url: &str) -> WebhookFields {
        WebhookFields { url: Patch::Set(url.to_owned()), ..WebhookFields::default() }
    }

    async fn create(webhooks: &Webhooks, fields: WebhookFields) -> Result<NewSecret, WebhookError> {
        webhooks.create(&build::channel(Permission::Admin), Ok(fields), "https://stays.example", None).await
    }

    fn storing() -> MockWebhookRepository {
        let mut repository = MockWebhookRepository::new();
        repository.expect_create().once().returning(|_, change| Ok(change.after));
        repository
    }

    #[tokio::test]
    async fn a_webhook_begins_at_the_end_of_the_log_and_shows_its_secret() {
        let created = create(&webhooks(storing()), fields("https://hooks.example.com/")).await.expect("created");
        let parts = created.webhook.into_parts();
        assert_eq!((parts.progress.position, parts.status), (20, WebhookStatus::Enabled));
        assert_eq!(parts.secrets.current.as_str(), "sealed");
        assert_eq!(created.secret, build::webhook_secret());
    }

    #[tokio::test]
    async fn receivers_and_types_are_checked_together() {
        let wrong = WebhookFields {
            types: Patch::Set(vec!["user.*".to_owned(), "user.vanished".to_owned()]),
            scope: Patch::Set("all".to_owned()),
            ..fields("https://10.0.0.1/")
        };
        let refused = create(&webhooks(MockWebhookRepository::new()), wrong).await.expect_err("invalid");
        let fields: Vec<_> = refused.field_errors().expect("field errors").keys().map(String::as_str).collect();
        assert_eq!(fields, ["scope", "types.1", "url"]);
        let nothing = create(&webhooks(MockWebhookRepository::new()), WebhookFields::default()).await;
        assert!(nothing.expect_err("invalid").field_errors().expect("field errors").contains_key("url"));
    }

    #[tokio::test]
    async fn the_whole_workspace_is_the_default_tenants() {
        let workspace =
            || WebhookFields { scope: Patch::Set("workspace".to_owned()), ..fields("https://hooks.example.com/") };
        let refused = create(&webhooks(MockWebhookRepository::new()), workspace()).await.expect_err("refused");
        assert_eq!(refused.code(), Code::DefaultTenantRequired);
        let administrator = build::administrator();
        let created = webhooks(storing()).create(&administrator, Ok(workspace()), "", None).await.expect("created");
        assert_eq!(created.webhook.tenant_id(), administrator.home_tenant_id());
    }

    #[tokio::test]
    async fn a_service_without_a_key_has_no_webhooks() {
        let mut webhooks = webhooks(MockWebhookRepository::new());
        webhooks.outbound.vault = None;
        let refused = create(&webhooks, fields("https://hooks.example.com/")).await.expect_err("refused");
        assert_eq!(refused.code(), Code::WebhooksNotConfigured);
    }

    #[tokio::test]
    async fn one_too_many_is_a_conflict() {
        let mut repository = MockWebhookRepository::new();
        let rule = rules::MOST_WEBHOOKS;
        repository.expect_create().once().returning(move |_, _| Err(RepositoryError::Taken { rule }));
        let refused = create(&webhooks(repository), fields("https://hooks.example.com/")).await.expect_err("refused");
        assert_eq!(refused.code(), Code::TooManyWebhooks);
    }

    #[tokio::test]
    async fn a_repeated_request_makes_no_webhook_and_shows_no_secret() {
        let request = || IdempotentRequest { key: "key-1".parse().expect("a key"), fingerprint: [1; 32] };
        let id = WebhookId::new(build::id());
        let mut idempotency = MockIdempotencyRepository::new();
        idempotency.expect_get().once().returning(move |scope, _| {
            let actor = Actor::ApiUser { id: scope.user_id(), name: "Ada".to_owned(), api_key: build::token().id() };
            let reply = Reply { status: 201, body: id.to_string().into_bytes() };
            Ok(IdempotencyRecord::new(scope.workspace_id(), &actor, request(), reply, build::at()))
        });
        let (repository, sender) = (MockWebhookRepository::new(), MockWebhookSender::new());
        let webhooks = with(repository, MockWebhookQueries::new(), idempotency, sender);
        let caller = build::channel(Permission::Admin);
        let input = Ok(fields("https://hooks.example.com/"));
        let refused = webhooks.create(&caller, input, "", Some(request())).await.expect_err("created before");
        assert_eq!(refused.code(), Code::WebhookAlreadyCreated);
    }
}

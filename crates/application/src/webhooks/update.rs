//! Changing a webhook.

use domain::access::{Caller, Permission};
use domain::ids::WebhookId;
use domain::webhooks::Webhook;

use super::{WebhookError, WebhookFields, Webhooks};
use crate::input::{Input, InvalidInput};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Webhooks {
    /// Changes a webhook of the caller's tenant.
    pub async fn update(
        &self,
        caller: &Caller,
        id: WebhookId,
        input: Input<WebhookFields>,
        precondition: &Precondition<Webhook>,
    ) -> Result<Webhook, WebhookError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        self.outbound.vault()?;
        let (edit, sent) = input?.edit(self.outbound.reach)?;
        retry_stale(async || {
            let webhook = self.load(&scope, id).await?;
            if sent.is_some_and(|sent| sent != webhook.details().scope) {
                return Err(InvalidInput::new("scope", "never changes.").into());
            }
            precondition.check(&webhook)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match webhook.update(edit.clone(), &scope, stamp) {
                Some(change) => Ok(self.repository.update(&scope, change).await?),
                None => Ok(webhook),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::patch::Patch;
    use ports::MockWebhookRepository;
    use testkit::build;

    use super::super::fixture::{webhook, webhooks};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    async fn update(repository: MockWebhookRepository, fields: WebhookFields) -> Result<Webhook, WebhookError> {
        let (caller, id) = (build::channel(Permission::Admin), WebhookId::new(build::id()));
        webhooks(repository).update(&caller, id, Ok(fields), &Precondition::default()).await
    }

    fn stored() -> MockWebhookRepository {
        let mut repository = MockWebhookRepository::new();
        repository.expect_get().returning(|_, _| Ok(Some(webhook())));
        repository
    }

    fn scope(text: &str) -> WebhookFields {
        WebhookFields { scope: Patch::Set(text.to_owned()), ..WebhookFields::default() }
    }

    #[tokio::test]
    async fn what_changes_nothing_is_not_stored() {
        let url = Patch::Set("https://HOOKS.example.com/in".to_owned());
        let same = WebhookFields { url, types: Patch::Clear, ..scope("tenant") };
        assert_eq!(update(stored(), same).await.expect("unchanged").version(), 1);
    }

    #[tokio::test]
    async fn the_scope_never_changes() {
        let refused = update(stored(), scope("workspace")).await.expect_err("invalid");
        assert_eq!(refused.field_errors().expect("field errors")["scope"], ["The scope never changes."]);
    }

    #[tokio::test]
    async fn types_are_replaced() {
        let mut repository = stored();
        repository.expect_update().once().returning(|_, change| Ok(change.after));
        let types = Patch::Set(vec!["user.*".to_owned()]);
        let updated = update(repository, WebhookFields { types, ..WebhookFields::default() }).await.expect("updated");
        assert_eq!(updated.details().types.to_string(), "user.*");
    }

    #[tokio::test]
    async fn an_unknown_webhook_is_not_found() {
        let mut repository = MockWebhookRepository::new();
        repository.expect_get().returning(|_, _| Ok(None));
        let refused = update(repository, WebhookFields::default()).await.expect_err("unknown");
        assert_eq!(refused.code(), Code::WebhookNotFound);
    }
}

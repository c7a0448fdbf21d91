//! Rotating the secret of a webhook.

use domain::access::{Caller, Permission};
use domain::ids::WebhookId;
use domain::webhooks::Webhook;

use super::{NewSecret, WebhookError, Webhooks};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Webhooks {
    /// Replaces the secret of a webhook of the caller's tenant. The previous one signs too for a day.
    pub async fn rotate_secret(
        &self,
        caller: &Caller,
        id: WebhookId,
        precondition: &Precondition<Webhook>,
    ) -> Result<NewSecret, WebhookError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        let vault = self.outbound.vault()?;
        let secret = self.ambient.webhook_secret();
        let webhook = retry_stale(async || {
            let webhook = self.load(&scope, id).await?;
            precondition.check(&webhook)?;
            let sealed = vault.seal(scope.workspace_id(), id, &secret);
            let change = webhook.rotate(sealed, &scope, scope.stamp(self.ambient.audit_id(), self.ambient.now()));
            Ok::<_, WebhookError>(self.repository.update(&scope, change).await?)
        })
        .await?;
        Ok(NewSecret { webhook, secret })
    }
}

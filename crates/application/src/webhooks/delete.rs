//! Deleting a webhook.

use domain::access::{Caller, Permission};
use domain::ids::WebhookId;
use domain::webhooks::Webhook;

use super::{WebhookError, Webhooks};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Webhooks {
    /// Deletes a webhook of the caller's tenant with its attempts.
    pub async fn delete(
        &self,
        caller: &Caller,
        id: WebhookId,
        precondition: &Precondition<Webhook>,
    ) -> Result<(), WebhookError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        self.outbound.vault()?;
        retry_stale(async || {
            let webhook = self.load(&scope, id).await?;
            precondition.check(&webhook)?;
            let change = webhook.delete(&scope, scope.stamp(self.ambient.audit_id(), self.ambient.now()));
            Ok(self.repository.delete(&scope, change).await?)
        })
        .await
    }
}

//! Disabling a webhook.

use domain::access::{Caller, Permission};
use domain::ids::WebhookId;
use domain::webhooks::{DisabledReason, Webhook};

use super::{WebhookError, Webhooks};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Webhooks {
    /// Disables a webhook of the caller's tenant. It keeps its place.
    pub async fn disable(
        &self,
        caller: &Caller,
        id: WebhookId,
        precondition: &Precondition<Webhook>,
    ) -> Result<Webhook, WebhookError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        self.outbound.vault()?;
        retry_stale(async || {
            let webhook = self.load(&scope, id).await?;
            precondition.check(&webhook)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match webhook.disable(DisabledReason::Requested, &scope, stamp) {
                Some(change) => Ok(self.repository.update(&scope, change).await?),
                None => Ok(webhook),
            }
        })
        .await
    }
}

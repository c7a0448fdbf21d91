//! Reading a webhook.

use domain::access::{Caller, Permission};
use domain::ids::WebhookId;
use domain::webhooks::Webhook;

use super::{WebhookError, Webhooks};

impl Webhooks {
    /// Returns a webhook of the caller's tenant, without its secret.
    pub async fn get(&self, caller: &Caller, id: WebhookId) -> Result<Webhook, WebhookError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        self.outbound.vault()?;
        self.load(&scope, id).await
    }
}

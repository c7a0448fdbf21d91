//! Reading the attempts of a webhook.

use domain::access::{Caller, Permission};
use domain::ids::WebhookId;
use domain::webhooks::Attempt;

use super::{WebhookError, Webhooks};

impl Webhooks {
    /// Lists the last attempts of a webhook of the caller's tenant, the newest first.
    pub async fn attempts(&self, caller: &Caller, id: WebhookId) -> Result<Vec<Attempt>, WebhookError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        self.outbound.vault()?;
        self.load(&scope, id).await?;
        Ok(self.queries.attempts(&scope, id).await?)
    }
}

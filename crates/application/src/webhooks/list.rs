//! Lists of webhooks.

use domain::access::{Caller, Permission};
use ports::Slice;

use super::{ListedWebhook, WebhookError, Webhooks};
use crate::input::Input;
use crate::input::paging::{Listed, Paging};
use crate::input::reader::read;

impl Webhooks {
    /// Lists the webhooks of the caller's tenant, oldest first.
    pub async fn list(&self, caller: &Caller, input: Input<Paging>) -> Result<Listed<ListedWebhook>, WebhookError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        self.outbound.vault()?;
        let page = read(&input?)?;
        let Slice { items, has_more } = self.queries.list(&scope, page).await?;
        let now = self.ambient.now();
        let items = items.into_iter().map(|found| ListedWebhook::new(found, now)).collect();
        Ok(Listed::new(Slice { items, has_more }, page))
    }

    /// Counts the webhooks of the caller's tenant.
    pub async fn count(&self, caller: &Caller) -> Result<u64, WebhookError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        self.outbound.vault()?;
        Ok(self.queries.count(&scope).await?)
    }
}

//! Listing and counting keys.

use domain::access::{Caller, Permission};
use domain::api_keys::ApiKey;

use super::{ApiKeyError, ApiKeys};
use crate::input::Input;
use crate::input::paging::{Listed, Paging};
use crate::input::reader::read;

impl ApiKeys {
    /// Lists the keys of the users of the caller's tenant, oldest first, without their secrets.
    pub async fn list(&self, caller: &Caller, input: Input<Paging>) -> Result<Listed<ApiKey>, ApiKeyError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        let page = read(&input?)?;
        Ok(Listed::new(self.queries.list(&scope, page).await?, page))
    }

    /// Counts the keys of the users of the caller's tenant.
    pub async fn count(&self, caller: &Caller) -> Result<u64, ApiKeyError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        Ok(self.queries.count(&scope).await?)
    }
}

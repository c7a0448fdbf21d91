//! The importers of the listings of an account, for its owner.

use domain::access::{Caller, Permission};
use domain::ids::IntegrationAccountId;
use domain::imports::AccountImporter;

use super::{IntegrationAccountError, IntegrationAccounts};
use crate::input::Input;
use crate::input::paging::{Listed, Paging};
use crate::input::reader::read;

impl IntegrationAccounts {
    /// Lists the tenants that import listings of an account of the caller's tenant.
    pub async fn importers(
        &self,
        caller: &Caller,
        id: IntegrationAccountId,
        input: Input<Paging>,
    ) -> Result<Listed<AccountImporter>, IntegrationAccountError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let page = read(&input?)?;
        self.get(caller, id).await?;
        Ok(Listed::new(self.importers.of_account(&scope, id, page).await?, page))
    }

    /// Counts the tenants that import listings of an account of the caller's tenant.
    pub async fn count_importers(
        &self,
        caller: &Caller,
        id: IntegrationAccountId,
    ) -> Result<u64, IntegrationAccountError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        self.get(caller, id).await?;
        Ok(self.importers.count_of_account(&scope, id).await?)
    }
}

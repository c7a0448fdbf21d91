//! The importers of a listing, for its owner.

use domain::access::{Caller, Permission, TenantScope};
use domain::ids::ListingId;
use domain::imports::Importer;

use super::{ListingError, Listings};
use crate::input::Input;
use crate::input::paging::{Listed, Paging};
use crate::input::reader::read;

impl Listings {
    /// Lists the tenants that import a listing of the caller's tenant.
    pub async fn importers(
        &self,
        caller: &Caller,
        id: ListingId,
        input: Input<Paging>,
    ) -> Result<Listed<Importer>, ListingError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let page = read(&input?)?;
        self.expect_owned(&scope, id).await?;
        Ok(Listed::new(self.importers.of_listing(&scope, id, page).await?, page))
    }

    /// Counts the tenants that import a listing of the caller's tenant.
    pub async fn count_importers(&self, caller: &Caller, id: ListingId) -> Result<u64, ListingError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        self.expect_owned(&scope, id).await?;
        Ok(self.importers.count_of_listing(&scope, id).await?)
    }

    async fn expect_owned(&self, scope: &TenantScope, id: ListingId) -> Result<(), ListingError> {
        let found = self.repository.get(scope, id).await?.ok_or(ListingError::NotFound)?;
        found.for_owner(scope)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ports::{MockImporterQueries, MockListingRepository, Slice};
    use testkit::build;

    use super::super::fixture::listings;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn only_the_owner_learns_who_imports_a_listing() {
        let id = ListingId::new(build::id());
        for (seen, expected) in [
            (Some(build::owned(build::listing(id))), None),
            (Some(build::imported(build::listing(id))), Some(Code::NotTheOwner)),
            (None, Some(Code::ListingNotFound)),
        ] {
            let mut repository = MockListingRepository::new();
            repository.expect_get().returning(move |_, _| Ok(seen.clone()));
            let mut queries = MockImporterQueries::new();
            queries.expect_of_listing().returning(|_, _, _| Ok(Slice { items: vec![], has_more: false }));
            queries.expect_count_of_listing().returning(|_, _| Ok(0));
            let listings = Listings { importers: Arc::new(queries), ..listings(repository) };
            let caller = build::channel(Permission::Read);
            let listed = listings.importers(&caller, id, Ok(Paging::default())).await;
            assert_eq!(listed.err().map(|refused| refused.code()), expected);
            let counted = listings.count_importers(&caller, id).await;
            assert_eq!(counted.err().map(|refused| refused.code()), expected);
        }
    }
}

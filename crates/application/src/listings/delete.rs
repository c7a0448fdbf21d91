//! Deleting a listing.

use domain::access::{Caller, Permission};
use domain::ids::ListingId;
use domain::listings::TenantListing;

use super::{ListingError, Listings};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Listings {
    /// Deletes a listing of the caller's tenant and all its imports. A listing with reservations cannot be deleted.
    pub async fn delete(
        &self,
        caller: &Caller,
        id: ListingId,
        precondition: &Precondition<TenantListing>,
    ) -> Result<(), ListingError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        retry_stale(async || {
            let found = self.repository.get(&scope, id).await?.ok_or(ListingError::NotFound)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let change = found.for_owner(&scope)?.delete(&scope, stamp);
            precondition.check(&found)?;
            Ok(self.repository.delete(&scope, change).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use ports::{MockListingRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::listings;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    async fn delete(repository: MockListingRepository, permission: Permission) -> Result<(), ListingError> {
        listings(repository)
            .delete(&build::channel(permission), ListingId::new(build::id()), &Precondition::default())
            .await
    }

    #[tokio::test]
    async fn a_reader_deletes_nothing() {
        let refused = delete(MockListingRepository::new(), Permission::Read).await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }

    #[tokio::test]
    async fn an_importer_deletes_nothing() {
        let mut repository = MockListingRepository::new();
        repository.expect_get().once().returning(|_, id| Ok(Some(build::imported(build::listing(id)))));
        let refused = delete(repository, Permission::Write).await;
        assert_eq!(refused.expect_err("refused").code(), Code::NotTheOwner);
    }

    #[tokio::test]
    async fn a_listing_with_reservations_stays() {
        let mut repository = MockListingRepository::new();
        repository.expect_get().once().returning(|_, id| Ok(Some(build::owned(build::listing(id)))));
        let taken = || RepositoryError::Taken { rule: rules::HAS_RESERVATIONS };
        repository.expect_delete().once().returning(move |_, _| Err(taken()));
        let refused = delete(repository, Permission::Write).await.expect_err("refused");
        assert_eq!(refused.code(), Code::HasReservations);
    }
}

//! Reading a listing.

use domain::access::{Caller, Permission};
use domain::ids::ListingId;
use domain::listings::TenantListing;

use super::{ListingError, Listings};

impl Listings {
    /// Returns a listing that the caller's tenant owns or imports.
    pub async fn get(&self, caller: &Caller, id: ListingId) -> Result<TenantListing, ListingError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        self.repository.get(&scope, id).await?.ok_or(ListingError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use ports::MockListingRepository;
    use testkit::build;

    use super::super::fixture::listings;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn a_listing_is_looked_for_in_the_tenant_of_the_request() {
        let mut repository = MockListingRepository::new();
        repository
            .expect_get()
            .once()
            .withf(|scope, _| scope.tenant_id() == build::channel_id())
            .returning(|_, _| Ok(None));
        let found = listings(repository).get(&build::channel(Permission::Read), ListingId::new(build::id())).await;
        assert_eq!(found.expect_err("unknown").code(), Code::ListingNotFound);
    }
}

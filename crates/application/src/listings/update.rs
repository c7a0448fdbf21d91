//! Changing a listing.

use domain::access::{Caller, Permission};
use domain::ids::ListingId;
use domain::listings::TenantListing;

use super::{ListingError, ListingFields, Listings};
use crate::input::reader::FieldReader;
use crate::input::{Input, unchanged};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Listings {
    /// Changes the fields of a listing of the caller's tenant.
    pub async fn update(
        &self,
        caller: &Caller,
        id: ListingId,
        input: Input<ListingFields>,
        precondition: &Precondition<TenantListing>,
    ) -> Result<TenantListing, ListingError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let fields = input?;
        let mut reader = FieldReader::default();
        let edit = fields.edit(&mut reader);
        let edit = reader.finish(Some(edit))?;
        retry_stale(async || {
            let found = self.repository.get(&scope, id).await?.ok_or(ListingError::NotFound)?;
            let listing = found.for_owner(&scope)?;
            let account = listing.integration_account_id();
            unchanged("integrationAccountID", &fields.integration_account_id, account)?;
            fields.repeats(listing.approval())?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let change = listing.update(edit.clone(), &scope, stamp)?;
            precondition.check(&found)?;
            match change {
                Some(change) => Ok(self.repository.update(&scope, change).await?),
                None => Ok(found),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::patch::Patch;
    use ports::MockListingRepository;
    use testkit::build;

    use super::super::fixture::{listings, sent};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn stored() -> MockListingRepository {
        let mut repository = MockListingRepository::new();
        repository.expect_get().returning(|_, id| Ok(Some(build::owned(build::listing(id)))));
        repository
    }

    async fn update(repository: MockListingRepository, fields: ListingFields) -> Result<TenantListing, ListingError> {
        let id = ListingId::new(build::id());
        listings(repository).update(&build::channel(Permission::Write), id, Ok(fields), &Precondition::default()).await
    }

    #[tokio::test]
    async fn what_changes_nothing_is_not_stored() {
        let mut repository = stored();
        repository.expect_update().never();
        let account = build::listing_account().id.to_string();
        let same = ListingFields {
            name: sent("Loft"),
            integration_account_id: sent(account.to_uppercase()),
            ..ListingFields::default()
        };
        assert_eq!(update(repository, same).await.expect("unchanged").listing.version(), 1);
    }

    #[tokio::test]
    async fn an_importer_is_not_the_owner() {
        let mut repository = MockListingRepository::new();
        repository.expect_get().once().returning(|_, id| Ok(Some(build::imported(build::listing(id)))));
        let refused = update(repository, ListingFields::default()).await.expect_err("refused");
        assert_eq!(refused.code(), Code::NotTheOwner);
    }

    #[tokio::test]
    async fn the_account_never_changes() {
        let other = ListingFields { integration_account_id: sent(build::id().to_string()), ..ListingFields::default() };
        let refused = update(stored(), other).await.expect_err("invalid");
        assert!(refused.field_errors().expect("field errors").contains_key("integrationAccountID"));
    }

    #[tokio::test]
    async fn an_unknown_listing_is_not_found() {
        let mut repository = MockListingRepository::new();
        repository.expect_get().once().returning(|_, _| Ok(None));
        let refused = update(repository, ListingFields::default()).await.expect_err("unknown");
        assert_eq!(refused.code(), Code::ListingNotFound);
    }

    #[tokio::test]
    async fn what_may_not_be_null_refuses_it() {
        let null = || Patch::Clear;
        let fields =
            ListingFields { name: null(), minimum_nights: Patch::Clear, currency: null(), ..ListingFields::default() };
        let refused = update(MockListingRepository::new(), fields).await.expect_err("invalid");
        let field_errors: Vec<_> = refused.field_errors().expect("field errors").keys().map(String::as_str).collect();
        assert_eq!(field_errors, ["currency", "minimumNights", "name"]);
    }

    #[tokio::test]
    async fn a_price_that_does_not_fit_is_told_before_a_lost_precondition() {
        let lost = Precondition::new(|_: Option<&TenantListing>| false);
        for (price, code) in [("0.001", Code::ValidationFailed), ("150", Code::PreconditionFailed)] {
            let fields = ListingFields { start_price: sent(price), ..ListingFields::default() };
            let listings = listings(stored());
            let id = ListingId::new(build::id());
            let refused = listings.update(&build::channel(Permission::Write), id, Ok(fields), &lost).await;
            assert_eq!(refused.expect_err("refused").code(), code, "{price}");
        }
    }
}

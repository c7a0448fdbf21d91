//! Creating a listing.

use domain::access::{Caller, Permission};
use domain::ids::{IntegrationAccountId, ListingId};
use domain::listings::{Listing, NewListing, TenantListing};
use validator::ValidationErrors;

use super::{ListingError, ListingFields, Listings};
use crate::input::reader::FieldReader;
use crate::input::{Input, not_found};
use crate::steps::idempotency::{Idempotent, Outcome};
use crate::steps::retry::retry_stale;

impl ListingFields {
    fn new_in_account(&self) -> Result<(IntegrationAccountId, NewListing), ValidationErrors> {
        let mut reader = FieldReader::default();
        let account = reader.required("integrationAccountID", &self.integration_account_id);
        let new = self.new_listing(&mut reader);
        reader.finish(account.zip(new))
    }
}

impl Listings {
    /// Creates a listing of an account of the caller's tenant.
    pub async fn create(
        &self,
        caller: &Caller,
        input: Input<ListingFields>,
        idempotent: &Idempotent<TenantListing>,
    ) -> Result<Outcome<TenantListing>, ListingError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let create = async || {
            let fields = input?.complete();
            let (account, new) = fields.new_in_account()?;
            let id = self.ambient.id(ListingId::new);
            retry_stale(async || {
                let missing = || ListingError::AccountNotFound(Some(not_found("integrationAccountID")));
                let account = self.repository.account(&scope, account).await?.ok_or_else(missing)?;
                let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
                let change = Listing::create(id, &account, new.clone(), &scope, stamp)?;
                fields.repeats(change.after.approval())?;
                let listing = TenantListing::own(change.after.clone(), scope.tenant_id(), account.is_active);
                self.repository.create(&scope, idempotent.sign(change, &listing)).await?;
                Ok(listing)
            })
            .await
        };
        self.idempotency.run(caller, idempotent, create).await
    }
}

#[cfg(test)]
mod tests {
    use domain::patch::Patch;
    use ports::{MockListingRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::{fields, listings, sent};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn with_account() -> MockListingRepository {
        let mut repository = MockListingRepository::new();
        repository.expect_account().returning(|_, _| Ok(Some(build::listing_account())));
        repository
    }

    async fn create(repository: MockListingRepository, fields: ListingFields) -> Result<TenantListing, ListingError> {
        let done =
            listings(repository).create(&build::channel(Permission::Write), Ok(fields), &Idempotent::default()).await;
        done.map(|done| done.now().expect("done now"))
    }

    #[tokio::test]
    async fn a_listing_is_made_in_the_currency_of_the_workspace_unless_told() {
        for (told, expected) in [(Patch::Keep, "USD"), (Patch::Set("JPY".to_owned()), "JPY")] {
            let mut repository = with_account();
            repository.expect_create().once().returning(|_, change| Ok(build::owned(change.after)));
            let created = create(repository, ListingFields { currency: told, ..fields("17") }).await.expect("created");
            assert_eq!(created.listing.details().start_price.currency().code(), expected);
        }
    }

    #[tokio::test]
    async fn all_field_errors_are_told_at_once() {
        let wrong = ListingFields {
            latitude: sent("91"),
            amenities: Patch::Set(vec![String::new()]),
            ..ListingFields::default()
        };
        let refused = create(MockListingRepository::new(), wrong).await.expect_err("invalid");
        let field_errors: Vec<_> = refused.field_errors().expect("field errors").keys().map(String::as_str).collect();
        let missing =
            ["integrationAccountID", "latitude", "longitude", "maxOccupancy", "name", "providerID", "startPrice"];
        assert_eq!(field_errors, [&["amenities.0"][..], &missing].concat());
    }

    #[tokio::test]
    async fn a_price_must_fit_its_currency() {
        let fine = ListingFields { start_price: sent("0.5"), currency: sent("JPY"), ..fields("17") };
        let refused = create(with_account(), fine).await.expect_err("invalid");
        assert_eq!(refused.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["startPrice"]);
    }

    #[tokio::test]
    async fn an_unknown_account_is_not_found() {
        let mut repository = MockListingRepository::new();
        repository.expect_account().once().returning(|_, _| Ok(None));
        let refused = create(repository, fields("17")).await.expect_err("unknown");
        assert_eq!(refused.code(), Code::IntegrationAccountNotFound);
        assert!(refused.field_errors().expect("field errors").contains_key("integrationAccountID"));
    }

    #[tokio::test]
    async fn a_taken_provider_id_is_a_conflict() {
        let mut repository = with_account();
        let taken = || RepositoryError::Taken { rule: rules::LISTING_PROVIDER_ID };
        repository.expect_create().once().returning(move |_, _| Err(taken()));
        let refused = create(repository, fields("17")).await.expect_err("taken");
        assert_eq!(refused.code(), Code::ProviderIdTaken);
    }

    #[tokio::test]
    async fn a_reader_creates_nothing() {
        let input = Ok(ListingFields::default());
        let refused = listings(MockListingRepository::new())
            .create(&build::channel(Permission::Read), input, &Idempotent::default())
            .await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }
}

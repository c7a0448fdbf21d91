//! Storing the deliveries of connectors.

use std::collections::HashSet;

use domain::access::{Caller, Permission, TenantScope};
use domain::ids::{IntegrationAccountId, ListingId};
use domain::listings::{Delivered, Delivery, DeliveryError, NewListing};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::ValidationErrors;

use super::error::field;
use super::fields::DeliverListingBody;
use super::{ListingError, ListingFields, Listings};
use crate::input::reader::FieldReader;
use crate::input::wire::bounded;
use crate::input::{Input, REQUIRED};
use crate::steps::retry::retry_stale;

pub(super) const LISTINGS: &str = "listings";

/// Listings of one account that are delivered together.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = DeliveryBody)]
pub struct DeliverListings {
    /// The listings, matched by `providerID`, each at most once.
    #[serde(default, deserialize_with = "bounded::<_, _, _, { DeliverListings::MOST }>")]
    #[schema(value_type = Vec<DeliverListingBody>, required, nullable = false, max_items = 1000)]
    pub listings: Option<Vec<ListingFields>>,
}

impl DeliverListings {
    /// The maximum number of listings in a delivery.
    pub const MOST: usize = 1000;

    pub(crate) fn new_listings(self) -> Result<Vec<NewListing>, ValidationErrors> {
        let mut reader = FieldReader::default();
        let mut known = HashSet::new();
        let Some(listings) = self.listings else {
            reader.refuse(LISTINGS, REQUIRED);
            return Err(reader.into_errors());
        };
        let listings: Vec<_> = listings.into_iter().map(ListingFields::complete).collect();
        let new = reader.items(LISTINGS, &listings, Self::MOST, |r, fields| {
            let new = fields.new_listing(r)?;
            if !known.insert(new.provider_id.clone()) {
                r.refuse("providerID", "is there more than once.");
            }
            Some(new)
        });
        reader.finish(new)
    }
}

impl Listings {
    /// Stores a connector's delivery for an account of the caller's tenant: all of it or nothing. Listings are matched
    /// by their provider ids; listings that are not delivered are left unchanged.
    pub async fn deliver(
        &self,
        caller: &Caller,
        account: IntegrationAccountId,
        input: Input<DeliverListings>,
    ) -> Result<Delivered, ListingError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        self.deliver_in(&scope, account, input?).await
    }

    pub(super) async fn deliver_in(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
        command: DeliverListings,
    ) -> Result<Delivered, ListingError> {
        let new = command.new_listings()?;
        let provider_ids: Vec<_> = new.iter().map(|new| new.provider_id.clone()).collect();
        let new: Vec<_> = new.into_iter().map(|new| (self.ambient.id(ListingId::new), new)).collect();
        retry_stale(async || {
            let account = self.repository.account(scope, account).await?;
            let account = account.ok_or(ListingError::AccountNotFound(None))?;
            let stored = self.repository.with_provider_ids(scope, account.id, &provider_ids).await?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let (outcome, change) = Delivery::decide(&account, new.clone(), stored, scope, stamp)?;
            if let Some(change) = change {
                self.repository.deliver(scope, change).await?;
            }
            Ok(outcome)
        })
        .await
    }
}

impl From<Vec<DeliveryError>> for ListingError {
    fn from(errors: Vec<DeliveryError>) -> Self {
        let mut reader = FieldReader::default();
        for DeliveryError { position, error } in errors {
            if !reader.goes_on() {
                break;
            }
            reader.at(LISTINGS, |r| r.at(position, |r| r.refuse(field(error), error)));
        }
        reader.into_errors().into()
    }
}

#[cfg(test)]
mod tests {
    use domain::listings::Listing;
    use domain::patch::Patch;
    use ports::MockListingRepository;
    use testkit::build;

    use super::super::fixture::{fields, listings, sent};
    use super::*;
    use crate::input::reader::ENOUGH;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn with(stored: Vec<Listing>) -> MockListingRepository {
        let mut repository = MockListingRepository::new();
        repository.expect_account().returning(|_, _| Ok(Some(build::listing_account())));
        repository.expect_with_provider_ids().returning(move |_, _, _| Ok(stored.clone()));
        repository
    }

    async fn deliver(
        repository: MockListingRepository,
        delivered: Option<Vec<ListingFields>>,
    ) -> Result<Delivered, ListingError> {
        let caller = build::channel(Permission::Write);
        let command = DeliverListings { listings: delivered };
        listings(repository).deliver(&caller, build::listing_account().id, Ok(command)).await
    }

    #[tokio::test]
    async fn what_is_not_there_yet_is_created() {
        let mut repository = with(vec![]);
        repository.expect_deliver().once().returning(|_, _| Ok(()));
        let delivered = deliver(repository, Some(vec![fields("a"), fields("b")])).await.expect("delivered");
        assert_eq!(delivered, Delivered { created: 2, updated: 0, unchanged: 0 });
    }

    #[tokio::test]
    async fn what_is_as_it_should_be_is_not_stored() {
        let stored = build::listing(ListingId::new(build::id()));
        let provider_id = stored.details().provider_id.to_string();
        let mut repository = with(vec![stored]);
        repository.expect_deliver().never();
        let delivered = deliver(repository, Some(vec![fields(&provider_id)])).await.expect("delivered");
        assert_eq!(delivered, Delivered { created: 0, updated: 0, unchanged: 1 });
    }

    #[tokio::test]
    async fn every_invalid_listing_is_named() {
        let wrong = ListingFields { longitude: sent("181"), ..fields("b") };
        let refused = deliver(MockListingRepository::new(), Some(vec![fields("a"), wrong, fields("a")])).await;
        let refused = refused.expect_err("invalid");
        let field_errors: Vec<_> = refused.field_errors().expect("field errors").keys().map(String::as_str).collect();
        assert_eq!(field_errors, ["listings.1.longitude", "listings.2.providerID"]);

        let fine = |provider_id| ListingFields {
            start_price: sent("0.001"),
            minimum_nights: Patch::Set(3),
            maximum_nights: Patch::Set(2),
            ..fields(provider_id)
        };
        let refused = deliver(with(vec![]), Some(vec![fields("a"), fine("b"), fine("c")])).await;
        let refused = refused.expect_err("invalid");
        let field_errors = refused.field_errors().expect("field errors");
        assert_eq!(
            field_errors.keys().map(String::as_str).collect::<Vec<_>>(),
            ["listings.1.maximumNights", "listings.1.startPrice", "listings.2.maximumNights", "listings.2.startPrice"]
        );
        let expected = "The listings.2.start price may not have more than 2 decimals in USD.";
        assert_eq!(field_errors["listings.2.startPrice"], [expected]);
    }

    #[tokio::test]
    async fn a_delivery_with_very_many_errors_is_not_told_all_of_them() {
        let invalid = vec![
            ListingFields { amenities: Patch::Set(vec![String::new(); 200]), ..fields("a") };
            DeliverListings::MOST
        ];
        let too_fine = |number: usize| ListingFields { start_price: sent("0.001"), ..fields(&number.to_string()) };
        for (repository, delivered) in [
            (MockListingRepository::new(), invalid),
            (with(vec![]), (0..DeliverListings::MOST).map(too_fine).collect()),
        ] {
            let refused = deliver(repository, Some(delivered)).await.expect_err("invalid");
            assert_eq!(refused.field_errors().expect("field errors").len(), ENOUGH);
            assert!(refused.to_string().ends_with("the rest was not read."), "{refused}");
        }
    }

    #[tokio::test]
    async fn a_delivery_has_bounds() {
        for delivered in [None, Some(vec![ListingFields::default(); DeliverListings::MOST + 1])] {
            let refused = deliver(MockListingRepository::new(), delivered).await.expect_err("invalid");
            assert_eq!(refused.field_errors().expect("field errors").keys().collect::<Vec<_>>(), [LISTINGS]);
        }
        let nothing = deliver(with(vec![]), Some(vec![])).await.expect("nothing to do");
        assert_eq!(nothing, Delivered { created: 0, updated: 0, unchanged: 0 });
    }

    #[tokio::test]
    async fn an_account_of_another_tenant_is_not_found() {
        let mut repository = MockListingRepository::new();
        repository.expect_account().once().returning(|_, _| Ok(None));
        let refused = deliver(repository, Some(vec![fields("a")])).await.expect_err("unknown");
        assert_eq!(refused.code(), Code::IntegrationAccountNotFound);
    }
}

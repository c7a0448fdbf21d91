//! Finding what a tenant has by a part of a text.

use domain::access::{Caller, Permission, TenantScope};
use domain::integration_accounts::IntegrationAccount;
use domain::listings::TenantListing;
use domain::promotions::Promotion;
use domain::reservations::{ReservationParts, TenantReservation};
use domain::text::{Rank, SearchText};
use domain::users::ApiUser;
use ports::{IntegrationAccountFilter, ListingFilter, Page, PageStart, PromotionFilter, ReservationFilter, UserFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::Findings;
use crate::input::Input;
use crate::input::reader::{FieldReader, Fields, read};
use crate::outcome::refusal::Refusal;

/// The page of each kind from which the best are taken.
const CANDIDATES: Page = Page { start: PageStart::Number(1), size: 100 };
/// The number of each kind that are shown.
const SHOWN: usize = 5;

/// The text to find.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindAnything {
    /// A part of a text, ignoring case.
    #[param(required = true, min_length = 1, max_length = 255, example = "harlem")]
    pub q: Option<String>,
}

impl Fields for FindAnything {
    type Values = SearchText;

    fn read(&self, r: &mut FieldReader) -> Option<SearchText> {
        r.required("q", &self.q)
    }
}

/// A thing with a text that has the part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The id of the thing.
    pub id: Uuid,
    /// The name of the thing, or of its guest.
    pub name: String,
    /// The field in which the part was found.
    pub field: &'static str,
    /// The text of that field.
    pub text: String,
}

/// The best findings of each kind, the best first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the kinds")]
pub struct FoundThings {
    pub accounts: Vec<Finding>,
    pub listings: Vec<Finding>,
    pub promotions: Vec<Finding>,
    pub reservations: Vec<Finding>,
    pub users: Vec<Finding>,
}

/// A thing with the texts in which it is searched, of which the first is its name.
struct Candidate {
    id: Uuid,
    texts: Vec<(&'static str, String)>,
}

impl Findings {
    /// Finds up to five things of each kind that the caller's tenant sees: those that match best of the first hundred.
    pub async fn find(&self, caller: &Caller, input: Input<FindAnything>) -> Result<FoundThings, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let q = read(&input?)?;
        Ok(FoundThings {
            accounts: self.accounts(&scope, &q).await?,
            listings: self.listings(&scope, &q).await?,
            promotions: self.promotions(&scope, &q).await?,
            reservations: self.reservations(&scope, &q).await?,
            users: self.users(&scope, &q).await?,
        })
    }

    async fn accounts(&self, scope: &TenantScope, q: &SearchText) -> Result<Vec<Finding>, Refusal> {
        let filter = IntegrationAccountFilter { q: Some(q.clone()), ..IntegrationAccountFilter::default() };
        let found = self.accounts.list(scope, &filter, CANDIDATES).await?.items;
        Ok(best(q, found.iter().map(of_account)))
    }

    async fn listings(&self, scope: &TenantScope, q: &SearchText) -> Result<Vec<Finding>, Refusal> {
        let filter = ListingFilter { q: Some(q.clone()), ..ListingFilter::default() };
        let found = self.listings.list(scope, &filter, CANDIDATES).await?.items;
        Ok(best(q, found.into_iter().map(|seen| of_listing(seen, scope))))
    }

    async fn promotions(&self, scope: &TenantScope, q: &SearchText) -> Result<Vec<Finding>, Refusal> {
        let filter = PromotionFilter { q: Some(q.clone()), include_inactive: true, ..PromotionFilter::default() };
        let found = self.promotions.list(scope, &filter, CANDIDATES).await?.items;
        Ok(best(q, found.iter().map(of_promotion)))
    }

    async fn reservations(&self, scope: &TenantScope, q: &SearchText) -> Result<Vec<Finding>, Refusal> {
        let filter = ReservationFilter { q: Some(q.clone()), ..ReservationFilter::default() };
        let found = self.reservations.list(scope, &filter, CANDIDATES).await?.items;
        Ok(best(q, found.into_iter().map(of_reservation)))
    }

    async fn users(&self, scope: &TenantScope, q: &SearchText) -> Result<Vec<Finding>, Refusal> {
        let filter = UserFilter { q: Some(q.clone()), ..UserFilter::default() };
        let found = self.users.list(scope, &filter, CANDIDATES).await?.items;
        Ok(best(q, found.iter().map(of_user)))
    }
}

/// Returns the best of the candidates, in their order where they are equal.
fn best(q: &SearchText, candidates: impl Iterator<Item = Candidate>) -> Vec<Finding> {
    let finding = |Candidate { id, texts }: Candidate| {
        let ranked = texts.iter().filter_map(|(field, text)| Some((Rank::of(q, text)?, *field, text)));
        let (rank, field, text) = ranked.min_by_key(|(rank, ..)| *rank)?;
        let name = texts.first()?.1.clone();
        Some((rank, Finding { id, name, field, text: text.clone() }))
    };
    let mut findings: Vec<_> = candidates.filter_map(finding).collect();
    findings.sort_by_key(|(rank, _)| *rank);
    findings.into_iter().take(SHOWN).map(|(_, finding)| finding).collect()
}

/// Returns the texts that exist.
fn texts<const N: usize>(texts: [(&'static str, Option<String>); N]) -> Vec<(&'static str, String)> {
    texts.into_iter().filter_map(|(field, text)| Some((field, text?))).collect()
}

fn of_account(account: &IntegrationAccount) -> Candidate {
    let details = account.details().clone();
    let texts = texts([
        ("name", Some(details.name.into())),
        ("accountIdentifier", Some(details.account_identifier.into())),
        ("providerAccountID", details.provider_account_id.map(Into::into)),
    ]);
    Candidate { id: account.id().as_uuid(), texts }
}

fn of_listing(seen: TenantListing, scope: &TenantScope) -> Candidate {
    let (id, is_own) = (seen.listing.id().as_uuid(), seen.owner == scope.tenant_id());
    let details = seen.listing.into_parts().details;
    let texts = texts([
        ("name", Some(details.name.into())),
        ("providerID", Some(details.provider_id.into())),
        ("city", details.address.city.map(Into::into)),
        ("internalName", details.internal_name.filter(|_| is_own).map(Into::into)),
    ]);
    Candidate { id, texts }
}

fn of_promotion(promotion: &Promotion) -> Candidate {
    let details = promotion.details().clone();
    let texts = texts([("name", Some(details.name.into())), ("couponCode", details.coupon_code.map(Into::into))]);
    Candidate { id: promotion.id().as_uuid(), texts }
}

fn of_reservation(seen: TenantReservation) -> Candidate {
    let ReservationParts { id, guest, external, .. } = seen.reservation.into_parts();
    let texts = texts([
        ("guest", Some(format!("{} {}", guest.first_name, guest.last_name))),
        ("email", guest.email.map(|email| email.as_str().to_owned())),
        ("externalID", external.map(|external| external.id.into())),
    ]);
    Candidate { id: id.as_uuid(), texts }
}

fn of_user(user: &ApiUser) -> Candidate {
    let texts = texts([
        ("name", Some(user.name().to_string())),
        ("email", user.email().map(|email| email.as_str().to_owned())),
    ]);
    Candidate { id: user.id().as_uuid(), texts }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::ids::ListingId;
    use domain::listings::{Listing, ListingDetails, ListingParts};
    use ports::{
        MockIntegrationAccountQueries, MockListingQueries, MockPromotionQueries, MockReservationQueries,
        MockUserQueries, Slice,
    };
    use testkit::build;

    use super::*;
    use crate::outcome::problem::Problem;

    fn nothing<T>() -> Slice<T> {
        Slice { items: vec![], has_more: false }
    }

    /// Returns a listing of the channel with this name.
    fn named(name: &str) -> TenantListing {
        let parts = build::listing(ListingId::new(build::id())).into_parts();
        let details = ListingDetails { name: name.parse().expect("a name"), ..parts.details };
        build::owned(Listing::from_parts(ListingParts { details, ..parts }))
    }

    /// Returns the use case, in which only listings are found, by this text.
    fn over(q: &'static str, items: Vec<TenantListing>) -> Findings {
        let mut listings = MockListingQueries::new();
        listings
            .expect_list()
            .withf(move |scope, filter, page| {
                let expected = ListingFilter { q: q.parse().ok(), ..ListingFilter::default() };
                scope.tenant_id() == build::channel_id() && *filter == expected && *page == CANDIDATES
            })
            .returning(move |_, _, _| Ok(Slice { items: items.clone(), has_more: false }));
        let mut accounts = MockIntegrationAccountQueries::new();
        accounts.expect_list().returning(|_, _, _| Ok(nothing()));
        let mut promotions = MockPromotionQueries::new();
        promotions.expect_list().withf(|_, filter, _| filter.include_inactive).returning(|_, _, _| Ok(nothing()));
        let mut reservations = MockReservationQueries::new();
        reservations.expect_list().returning(|_, _, _| Ok(nothing()));
        let mut users = MockUserQueries::new();
        users.expect_list().returning(|_, _, _| Ok(nothing()));
        Findings {
            accounts: Arc::new(accounts),
            listings: Arc::new(listings),
            promotions: Arc::new(promotions),
            reservations: Arc::new(reservations),
            users: Arc::new(users),
        }
    }

    fn asked(q: &str) -> FindAnything {
        FindAnything { q: Some(q.to_owned()) }
    }

    #[tokio::test]
    async fn the_five_that_match_best_are_shown_the_best_first() {
        let names = ["Savannah", "Grace Ann", "Joanna", "Anna", "Ann", "Ann Lee", "Hanna"];
        let findings = over("ann", names.map(named).to_vec());
        let found = findings.find(&build::channel(Permission::Read), Ok(asked("ann"))).await.expect("found");
        let names: Vec<_> = found.listings.iter().map(|listing| (listing.name.as_str(), listing.field)).collect();
        assert_eq!(
            names,
            [("Ann", "name"), ("Anna", "name"), ("Ann Lee", "name"), ("Grace Ann", "name"), ("Savannah", "name")]
        );
        assert_eq!(FoundThings { listings: vec![], ..found }, FoundThings::default());
    }

    #[tokio::test]
    async fn a_text_is_required() {
        let findings = over("ann", vec![]);
        for input in [FindAnything::default(), asked(" ")] {
            let refused = findings.find(&build::channel(Permission::Read), Ok(input)).await.expect_err("invalid");
            assert_eq!(refused.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["q"]);
        }
    }
}

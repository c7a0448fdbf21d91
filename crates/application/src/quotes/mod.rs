//! Quotes: prices of stays, valid for a while.

mod coupons;
mod create;
mod error;
mod forget;
pub(crate) mod stay;

use std::sync::Arc;

use ports::QuoteRepository;

pub use self::coupons::{CouponLimit, CouponOutcome};
pub use self::error::QuoteError;
pub use self::stay::{GuestCountFields, StayFields};
use crate::steps::ambient::Ambient;
use crate::steps::idempotency::Idempotency;

/// The use cases of quotes.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Quotes {
    pub repository: Arc<dyn QuoteRepository>,
    pub idempotency: Idempotency,
    pub coupons: CouponLimit,
    pub ambient: Ambient,
}

#[cfg(test)]
pub(crate) mod fixture {
    use std::collections::BTreeMap;

    use domain::access::Permission;
    use domain::availability::Calendar;
    use domain::ids::{AuditId, ListingId, QuoteId, ReservationId};
    use domain::percentages::Percentage;
    use domain::quotes::{AccountRates, FoundQuote, Offer, Quote};
    use domain::stays::Stay;
    use ports::MockQuoteRepository;
    use testkit::build;
    use uuid::Uuid;

    pub(crate) use super::coupons::fixture::coupons;
    use super::*;
    use crate::input::reader::read;

    /// The listing of every offer in these tests.
    pub(crate) const LISTING: ListingId = ListingId::new(Uuid::from_u128(21));

    #[expect(clippy::unnecessary_wraps, reason = "it reads as what a client sent")]
    pub(crate) fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    /// Returns a request for two nights and two guests.
    pub(crate) fn stay() -> StayFields {
        StayFields {
            listing_id: Some(LISTING.to_string()),
            check_in_date: text("2030-01-10"),
            check_out_date: text("2030-01-12"),
            guests: Some(2),
            ..StayFields::default()
        }
    }

    /// Returns an offer of the channel's own listing at 149.00 USD a night, with these stays sold.
    pub(crate) fn offer(sold: Vec<Stay>) -> Offer {
        let listing = build::listing(LISTING);
        let calendar = Calendar::new(listing.details(), BTreeMap::new(), sold);
        let nothing = Percentage::default();
        Offer {
            listing: build::owned(listing),
            rates: AccountRates {
                markup: nothing,
                distribution_markup: nothing,
                default_discount: None,
                workspace_discount: nothing,
            },
            charges: vec![],
            longest_importer_hold: 72.try_into().expect("hours"),
            calendar,
            lapsed: vec![],
            promotion: None,
        }
    }

    /// Returns an offer of the same listing as an import by the channel that is asleep.
    pub(crate) fn asleep() -> Offer {
        let mut offer = offer(vec![]);
        offer.listing = build::imported(offer.listing.listing);
        offer.listing.unavailable = Some(domain::listings::Unavailable::AccountInactive);
        offer
    }

    /// Returns a sold stay in the middle of [`stay`].
    pub(crate) fn sold() -> Vec<Stay> {
        let date = |text: &str| text.parse().expect("a date");
        vec![Stay::new(date("2030-01-11"), date("2030-01-12")).expect("a stay")]
    }

    /// Returns a repository with this offer for every request of the channel.
    pub(crate) fn offering(offer: Option<Offer>) -> MockQuoteRepository {
        let mut repository = MockQuoteRepository::new();
        repository
            .expect_offer()
            .withf(|scope, request| scope.tenant_id() == build::channel_id() && request.at == build::at())
            .returning(move |_, _| Ok(offer.clone()));
        repository
    }

    /// Returns a quote of [`stay`] for 298.00 USD: used for the reservation if there is one, else valid.
    pub(crate) fn quote(reservation: Option<ReservationId>) -> FoundQuote {
        let scope = build::channel(Permission::Write).tenant_scope(Permission::Write).expect("an active tenant");
        let (_, requested) = read(&stay()).expect("a stay");
        let priced = offer(vec![]).price(&requested, build::channel_id(), build::at()).expect("on offer");
        let stamp = scope.stamp(AuditId::new(build::id()), build::at());
        FoundQuote { quote: Quote::create(QuoteId::new(build::id()), priced, &scope, stamp).after, reservation }
    }
}

//! Quotes: prices of stays, valid for a quarter of an hour.
//!
//! A quote does not hold the nights. It fixes a price: a booking with it in time costs exactly that, even if the
//! calendar, the account or the promotion has changed.

mod guests;
mod offers;
mod prices;
#[cfg(test)]
mod tests;
mod totals;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

pub use self::guests::{FewerThanChildrenError, GuestCount, TooManyGuestsError};
pub use self::offers::{
    AccountRates, AmendedSale, AskedPromotion, CurrencyMismatchError, NotOpenError, Offer, OfferRefused, PricedStay,
    RequestedStay, StayIssue,
};
pub use self::prices::{Price, PriceLine, PriceParts, Rates};
pub use self::totals::StayPrice;
use crate::access::TenantScope;
use crate::audit::{AuditEntry, Fact, Facts, ResourceKind, Stamp};
use crate::change::Change;
use crate::ids::{QuoteId, ReservationId, TenantId, WorkspaceId};

const LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// The time for which an expired quote is kept, to report that it has expired or was used.
const KEPT: TimeDelta = TimeDelta::days(1);

/// A price that is valid for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    parts: QuoteParts,
}

/// The stored fields of a quote, for adapters and views. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The quote's id.
    pub id: QuoteId,
    /// The tenant that requested it; no other may book with it.
    pub tenant_id: TenantId,
    /// The stay with its price.
    pub priced: PricedStay,
    /// The creation time, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The time at which it expires, in whole milliseconds.
    pub expires_at: DateTime<Utc>,
}

/// A stored quote, with the reservation that was made with it. Only the reservation stores this relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundQuote {
    /// The quote.
    pub quote: Quote,
    /// The reservation that was made with it.
    pub reservation: Option<ReservationId>,
}

/// A quote that can no longer be booked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum QuoteSpentError {
    /// The quote was used for a reservation, which may be cancelled by now.
    #[error("The quote was used already.")]
    Used {
        /// The reservation.
        reservation: ReservationId,
    },
    /// The quote has expired.
    #[error("The quote has expired.")]
    Expired,
}

impl Quote {
    /// Creates a quote for the scope's tenant.
    pub fn create(id: QuoteId, priced: PricedStay, scope: &TenantScope, stamp: Stamp) -> Change<Self> {
        let quote = Self {
            parts: QuoteParts {
                workspace_id: scope.workspace_id(),
                id,
                tenant_id: scope.tenant_id(),
                priced,
                created_at: stamp.at,
                expires_at: stamp.at + LIFETIME,
            },
        };
        let resource = (ResourceKind::Quote, id.as_uuid(), quote.priced().stay.to_string());
        let facts = (Facts::new(), quote.priced().facts());
        // No event: quotes are many, and change no resource.
        let audit = AuditEntry { event: None, ..stamp.entry(scope, "quote.create", resource, facts) };
        Change::new(quote, audit)
    }

    /// The time before which expired quotes can be deleted.
    pub fn kept_since(now: DateTime<Utc>) -> DateTime<Utc> {
        now - KEPT
    }

    /// Creates a quote from stored fields. Checks no rule.
    pub const fn from_parts(parts: QuoteParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> QuoteParts {
        self.parts
    }

    /// The quote's id.
    pub const fn id(&self) -> QuoteId {
        self.parts.id
    }

    /// The stay with its price.
    pub const fn priced(&self) -> &PricedStay {
        &self.parts.priced
    }
}

impl FoundQuote {
    /// Returns the quote, if it can be booked with.
    ///
    /// # Errors
    /// If it was used or has expired. `Used` comes first, so that a client that missed the reply to its booking gets
    /// the reservation.
    pub fn good(&self, now: DateTime<Utc>) -> Result<&Quote, QuoteSpentError> {
        match self.reservation {
            Some(reservation) => Err(QuoteSpentError::Used { reservation }),
            None if now >= self.quote.parts.expires_at => Err(QuoteSpentError::Expired),
            None => Ok(&self.quote),
        }
    }
}

impl PricedStay {
    /// The facts for the audit trail. An importer reads them too, and may not learn the id behind a coupon code: the id
    /// still works when the code has been changed.
    pub(crate) fn facts(&self) -> Facts {
        let Self { listing_id, integration_account_id, stay, guests, price, promotion_id: _ } = self;
        vec![
            ("listingID", Fact::Text(listing_id.to_string())),
            ("integrationAccountID", Fact::Text(integration_account_id.to_string())),
            ("checkInDate", Fact::Text(stay.check_in().to_string())),
            ("checkOutDate", Fact::Text(stay.check_out().to_string())),
            ("guests", Fact::Integer(guests.guests().get().into())),
            ("children", Fact::Integer(guests.children().get().into())),
            ("infants", Fact::Integer(guests.infants().get().into())),
            ("pets", Fact::Integer(guests.pets().get().into())),
            ("totalPrice", Fact::Text(price.total().to_string())),
            ("currency", Fact::from(price.currency().code())),
        ]
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use uuid::Uuid;

    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{caller, standing};
    use crate::availability::Calendar;
    use crate::listings::TenantListing;
    use crate::listings::fixture::listing;
    use crate::percentages::Percentage;
    use crate::stays::fixture::stay;

    /// On New Year's Eve, at noon.
    pub(crate) fn now() -> DateTime<Utc> {
        "2029-12-31T12:00:00Z".parse().expect("an instant")
    }

    /// Leave to work in the tenant 2.
    pub(crate) fn scope() -> TenantScope {
        let channel = || standing(2, false);
        caller(channel(), channel(), Permission::Write).tenant_scope(Permission::Write).expect("an active tenant")
    }

    /// A listing of this tenant for 149.00 USD a night, free, without markups or discounts.
    pub(crate) fn offer(owner: u128) -> Offer {
        let listing = listing();
        let calendar = Calendar::new(listing.details(), std::collections::BTreeMap::new(), vec![]);
        let nothing = Percentage::default();
        Offer {
            listing: TenantListing::own(listing, TenantId::new(Uuid::from_u128(owner)), true),
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

    pub(crate) fn requested(check_in: &str, check_out: &str) -> RequestedStay {
        let guests = GuestCount::adults_only(1.try_into().expect("a guest"));
        RequestedStay { stay: stay(check_in, check_out), guests, currency: None, promotion: None }
    }

    /// Two nights for 298.00 USD.
    pub(crate) fn priced() -> PricedStay {
        let requested = requested("2030-01-10", "2030-01-12");
        offer(2).price(&requested, scope().tenant_id(), now()).expect("on offer")
    }
}

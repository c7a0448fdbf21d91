//! Bookings: with a quote, or at the current price.

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::decisions::Parties;
use super::{
    ExternalId, ExternalName, Guest, Notes, Reservation, ReservationParts, ReservationStatus, ReservationType, Source,
};
use crate::access::TenantScope;
use crate::audit::{Facts, Stamp};
use crate::change::Change;
use crate::ids::{AuditId, QuoteId, ReservationId, TenantId};
use crate::money::{Money, Total};
use crate::numbers::Whole;
use crate::quotes::{FoundQuote, Offer, OfferRefused, Price, PricedStay, QuoteSpentError, RequestedStay};

const HOLD: TimeDelta = TimeDelta::hours(24);
const LONGEST_HOLD_DAYS: i64 = 30;

/// The maximum hours for which an importer may hold nights: at most as long as the owner itself.
pub type ImporterHoldHours = Whole<1, { 24 * 30 }>;

/// The maximum number of pending stays of one owner for one importer.
pub type ImporterHolds = Whole<0, 10_000>;

/// A refusal to hold nights until the requested time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HoldError {
    /// The time has passed.
    #[error("must lie in the future.")]
    Past,
    /// The time is too late for a booking that is not confirmed.
    #[error("may not lie more than {LONGEST_HOLD_DAYS} days ahead.")]
    TooFar,
    /// The time is too late for an importer.
    #[error("may not lie more than {} hours ahead.", longest.get())]
    TooFarForImporter {
        /// The maximum hours for which importers of the workspace may hold nights.
        longest: ImporterHoldHours,
    },
    /// The booking is confirmed at once, so it has no hold.
    #[error("may be sent with PENDING_CONFIRMATION only.")]
    Instant,
}

/// The fields of a new reservation, except the stay.
#[derive(Debug, Clone)]
pub struct NewReservation {
    /// The reservation's id.
    pub id: ReservationId,
    /// The type, which decides whether it is confirmed at once.
    pub kind: ReservationType,
    /// The time until which the nights are held, if they are; a day by default.
    pub hold_expires_at: Option<DateTime<Utc>>,
    /// The guest.
    pub guest: Guest,
    /// The source of the booking.
    pub source: Option<Source>,
    /// Notes.
    pub notes: Option<Notes>,
    /// The id in the seller's own system.
    pub external_id: Option<ExternalId>,
}

/// A new reservation, with the owner at the time of the decision and the lapsed holds that it replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationBooked {
    /// The reservation.
    pub reservation: Reservation,
    /// The owner of the listing. Another seller must still import the listing when this is stored.
    pub owner: TenantId,
    /// Lapsed holds of the same nights. Each is a change of its own, by the operator.
    pub expired: Vec<Change<Reservation>>,
}

/// A refusal to book.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BookingRefused {
    /// The nights cannot be held until the requested time.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// The quote has been used or has expired.
    #[error(transparent)]
    Quote(#[from] QuoteSpentError),
    /// The stay cannot be sold.
    #[error(transparent)]
    Offer(#[from] OfferRefused),
    /// The price differs from the expected one. Contains the current price, for a new quote.
    #[error("The price has changed.")]
    PriceChanged(Box<PricedStay>),
}

/// The amounts that a seller expects a stay to cost, as far as they are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExpectedPrice {
    /// The total.
    pub total: Option<Total>,
    /// The price of all nights, before markups and discounts.
    pub base: Option<Total>,
    /// The sum of the fees.
    pub fees: Option<Total>,
    /// The sum of the taxes.
    pub taxes: Option<Total>,
}

impl ExpectedPrice {
    /// Whether the price has these amounts.
    pub(super) fn agrees(self, price: &Price) -> bool {
        let Self { total, base, fees, taxes } = self;
        let expected =
            [(total, price.total()), (base, price.parts().base), (fees, price.fees()), (taxes, price.taxes())];
        let agrees = |amount, is| Money::of(amount, price.currency()) == Ok(is);
        expected.into_iter().all(|(expected, is)| expected.is_none_or(|amount| agrees(amount, is)))
    }
}

impl Reservation {
    /// Books with a quote, at the quoted price even if it has changed. The offer must be of the quote's listing and
    /// nights. Checks again whether this tenant can sell the nights.
    ///
    /// # Errors
    /// The first reason that prevents it.
    pub fn book_quoted(
        new: NewReservation,
        quote: &FoundQuote,
        offer: &Offer,
        scope: &TenantScope,
        stamp: Stamp,
        next_id: impl FnMut() -> AuditId,
    ) -> Result<Change<ReservationBooked>, BookingRefused> {
        let hold = new.hold(stamp.at, offer.longest_hold(scope.tenant_id()))?;
        let quote = quote.good(stamp.at)?;
        offer.is_open(quote.priced().stay, scope.tenant_id()).map_err(OfferRefused::from)?;
        let sold = Sold { priced: quote.priced().clone(), quote_id: Some(quote.id()), hold };
        Ok(sold.booked(new, offer, scope, stamp, next_id))
    }

    /// Books at the current price, which must have the expected amounts.
    ///
    /// # Errors
    /// The first reason that prevents it.
    pub fn book(
        new: NewReservation,
        requested: &RequestedStay,
        expected: ExpectedPrice,
        offer: &Offer,
        scope: &TenantScope,
        stamp: Stamp,
        next_id: impl FnMut() -> AuditId,
    ) -> Result<Change<ReservationBooked>, BookingRefused> {
        let hold = new.hold(stamp.at, offer.longest_hold(scope.tenant_id()))?;
        let priced = offer.price(requested, scope.tenant_id(), stamp.at)?;
        if !expected.agrees(&priced.price) {
            return Err(BookingRefused::PriceChanged(Box::new(priced)));
        }
        let sold = Sold { priced, quote_id: None, hold };
        Ok(sold.booked(new, offer, scope, stamp, next_id))
    }
}

impl Offer {
    /// The tenant's longest hold, and the refusal of a longer one.
    fn longest_hold(&self, tenant: TenantId) -> (TimeDelta, HoldError) {
        let longest = self.longest_importer_hold;
        match self.importer(tenant) {
            Some(_) => (TimeDelta::hours(longest.get().into()), HoldError::TooFarForImporter { longest }),
            None => (TimeDelta::days(LONGEST_HOLD_DAYS), HoldError::TooFar),
        }
    }
}

impl NewReservation {
    fn hold(
        &self,
        now: DateTime<Utc>,
        (longest, too_far): (TimeDelta, HoldError),
    ) -> Result<Option<DateTime<Utc>>, HoldError> {
        match (self.kind, self.hold_expires_at) {
            (ReservationType::InstantBooking, None) => Ok(None),
            (ReservationType::InstantBooking, Some(_)) => Err(HoldError::Instant),
            (ReservationType::PendingConfirmation, None) => Ok(Some(now + HOLD.min(longest))),
            (ReservationType::PendingConfirmation, Some(end)) if end <= now => Err(HoldError::Past),
            (ReservationType::PendingConfirmation, Some(end)) if end - now > longest => Err(too_far),
            (ReservationType::PendingConfirmation, Some(end)) => Ok(Some(end)),
        }
    }
}

/// A stay that is ready to be booked.
struct Sold {
    priced: PricedStay,
    quote_id: Option<QuoteId>,
    hold: Option<DateTime<Utc>>,
}

impl Sold {
    fn booked(
        self,
        new: NewReservation,
        offer: &Offer,
        scope: &TenantScope,
        stamp: Stamp,
        mut next_id: impl FnMut() -> AuditId,
    ) -> Change<ReservationBooked> {
        let Self { priced, quote_id, hold } = self;
        let NewReservation { id, kind, hold_expires_at: _, guest, source, notes, external_id } = new;
        let (status, confirmed_at) = match kind {
            ReservationType::InstantBooking => (ReservationStatus::Confirmed, Some(stamp.at)),
            ReservationType::PendingConfirmation => (ReservationStatus::Pending, None),
        };
        let expired = offer.lapsed.iter().filter_map(|hold| hold.expire(next_id(), stamp.at)).collect();
        let reservation = Reservation {
            parts: ReservationParts {
                workspace_id: scope.workspace_id(),
                id,
                priced,
                quote_id,
                sold_by: offer.importer(scope.tenant_id()),
                external: external_id.map(|id| ExternalName { seller: scope.tenant_id(), id }),
                kind,
                status,
                guest,
                source,
                notes,
                hold_expires_at: hold,
                version: 1,
                created_at: stamp.at,
                updated_at: stamp.at,
                confirmed_at,
                cancelled_at: None,
            },
        };
        let parties = Parties::of(scope, offer.listing.owner);
        let facts = (Facts::new(), reservation.facts());
        let audit = reservation.entry(parties, stamp, "reservation.create", facts);
        Change::new(ReservationBooked { reservation, owner: offer.listing.owner, expired }, audit)
    }
}

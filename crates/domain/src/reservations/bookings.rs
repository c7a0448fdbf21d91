//! How a reservation is made: with a quote, or at the price of the moment.

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::{
    ExternalId, ExternalName, Guest, Notes, Reservation, ReservationParts, ReservationStatus, ReservationType, Source,
};
use crate::access::TenantScope;
use crate::audit::{Facts, Stamp};
use crate::change::Change;
use crate::ids::{AuditId, QuoteId, ReservationId, TenantId};
use crate::money::{Money, Total};
use crate::quotes::{AskedStay, FoundQuote, Offer, OfferRefused, PricedStay, QuoteSpentError};

const HOLD: TimeDelta = TimeDelta::hours(24);
const LONGEST_HOLD_DAYS: i64 = 30;

/// Why nights cannot be held until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HoldError {
    /// That is over already.
    #[error("must lie in the future.")]
    Past,
    /// That is too long for nights that nobody has bought.
    #[error("may not lie more than {LONGEST_HOLD_DAYS} days ahead.")]
    TooFar,
    /// The booking is confirmed at once.
    #[error("may be sent with PENDING_CONFIRMATION only.")]
    Instant,
}

/// What a new reservation is made from, besides the stay.
#[derive(Debug, Clone)]
pub struct NewReservation {
    /// The reservation's id.
    pub id: ReservationId,
    /// How it begins.
    pub kind: ReservationType,
    /// Until when the nights are held, where they are; a day if nothing is said.
    pub hold_expires_at: Option<DateTime<Utc>>,
    /// Who comes to stay.
    pub guest: Guest,
    /// Where the booking came from.
    pub source: Option<Source>,
    /// A description.
    pub notes: Option<Notes>,
    /// What the seller's own system calls it.
    pub external_id: Option<ExternalId>,
}

/// A new reservation, with what it was decided on and the holds that make way for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationBooked {
    /// The reservation.
    pub reservation: Reservation,
    /// Whose listing it is. If it is not the seller's own, the seller must still have imported it.
    pub owner: TenantId,
    /// Holds of the same nights that have lapsed. Each is a change of its own, by the operator.
    pub expired: Vec<Change<Reservation>>,
}

/// Why nothing is booked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BookingRefused {
    /// The nights cannot be held until then.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// Nobody can book with the quote any more.
    #[error(transparent)]
    Quote(#[from] QuoteSpentError),
    /// The stay cannot be sold.
    #[error(transparent)]
    Offer(#[from] OfferRefused),
    /// The price is not the one that was expected. This is the price of the moment, for a fresh quote.
    #[error("The price has changed.")]
    PriceChanged(Box<PricedStay>),
}

impl Reservation {
    /// Books with a quote: at its price, whatever the stay would cost now. The offer is of the quote's listing and nights. Whether
    /// the nights can be sold, and by this tenant, is looked at anew.
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
        let hold = new.hold(stamp.at)?;
        let quote = quote.good(stamp.at)?;
        offer.is_open(quote.priced().stay, scope.tenant_id()).map_err(OfferRefused::from)?;
        let sold = Sold { priced: quote.priced().clone(), quote_id: Some(quote.id()), hold };
        Ok(sold.booked(new, offer, scope, stamp, next_id))
    }

    /// Books at the price of the moment. If a total was sent, it must be that price.
    ///
    /// # Errors
    /// The first reason that prevents it.
    pub fn book(
        new: NewReservation,
        asked: &AskedStay,
        total: Option<Total>,
        offer: &Offer,
        scope: &TenantScope,
        stamp: Stamp,
        next_id: impl FnMut() -> AuditId,
    ) -> Result<Change<ReservationBooked>, BookingRefused> {
        let hold = new.hold(stamp.at)?;
        let priced = offer.price(asked, scope.tenant_id(), stamp.at)?;
        let (price, currency) = (priced.price.total(), priced.price.currency());
        if total.is_some_and(|total| Money::of(total, currency) != Ok(price)) {
            return Err(BookingRefused::PriceChanged(Box::new(priced)));
        }
        let sold = Sold { priced, quote_id: None, hold };
        Ok(sold.booked(new, offer, scope, stamp, next_id))
    }
}

impl NewReservation {
    fn hold(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, HoldError> {
        match (self.kind, self.hold_expires_at) {
            (ReservationType::InstantBooking, None) => Ok(None),
            (ReservationType::InstantBooking, Some(_)) => Err(HoldError::Instant),
            (ReservationType::PendingConfirmation, None) => Ok(Some(now + HOLD)),
            (ReservationType::PendingConfirmation, Some(end)) if end <= now => Err(HoldError::Past),
            (ReservationType::PendingConfirmation, Some(end)) if end - now > TimeDelta::days(LONGEST_HOLD_DAYS) => {
                Err(HoldError::TooFar)
            }
            (ReservationType::PendingConfirmation, Some(end)) => Ok(Some(end)),
        }
    }
}

/// A stay that can be sold, before it is.
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
        let tenant = (scope.tenant_id(), scope.tenant_name());
        let facts = (Facts::new(), reservation.facts());
        let audit = reservation.entry(tenant, stamp, "reservation.create", facts);
        Change::new(ReservationBooked { reservation, owner: offer.listing.owner, expired }, audit)
    }
}

//! Amendments: other nights or guests at the current price, another guest or other notes at the same price.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::decisions::Parties;
use super::{ExpectedPrice, Guest, GuestName, Notes, Phone, Reservation, ReservationStatus, TenantReservation};
use crate::access::TenantScope;
use crate::audit::{Fact, Stamp, difference};
use crate::change::Change;
use crate::ids::{AuditId, TenantId};
use crate::listings::Occupancy;
use crate::money::Total;
use crate::patch::Patch;
use crate::promotions::PromotionChoice;
use crate::quotes::{AmendedSale, FewerThanChildrenError, GuestCount, Offer, OfferRefused, PricedStay, RequestedStay};
use crate::stays::{Stay, StayDate, StayError};
use crate::users::Email;

/// An attempt to amend a reservation that was cancelled or has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("The reservation is {} and cannot be amended.", status.as_str())]
pub struct NotLiveError {
    /// The reservation's status.
    pub status: ReservationStatus,
}

/// An edit of the guests of a stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuestCountEdit {
    /// Another number of adults and children: of adults, because the others stay.
    Number(Occupancy),
    /// All guests by kind.
    ByKind(GuestCount),
}

/// An edit of the guest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GuestEdit {
    /// The first name.
    pub first_name: Option<GuestName>,
    /// The last name.
    pub last_name: Option<GuestName>,
    /// The address.
    pub email: Patch<Email>,
    /// The telephone number.
    pub phone: Patch<Phone>,
}

/// An edit of a reservation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReservationEdit {
    /// The day of arrival.
    pub check_in: Option<StayDate>,
    /// The day of departure.
    pub check_out: Option<StayDate>,
    /// The guests of the stay.
    pub guests: Option<GuestCountEdit>,
    /// The guest who has booked.
    pub guest: GuestEdit,
    /// Notes.
    pub notes: Patch<Notes>,
    /// The expected price.
    pub total: Option<Total>,
}

/// A reservation after an amendment, with the owner at the time of the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationAmended {
    /// The reservation.
    pub reservation: Reservation,
    /// The owner of the listing.
    pub owner: TenantId,
    /// The change of the stay; `None` if nights, guests and price are as before.
    pub stay: Option<StayAmended>,
}

/// A change of the nights or guests, which must be possible when it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayAmended {
    /// The nights that the reservation had, which are not in its own way.
    pub nights_before: Stay,
    /// Lapsed holds of the new nights. Each is a change of its own, by the operator.
    pub expired: Vec<Change<Reservation>>,
}

/// A refusal to amend.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AmendmentRefused {
    /// The reservation is over.
    #[error(transparent)]
    NotLive(#[from] NotLiveError),
    /// The dates are no stay. About the check-out date.
    #[error(transparent)]
    Stay(#[from] StayError),
    /// There would be no adult among the guests. About the guests.
    #[error(transparent)]
    Guests(#[from] FewerThanChildrenError),
    /// The stay cannot be sold.
    #[error(transparent)]
    Offer(#[from] OfferRefused),
    /// The price differs from the expected total. Contains the stay with its price.
    #[error("The price has changed.")]
    PriceChanged(Box<PricedStay>),
}

impl Reservation {
    /// Returns the stay after the edit, to be priced, or `None` if its nights and guests are as before.
    ///
    /// # Errors
    /// If the reservation is over, or the edited dates or guests contradict those that stay.
    pub fn amended_stay(
        &self,
        edit: &ReservationEdit,
        now: DateTime<Utc>,
    ) -> Result<Option<RequestedStay>, AmendmentRefused> {
        if !self.is_live(now) {
            let status = if self.has_lapsed(now) { ReservationStatus::Expired } else { self.status() };
            return Err(NotLiveError { status }.into());
        }
        let PricedStay { stay: before, guests: guests_before, price, promotion_id, .. } = self.priced();
        let dates = (edit.check_in.unwrap_or(before.check_in()), edit.check_out.unwrap_or(before.check_out()));
        let stay = Stay::new(dates.0, dates.1)?;
        let guests = match edit.guests {
            None => *guests_before,
            Some(GuestCountEdit::Number(guests)) => guests_before.with_guests(guests)?,
            Some(GuestCountEdit::ByKind(guests)) => guests,
        };
        let requested = RequestedStay {
            stay,
            guests,
            // Another currency would make it another sale.
            currency: Some(price.currency()),
            promotion: promotion_id.map(PromotionChoice::Id),
        };
        Ok(Some(requested).filter(|_| (stay, guests) != (*before, *guests_before)))
    }

    /// Changes the guest and the notes, at the same price. Returns `None` if all is as before.
    ///
    /// # Errors
    /// If another price is expected.
    pub fn amend(
        &self,
        edit: ReservationEdit,
        scope: &TenantScope,
        owner: TenantId,
        stamp: Stamp,
    ) -> Result<Option<Change<ReservationAmended>>, AmendmentRefused> {
        expect_price(edit.total, self.priced())?;
        let after = self.edited(edit);
        if after == *self {
            return Ok(None);
        }
        Ok(Some(self.amended(after, None, scope, owner, stamp)))
    }

    /// Changes the stay to the one that [`amended_stay`](Self::amended_stay) has returned, at the current price, and the
    /// guest and the notes with it. The offer must be of the listing and the new nights.
    ///
    /// # Errors
    /// The first reason that prevents it.
    pub fn amend_stay(
        &self,
        edit: ReservationEdit,
        requested: &RequestedStay,
        offer: &Offer,
        scope: &TenantScope,
        stamp: Stamp,
        mut next_id: impl FnMut() -> AuditId,
    ) -> Result<Change<ReservationAmended>, AmendmentRefused> {
        let owner = offer.listing.owner;
        let sale = AmendedSale { before: self.priced(), seller: self.parts.sold_by.unwrap_or(owner) };
        let priced = offer.price_amendment(requested, &sale, scope.tenant_id(), stamp.at)?;
        expect_price(edit.total, &priced)?;
        let expired = offer.lapsed.iter().filter_map(|hold| hold.expire(next_id(), stamp.at)).collect();
        let stay = StayAmended { nights_before: self.priced().stay, expired };
        let mut after = self.edited(edit);
        after.parts.priced = priced;
        Ok(self.amended(after, Some(stay), scope, owner, stamp))
    }

    /// Returns the reservation with another guest and other notes.
    fn edited(&self, edit: ReservationEdit) -> Self {
        let GuestEdit { first_name, last_name, email, phone } = edit.guest;
        let mut parts = self.parts.clone();
        parts.guest = Guest {
            first_name: first_name.unwrap_or(parts.guest.first_name),
            last_name: last_name.unwrap_or(parts.guest.last_name),
            email: email.apply(parts.guest.email),
            phone: phone.apply(parts.guest.phone),
        };
        parts.notes = edit.notes.apply(parts.notes);
        Self { parts }
    }

    fn amended(
        &self,
        mut after: Self,
        stay: Option<StayAmended>,
        scope: &TenantScope,
        owner: TenantId,
        stamp: Stamp,
    ) -> Change<ReservationAmended> {
        after.parts.version += 1;
        after.parts.updated_at = stamp.at;
        let (before, mut told) = difference(self.facts(), after.facts());
        // The guest and the notes are not in the trail, only that they have changed.
        let is_changed =
            [("guest", self.parts.guest != after.parts.guest), ("notes", self.parts.notes != after.parts.notes)];
        told.extend(is_changed.into_iter().filter(|(_, is)| *is).map(|(name, _)| (name, Fact::from("changed"))));
        let audit = after.entry(Parties::of(scope, owner), stamp, "reservation.amend", (before, told));
        Change::new(ReservationAmended { reservation: after, owner, stay }, audit)
    }
}

impl ReservationAmended {
    /// The reservation, as the tenant sees it that has amended it.
    pub fn seen(&self) -> TenantReservation {
        TenantReservation { reservation: self.reservation.clone(), owner: self.owner }
    }
}

fn expect_price(total: Option<Total>, priced: &PricedStay) -> Result<(), AmendmentRefused> {
    let expected = ExpectedPrice { total, ..ExpectedPrice::default() };
    if expected.agrees(&priced.price) { Ok(()) } else { Err(AmendmentRefused::PriceChanged(Box::new(priced.clone()))) }
}

//! Reservations: stays that were sold or are held.
//!
//! The account names the owner; a reservation names its seller only if an importer sold it. A direct sale belongs to
//! the present owner of the account. So a move of an account does not touch its reservations.

mod amendments;
mod bookings;
mod decisions;
#[cfg(test)]
mod tests;
mod values;

use chrono::{DateTime, Utc};

pub use self::amendments::{
    AmendmentRefused, GuestCountEdit, GuestEdit, NotLiveError, ReservationAmended, ReservationEdit, StayAmended,
};
pub use self::bookings::{
    BookingRefused, ExpectedPrice, HoldError, ImporterHoldHours, ImporterHolds, NewReservation, ReservationBooked,
};
pub use self::decisions::{LapsedHold, NotPendingError};
pub use self::values::{
    ExternalId, Guest, GuestName, Notes, Phone, PhoneError, ReservationStatus, ReservationStatusError, ReservationType,
    ReservationTypeError, Source,
};
use crate::ids::{QuoteId, ReservationId, TenantId, WorkspaceId};
use crate::quotes::PricedStay;

/// The id of a reservation in the seller's own system, unique for that tenant.
///
/// The seller is stored for direct sales too, and stays when the account moves, because the id is from the seller's
/// system. This seller does not decide who may see the reservation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExternalName {
    /// The tenant that made the reservation.
    pub seller: TenantId,
    /// The id.
    pub id: ExternalId,
}

/// A stay that was sold or is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    parts: ReservationParts,
}

/// The stored fields of a reservation, for adapters and views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The reservation's id.
    pub id: ReservationId,
    /// The stay with its price. Only an amendment changes it, and never its listing.
    pub priced: PricedStay,
    /// The quote that it was booked with.
    pub quote_id: Option<QuoteId>,
    /// The importer that sold it; `None` if the owner did.
    pub sold_by: Option<TenantId>,
    /// The id in the seller's own system.
    pub external: Option<ExternalName>,
    /// The type.
    pub kind: ReservationType,
    /// The status.
    pub status: ReservationStatus,
    /// The guest.
    pub guest: Guest,
    /// The source of the booking.
    pub source: Option<Source>,
    /// Notes.
    pub notes: Option<Notes>,
    /// The time at which a pending reservation lapses, in whole milliseconds. Kept after the confirmation.
    pub hold_expires_at: Option<DateTime<Utc>>,
    /// The version, which each change increments; a write over an older version is refused.
    pub version: i64,
    /// The creation time, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The time of the last change, in whole milliseconds.
    pub updated_at: DateTime<Utc>,
    /// The time of confirmation, in whole milliseconds.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The time of cancellation, in whole milliseconds.
    pub cancelled_at: Option<DateTime<Utc>>,
}

impl Reservation {
    /// Creates a reservation from stored fields. Checks no rule.
    pub const fn from_parts(parts: ReservationParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> ReservationParts {
        self.parts
    }

    /// The reservation's id.
    pub const fn id(&self) -> ReservationId {
        self.parts.id
    }

    /// The stay with its price.
    pub const fn priced(&self) -> &PricedStay {
        &self.parts.priced
    }

    /// The stored status: a lapsed hold may still be pending, see [`has_lapsed`](Self::has_lapsed).
    pub const fn status(&self) -> ReservationStatus {
        self.parts.status
    }

    /// The version, which each change increments.
    pub const fn version(&self) -> i64 {
        self.parts.version
    }

    /// Whether it is a lapsed hold that is not yet stored as expired.
    pub fn has_lapsed(&self, now: DateTime<Utc>) -> bool {
        self.parts.status == ReservationStatus::Pending && self.parts.hold_expires_at.is_some_and(|end| end <= now)
    }

    /// Whether it occupies its nights.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        match self.parts.status {
            ReservationStatus::Confirmed => true,
            ReservationStatus::Pending => !self.has_lapsed(now),
            ReservationStatus::Cancelled | ReservationStatus::Expired => false,
        }
    }
}

/// A reservation as seen by the owner of its account or by the importer that sold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantReservation {
    /// The reservation.
    pub reservation: Reservation,
    /// The owner: the tenant of its account.
    pub owner: TenantId,
}

impl TenantReservation {
    /// The seller: the importer that sold it, or else the present owner.
    pub fn sold_by(&self) -> TenantId {
        self.reservation.parts.sold_by.unwrap_or(self.owner)
    }
}

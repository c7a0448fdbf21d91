//! Reservations: stays that were sold, or are held for somebody.
//!
//! A reservation names no owner: its account does. Who sold it stands in it only where an importer did; a direct sale
//! belongs to whoever owns the account. So an account moves between tenants without touching a reservation.

mod bookings;
mod decisions;
#[cfg(test)]
mod tests;
mod values;

use chrono::{DateTime, Utc};

pub use self::bookings::{BookingRefused, HoldError, NewReservation, ReservationBooked};
pub use self::decisions::{LapsedHold, NotPendingError};
pub use self::values::{
    ExternalId, Guest, GuestName, Notes, Phone, PhoneError, ReservationStatus, ReservationStatusError, ReservationType,
    ReservationTypeError, Source,
};
use crate::ids::{QuoteId, ReservationId, TenantId, WorkspaceId};
use crate::quotes::PricedStay;

/// The name by which the system of the tenant that sold a stay knows it, unique for that tenant.
///
/// The tenant stands here for direct sales too, and stays when the account moves: the name is its own. It says nothing of who may
/// see the reservation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExternalName {
    /// Whose name it is: the tenant that made the reservation.
    pub seller: TenantId,
    /// The name.
    pub id: ExternalId,
}

/// A stay that was sold, or is held for somebody.
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
    /// The stay with its price. Never changes.
    pub priced: PricedStay,
    /// The quote that it was booked with.
    pub quote_id: Option<QuoteId>,
    /// The importer that sold it; `None` if the owner did.
    pub sold_by: Option<TenantId>,
    /// What the seller's own system calls it.
    pub external: Option<ExternalName>,
    /// How it began.
    pub kind: ReservationType,
    /// What has become of it.
    pub status: ReservationStatus,
    /// Who comes to stay.
    pub guest: Guest,
    /// Where the booking came from.
    pub source: Option<Source>,
    /// A description.
    pub notes: Option<Notes>,
    /// The first instant at which a pending one holds its nights no more, in milliseconds. Stays when it is confirmed.
    pub hold_expires_at: Option<DateTime<Utc>>,
    /// The version, which each change increments; a write of an older one is refused.
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

    /// What has become of it, as stored: see [`has_lapsed`](Self::has_lapsed).
    pub const fn status(&self) -> ReservationStatus {
        self.parts.status
    }

    /// The version, which each change increments.
    pub const fn version(&self) -> i64 {
        self.parts.version
    }

    /// Whether it is a hold whose time is over, though nobody has written that down yet.
    pub fn has_lapsed(&self, now: DateTime<Utc>) -> bool {
        self.parts.status == ReservationStatus::Pending && self.parts.hold_expires_at.is_some_and(|end| end <= now)
    }

    /// Whether nobody else can have its nights.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        match self.parts.status {
            ReservationStatus::Confirmed => true,
            ReservationStatus::Pending => !self.has_lapsed(now),
            ReservationStatus::Cancelled | ReservationStatus::Expired => false,
        }
    }
}

/// A reservation as the owner of its account or the importer that sold it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantReservation {
    /// The reservation.
    pub reservation: Reservation,
    /// Whose listing it is of: the tenant of its account.
    pub owner: TenantId,
}

impl TenantReservation {
    /// Who sold it: the importer that did, else the present owner.
    pub fn sold_by(&self) -> TenantId {
        self.reservation.parts.sold_by.unwrap_or(self.owner)
    }
}

//! Reservations of the accounts of the caller's tenant, and those that it sold as an importer.

mod amend;
mod amendment;
mod book;
mod cancel;
mod confirm;
mod error;
mod expire;
mod fields;
mod get;
mod list;

use std::mem;
use std::sync::Arc;

use ports::{QuoteRepository, RepositoryError, ReservationQueries, ReservationRepository, rules};

pub use self::amend::{AmendedReservation, AmendmentOptions};
pub use self::amendment::AmendmentFields;
pub use self::error::ReservationError;
pub use self::fields::{BookingFields, GuestFields};
pub use self::list::FindReservations;
use crate::quotes::CouponLimit;
use crate::steps::ambient::Ambient;
use crate::steps::idempotency::Idempotency;

/// The use cases of reservations.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Reservations {
    pub repository: Arc<dyn ReservationRepository>,
    pub queries: Arc<dyn ReservationQueries>,
    pub quotes: Arc<dyn QuoteRepository>,
    pub idempotency: Idempotency,
    pub coupons: CouponLimit,
    pub ambient: Ambient,
}

/// Makes the first refusal of nights that were free when they were read a reason to read them again. They may be taken by a
/// hold that had lapsed before it was stored, and the next attempt stores its expiry.
fn read_again(is_lost: &mut bool, error: RepositoryError) -> RepositoryError {
    match error {
        RepositoryError::Taken { rule: rules::RESERVATION_STAY } if !mem::replace(is_lost, true) => {
            RepositoryError::Stale
        }
        error => error,
    }
}

#[cfg(test)]
mod fixture {
    use chrono::TimeDelta;
    use domain::access::Permission;
    use domain::ids::{AuditId, ReservationId};
    use domain::reservations::{
        ExpectedPrice, Guest, NewReservation, Reservation, ReservationParts, ReservationStatus, ReservationType,
        TenantReservation,
    };
    use ports::{MockQuoteRepository, MockReservationQueries, MockReservationRepository};
    use testkit::build;

    use super::*;
    use crate::input::reader::read;
    use crate::quotes::StayFields;
    use crate::quotes::fixture::{coupons, offer, stay, text};
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::idempotency;

    /// Returns the use cases over these mocks; calls of other ports panic.
    pub(super) fn over(repository: MockReservationRepository, quotes: MockQuoteRepository) -> Reservations {
        Reservations {
            repository: Arc::new(repository),
            queries: Arc::new(MockReservationQueries::new()),
            quotes: Arc::new(quotes),
            idempotency: idempotency(),
            coupons: coupons(),
            ambient: ambient(),
        }
    }

    /// Returns the use cases over this mock; reads of quotes panic.
    pub(super) fn reservations(repository: MockReservationRepository) -> Reservations {
        over(repository, MockQuoteRepository::new())
    }

    /// Returns the required fields of a guest.
    pub(super) fn guest() -> GuestFields {
        GuestFields { first_name: text("Grace"), last_name: text("Hopper"), ..GuestFields::default() }
    }

    impl From<StayFields> for BookingFields {
        fn from(stay: StayFields) -> Self {
            let StayFields {
                listing_id,
                check_in_date,
                check_out_date,
                guests,
                guest_count_info,
                currency,
                promotion_id,
                coupon_code,
            } = stay;
            Self {
                listing_id,
                check_in_date,
                check_out_date,
                guests,
                guest_count_info,
                currency,
                promotion_id,
                coupon_code,
                guest: Some(guest()),
                ..Self::default()
            }
        }
    }

    /// Returns a booking of [`stay`] at the current price.
    pub(super) fn priced() -> BookingFields {
        stay().into()
    }

    /// Returns a reservation of the channel's own listing with this status.
    pub(super) fn seen(status: ReservationStatus) -> TenantReservation {
        let scope = build::channel(Permission::Write).tenant_scope(Permission::Write).expect("an active tenant");
        let (_, requested) = read(&stay()).expect("a stay");
        let name = |name: &str| name.parse().expect("a name");
        let new = NewReservation {
            id: ReservationId::new(build::id()),
            kind: ReservationType::PendingConfirmation,
            hold_expires_at: Some(build::at() + TimeDelta::hours(1)),
            guest: Guest { first_name: name("Grace"), last_name: name("Hopper"), email: None, phone: None },
            source: None,
            notes: None,
            external_id: None,
        };
        let stamp = scope.stamp(AuditId::new(build::id()), build::at());
        let next_id = || AuditId::new(build::id());
        let booked =
            Reservation::book(new, &requested, ExpectedPrice::default(), &offer(vec![]), &scope, stamp, next_id)
                .expect("on offer");
        let parts = booked.after.reservation.into_parts();
        let reservation = Reservation::from_parts(ReservationParts { status, ..parts });
        TenantReservation { reservation, owner: build::channel_id() }
    }
}

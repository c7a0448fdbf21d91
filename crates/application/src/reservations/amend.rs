//! Amending a reservation.

use domain::access::{Caller, Permission, TenantScope};
use domain::audit::Stamp;
use domain::change::Change;
use domain::ids::ReservationId;
use domain::money::Money;
use domain::reservations::{AmendmentRefused, ReservationAmended, ReservationEdit, TenantReservation};
use ports::{OfferRequest, RepositoryError};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{AmendmentFields, ReservationError, Reservations, read_again};
use crate::input::reader::read;
use crate::input::wire::flag;
use crate::input::{Input, InvalidInput};
use crate::outcome::codes::Code;
use crate::outcome::problem::Problem;
use crate::quotes::QuoteError;
use crate::quotes::stay::{CHECK_OUT, GUESTS};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

/// The options of an amendment.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AmendmentOptions {
    /// A dry run: `true` changes nothing and returns the reservation as it would be.
    #[serde(rename = "dryRun", default, deserialize_with = "flag")]
    #[param(value_type = Option<bool>)]
    pub dry_run: bool,
}

/// A reservation after an amendment or a dry run of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmendedReservation {
    /// The reservation.
    pub reservation: TenantReservation,
    /// The new total less the old one.
    pub price_difference: Money,
}

impl Reservations {
    /// Changes the fields that the command contains, or reports the reservation as it would be.
    pub async fn amend(
        &self,
        caller: &Caller,
        id: ReservationId,
        input: Input<AmendmentFields>,
        precondition: &Precondition<TenantReservation>,
    ) -> Result<AmendedReservation, ReservationError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let command = input?;
        let edit = read(&command)?;
        let mut is_lost = false;
        retry_stale(async || {
            let found = self.repository.get(&scope, id).await?.ok_or(ReservationError::NotFound)?;
            precondition.check(&found)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let before = found.reservation.priced().price.total();
            let amended = match self.amendment(&scope, &found, edit.clone(), stamp).await {
                Ok(None) => Ok(found.clone()),
                Ok(Some(change)) if command.dry_run => Ok(change.after.seen()),
                Ok(Some(change)) => {
                    let amended = self.repository.amend(&scope, change).await;
                    amended.map_err(|error| read_again(&mut is_lost, error).into())
                }
                Err(error) => Err(error),
            };
            let reservation = match amended {
                // Its own nights are those of the version that was read: the nights of a later one would be in its way.
                Err(error) if error.code() == Code::NotAvailable && self.has_changed(&scope, &found).await? => {
                    return Err(RepositoryError::Stale.into());
                }
                amended => amended?,
            };
            let after = reservation.reservation.priced().price.total();
            let price_difference = Money::from_minor(after.minor() - before.minor(), after.currency());
            Ok(AmendedReservation { reservation, price_difference })
        })
        .await
    }

    /// Whether a reservation has another version by now, or is gone from the tenant's sight.
    async fn has_changed(&self, scope: &TenantScope, found: &TenantReservation) -> Result<bool, RepositoryError> {
        let now = self.repository.get(scope, found.reservation.id()).await?;
        Ok(now.is_none_or(|now| now.reservation.version() != found.reservation.version()))
    }

    /// Decides an amendment; `None` if it changes nothing.
    async fn amendment(
        &self,
        scope: &TenantScope,
        found: &TenantReservation,
        edit: ReservationEdit,
        stamp: Stamp,
    ) -> Result<Option<Change<ReservationAmended>>, ReservationError> {
        let TenantReservation { reservation, owner } = found;
        let Some(requested) = reservation.amended_stay(&edit, stamp.at)? else {
            return Ok(reservation.amend(edit, scope, *owner, stamp)?);
        };
        let request = OfferRequest {
            listing: reservation.priced().listing_id,
            stay: requested.stay,
            promotion: requested.promotion.clone(),
            at: stamp.at,
        };
        let offer = self.quotes.offer(scope, &request).await?.ok_or(QuoteError::ListingNotFound(None))?;
        let next_id = || self.ambient.audit_id();
        Ok(Some(reservation.amend_stay(edit, &requested, &offer, scope, stamp, next_id)?))
    }
}

impl From<AmendmentRefused> for ReservationError {
    fn from(error: AmendmentRefused) -> Self {
        match error {
            AmendmentRefused::NotLive(error) => error.into(),
            AmendmentRefused::Stay(error) => InvalidInput::new(CHECK_OUT, error).into(),
            AmendmentRefused::Guests(error) => InvalidInput::new(GUESTS, error).into(),
            AmendmentRefused::Offer(error) => QuoteError::offer(error, None).into(),
            AmendmentRefused::PriceChanged(priced) => Self::AmendedPrice(priced),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::patch::Patch;
    use domain::reservations::ReservationStatus::{self, Cancelled, Confirmed};
    use domain::reservations::{Reservation, ReservationParts};
    use domain::stays::Stay;
    use ports::{MockQuoteRepository, MockReservationRepository, rules};
    use testkit::build;

    use super::super::fixture::{over, seen};
    use super::*;
    use crate::quotes::fixture::{LISTING, offer, offering, text};

    /// Returns an edit that leaves on another day.
    fn leaving(check_out: &str) -> AmendmentFields {
        AmendmentFields { check_out_date: Patch::Set(check_out.to_owned()), ..AmendmentFields::default() }
    }

    /// The night on whose day the reservation ends.
    fn next_night() -> Stay {
        let date = |text: &str| text.parse().expect("a date");
        Stay::new(date("2030-01-12"), date("2030-01-13")).expect("a stay")
    }

    fn noting() -> AmendmentFields {
        AmendmentFields { notes: Patch::Set("Late".to_owned()), ..AmendmentFields::default() }
    }

    fn finding(status: ReservationStatus) -> MockReservationRepository {
        let mut repository = MockReservationRepository::new();
        repository
            .expect_get()
            .withf(|scope, _| scope.tenant_id() == build::channel_id())
            .returning(move |_, _| Ok(Some(seen(status))));
        repository
    }

    /// Returns a repository that stores every amendment.
    fn amending(times: usize) -> MockReservationRepository {
        let mut repository = finding(Confirmed);
        repository.expect_amend().times(times).returning(|_, change| {
            assert_eq!(change.audit.action, "reservation.amend");
            Ok(change.after.seen())
        });
        repository
    }

    async fn amend(
        repository: MockReservationRepository,
        quotes: MockQuoteRepository,
        fields: AmendmentFields,
    ) -> Result<AmendedReservation, ReservationError> {
        let (caller, id) = (build::channel(Permission::Write), ReservationId::new(build::id()));
        over(repository, quotes).amend(&caller, id, Ok(fields), &Precondition::default()).await
    }

    #[tokio::test]
    async fn another_stay_is_priced_now_and_a_dry_run_stores_nothing() {
        for (dry_run, stored) in [(false, 1), (true, 0)] {
            let fields = AmendmentFields { dry_run, ..leaving("2030-01-13") };
            let amended = amend(amending(stored), offering(Some(offer(vec![]))), fields).await.expect("amended");
            let reservation = amended.reservation.reservation;
            assert_eq!((reservation.priced().listing_id, reservation.version()), (LISTING, 2));
            assert_eq!(amended.price_difference.to_string(), "149.00");
        }
    }

    #[tokio::test]
    async fn without_another_stay_no_offer_is_read() {
        let noted = amend(amending(1), MockQuoteRepository::new(), noting()).await.expect("amended");
        assert_eq!((noted.reservation.reservation.version(), noted.price_difference.minor()), (2, 0));
        let same = amend(amending(0), MockQuoteRepository::new(), AmendmentFields::default()).await.expect("the same");
        assert_eq!((same.reservation.reservation.version(), same.price_difference.minor()), (1, 0));
    }

    #[tokio::test]
    async fn each_obstacle_has_its_own_name() {
        let wrong = AmendmentFields { total_price: text("298"), ..leaving("2030-01-13") };
        let before = leaving("2030-01-09");
        for (status, offer, fields, expected, field) in [
            (Cancelled, None, noting(), Code::NotLive, None),
            (Confirmed, None, leaving("2030-01-13"), Code::ListingNotFound, None),
            (Confirmed, Some(offer(vec![next_night()])), leaving("2030-01-13"), Code::NotAvailable, None),
            (Confirmed, Some(offer(vec![])), wrong, Code::PriceChanged, None),
            (Confirmed, None, before, Code::ValidationFailed, Some("checkOutDate")),
        ] {
            let refused = amend(finding(status), offering(offer), fields).await.expect_err("refused");
            assert_eq!(refused.code(), expected, "{refused:?}");
            let told = refused.field_errors().and_then(|errors| errors.keys().next());
            assert_eq!(told.map(String::as_str), field);
        }
        let mut repository = finding(Confirmed);
        let taken = || RepositoryError::Taken { rule: rules::RESERVATION_STAY };
        repository.expect_amend().times(2).returning(move |_, _| Err(taken()));
        let lost = amend(repository, offering(Some(offer(vec![]))), leaving("2030-01-13")).await.expect_err("lost");
        assert_eq!(lost.code(), Code::NotAvailable);
    }

    #[tokio::test]
    async fn the_nights_of_a_concurrent_amendment_are_not_in_the_way() {
        let mut repository = MockReservationRepository::new();
        let mut reads = 0;
        repository.expect_get().times(3).returning(move |_, _| {
            reads += 1;
            let found = seen(Confirmed);
            let version = if reads == 1 { 1 } else { 2 };
            let parts = ReservationParts { version, ..found.reservation.into_parts() };
            Ok(Some(TenantReservation { reservation: Reservation::from_parts(parts), ..found }))
        });
        repository.expect_amend().once().returning(|_, change| Ok(change.after.seen()));
        let mut offers = [offer(vec![next_night()]), offer(vec![])].into_iter();
        let mut quotes = MockQuoteRepository::new();
        quotes.expect_offer().times(2).returning(move |_, _| Ok(offers.next()));
        let amended = amend(repository, quotes, leaving("2030-01-13")).await.expect("amended");
        assert_eq!(amended.reservation.reservation.version(), 3);
    }

    #[tokio::test]
    async fn what_the_tenant_does_not_see_is_not_found() {
        let mut repository = MockReservationRepository::new();
        repository.expect_get().once().returning(|_, _| Ok(None));
        let refused = amend(repository, MockQuoteRepository::new(), noting()).await.expect_err("unknown");
        assert_eq!(refused.code(), Code::ReservationNotFound);
    }

    #[tokio::test]
    async fn a_reader_amends_nothing() {
        let reservations = over(MockReservationRepository::new(), MockQuoteRepository::new());
        let (caller, id) = (build::channel(Permission::Read), ReservationId::new(build::id()));
        let refused = reservations.amend(&caller, id, Ok(noting()), &Precondition::default()).await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }
}

//! Cancelling a reservation.

use domain::access::{Caller, Permission};
use domain::ids::ReservationId;
use domain::reservations::TenantReservation;

use super::{ReservationError, Reservations};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Reservations {
    /// Cancels a reservation and frees its nights. Leaves it unchanged if its nights are free already.
    pub async fn cancel(
        &self,
        caller: &Caller,
        id: ReservationId,
        precondition: &Precondition<TenantReservation>,
    ) -> Result<TenantReservation, ReservationError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        retry_stale(async || {
            let found = self.repository.get(&scope, id).await?.ok_or(ReservationError::NotFound)?;
            precondition.check(&found)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match found.reservation.cancel(&scope, found.owner, stamp) {
                Some(change) => Ok(self.repository.update(&scope, change).await?),
                None => Ok(found),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::reservations::ReservationStatus::{Cancelled, Confirmed, Expired, Pending};
    use ports::{MockReservationRepository, RepositoryError};
    use testkit::build;

    use super::super::fixture::{reservations, seen};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    async fn cancel(repository: MockReservationRepository) -> Result<TenantReservation, ReservationError> {
        let id = ReservationId::new(build::id());
        reservations(repository).cancel(&build::channel(Permission::Write), id, &Precondition::default()).await
    }

    #[tokio::test]
    async fn what_lives_is_cancelled_and_what_is_over_stays_as_it_is() {
        for (status, stored, expected) in
            [(Pending, 1, Cancelled), (Confirmed, 1, Cancelled), (Cancelled, 0, Cancelled), (Expired, 0, Expired)]
        {
            let mut repository = MockReservationRepository::new();
            repository.expect_get().once().returning(move |_, _| Ok(Some(seen(status))));
            repository.expect_update().times(stored).returning(|scope, change| {
                assert_eq!(change.audit.action, "reservation.cancel");
                Ok(TenantReservation { reservation: change.after, owner: scope.tenant_id() })
            });
            assert_eq!(cancel(repository).await.expect("over").reservation.status(), expected);
        }
    }

    #[tokio::test]
    async fn the_second_of_two_who_cancel_finds_it_cancelled() {
        let mut repository = MockReservationRepository::new();
        let mut found = vec![seen(Cancelled), seen(Confirmed)];
        repository.expect_get().times(2).returning(move |_, _| Ok(found.pop()));
        repository.expect_update().once().returning(|_, _| Err(RepositoryError::Stale));
        assert_eq!(cancel(repository).await.expect("over").reservation.status(), Cancelled);
    }

    #[tokio::test]
    async fn what_the_tenant_does_not_see_is_not_found() {
        let mut repository = MockReservationRepository::new();
        repository.expect_get().once().returning(|_, _| Ok(None));
        assert_eq!(cancel(repository).await.expect_err("unknown").code(), Code::ReservationNotFound);
    }

    #[tokio::test]
    async fn a_reader_cancels_nothing() {
        let reservations = reservations(MockReservationRepository::new());
        let (caller, id) = (build::channel(Permission::Read), ReservationId::new(build::id()));
        let refused = reservations.cancel(&caller, id, &Precondition::default()).await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }
}

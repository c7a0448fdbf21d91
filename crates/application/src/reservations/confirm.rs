//! Confirming a reservation.

use domain::access::{Caller, Permission};
use domain::ids::ReservationId;
use domain::reservations::TenantReservation;

use super::{ReservationError, Reservations};
use crate::steps::idempotency::{Idempotent, Outcome};
use crate::steps::retry::retry_stale;

impl Reservations {
    /// Confirms a held reservation. Leaves it unchanged if it is confirmed already.
    pub async fn confirm(
        &self,
        caller: &Caller,
        id: ReservationId,
        idempotent: &Idempotent<TenantReservation>,
    ) -> Result<Outcome<TenantReservation>, ReservationError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let confirm = async || {
            retry_stale(async || {
                let found = self.repository.get(&scope, id).await?.ok_or(ReservationError::NotFound)?;
                let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
                if let Some(change) = found.reservation.confirm(&scope, found.owner, stamp.clone())? {
                    let confirmed = TenantReservation { reservation: change.after.clone(), owner: found.owner };
                    self.repository.update(&scope, idempotent.sign(change, &confirmed)).await?;
                    // The value that was signed, so that a retry gets the same bytes.
                    Ok(confirmed)
                } else {
                    self.idempotency.keep(caller, idempotent, &found, &stamp).await?;
                    Ok(found)
                }
            })
            .await
        };
        self.idempotency.run(caller, idempotent, confirm).await
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

    async fn confirm(repository: MockReservationRepository) -> Result<TenantReservation, ReservationError> {
        let id = ReservationId::new(build::id());
        let done =
            reservations(repository).confirm(&build::channel(Permission::Write), id, &Idempotent::default()).await?;
        Ok(done.now().expect("not repeated"))
    }

    #[tokio::test]
    async fn a_hold_is_confirmed_and_what_is_confirmed_stays_so() {
        for (status, stored) in [(Pending, 1), (Confirmed, 0)] {
            let mut repository = MockReservationRepository::new();
            repository.expect_get().once().returning(move |_, _| Ok(Some(seen(status))));
            repository.expect_update().times(stored).returning(|scope, change| {
                assert_eq!(change.audit.action, "reservation.confirm");
                Ok(TenantReservation { reservation: change.after, owner: scope.tenant_id() })
            });
            assert_eq!(confirm(repository).await.expect("confirmed").reservation.status(), Confirmed);
        }
    }

    #[tokio::test]
    async fn what_is_over_is_not_confirmed() {
        for (status, sentence) in [
            (Cancelled, "The reservation is CANCELLED and cannot be confirmed."),
            (Expired, "The reservation is EXPIRED and cannot be confirmed."),
        ] {
            let mut repository = MockReservationRepository::new();
            repository.expect_get().once().returning(move |_, _| Ok(Some(seen(status))));
            let refused = confirm(repository).await.expect_err("over");
            assert_eq!(refused.code(), Code::NotPending);
            assert_eq!(refused.to_string(), sentence);
        }
    }

    #[tokio::test]
    async fn who_confirms_while_it_is_cancelled_is_told_so() {
        let mut repository = MockReservationRepository::new();
        let mut found = vec![seen(Cancelled), seen(Pending)];
        repository.expect_get().times(2).returning(move |_, _| Ok(found.pop()));
        repository.expect_update().once().returning(|_, _| Err(RepositoryError::Stale));
        assert_eq!(confirm(repository).await.expect_err("lost").code(), Code::NotPending);
    }

    #[tokio::test]
    async fn what_the_tenant_does_not_see_is_not_found() {
        let mut repository = MockReservationRepository::new();
        repository.expect_get().once().returning(|_, _| Ok(None));
        assert_eq!(confirm(repository).await.expect_err("unknown").code(), Code::ReservationNotFound);
    }

    #[tokio::test]
    async fn a_reader_confirms_nothing() {
        let reservations = reservations(MockReservationRepository::new());
        let (caller, id) = (build::channel(Permission::Read), ReservationId::new(build::id()));
        let refused = reservations.confirm(&caller, id, &Idempotent::default()).await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }
}

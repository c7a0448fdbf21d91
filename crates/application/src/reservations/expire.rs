//! Writing down which holds have expired.

use domain::access::OperatorScope;
use ports::RepositoryError;

use super::Reservations;
use crate::refusal::Refusal;

/// Holds of one sweep: few enough to be done in a moment.
const MOST: u32 = 100;

/// What a sweep has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    /// Holds that have expired with it.
    pub count: u64,
    /// Whether there may be more.
    pub has_more: bool,
}

impl Reservations {
    /// Writes down that holds have expired whose time is over, the oldest first and not too many at once. Nights are free without
    /// it; it is for those who look at the reservation.
    pub async fn expire(&self, operator: &OperatorScope) -> Result<Expired, Refusal> {
        let now = self.ambient.now();
        let lapsed = self.repository.lapsed(operator, now, MOST).await?;
        let mut count = 0;
        for change in lapsed.iter().filter_map(|hold| hold.expire(self.ambient.audit_id(), now)) {
            match self.repository.expire(operator, change).await {
                Ok(()) => count += 1,
                // Another server was faster, or a booking, or whoever cancelled it.
                Err(RepositoryError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Expired { count, has_more: count > 0 && lapsed.len() == MOST as usize })
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use domain::reservations::{LapsedHold, Reservation, ReservationParts, ReservationStatus};
    use ports::MockReservationRepository;
    use testkit::build;

    use super::super::fixture::{reservations, seen};
    use super::*;
    use crate::problem::{Problem, ProblemKind};

    fn hold(end: DateTime<Utc>) -> LapsedHold {
        let seen = seen(ReservationStatus::Pending);
        let parts = seen.reservation.into_parts();
        let reservation = Reservation::from_parts(ReservationParts { hold_expires_at: Some(end), ..parts });
        LapsedHold { reservation, owner: seen.owner, owner_name: "Channel".parse().expect("a name") }
    }

    fn lapsed(count: usize) -> MockReservationRepository {
        let mut repository = MockReservationRepository::new();
        repository
            .expect_lapsed()
            .once()
            .withf(|_, at, limit| (*at, *limit) == (build::at(), MOST))
            .returning(move |_, at, _| Ok(vec![hold(at); count]));
        repository
    }

    async fn expire(repository: MockReservationRepository) -> Result<Expired, Refusal> {
        reservations(repository).expire(&OperatorScope::new()).await
    }

    #[tokio::test]
    async fn nothing_is_written_where_nothing_has_lapsed() {
        let done = expire(lapsed(0)).await.expect("nothing to do");
        assert_eq!(done, Expired { count: 0, has_more: false });
    }

    #[tokio::test]
    async fn a_full_sweep_is_followed_by_another() {
        for (found, has_more) in [(MOST as usize, true), (3, false)] {
            let mut repository = lapsed(found);
            repository.expect_expire().times(found).returning(|_, change| {
                assert_eq!(
                    (change.after.status(), change.audit.action),
                    (ReservationStatus::Expired, "reservation.expire")
                );
                Ok(())
            });
            assert_eq!(expire(repository).await.expect("swept"), Expired { count: found as u64, has_more });
        }
    }

    #[tokio::test]
    async fn what_others_were_faster_with_is_left_to_them() {
        let mut repository = lapsed(MOST as usize);
        let mut turn = 0;
        repository.expect_expire().returning(move |_, _| {
            turn += 1;
            if turn == 2 { Ok(()) } else { Err(RepositoryError::Stale) }
        });
        assert_eq!(expire(repository).await.expect("swept"), Expired { count: 1, has_more: true });

        let mut repository = lapsed(MOST as usize);
        repository.expect_expire().returning(|_, _| Err(RepositoryError::Stale));
        assert_eq!(expire(repository).await.expect("swept"), Expired { count: 0, has_more: false }, "no busy loop");
    }

    #[tokio::test]
    async fn a_database_that_is_away_ends_the_sweep() {
        let mut repository = lapsed(3);
        repository.expect_expire().once().returning(|_, _| Err(RepositoryError::Unavailable("away".into())));
        assert_eq!(expire(repository).await.expect_err("away").kind(), ProblemKind::Unavailable);
    }
}

//! Marking lapsed holds as expired.

use domain::access::OperatorScope;
use ports::RepositoryError;

use super::Reservations;
use crate::outcome::refusal::Refusal;

/// The number of holds in one read.
const MOST: u32 = 100;

impl Reservations {
    /// Marks lapsed holds as expired, oldest first, in batches. Returns their number. The nights are free even before;
    /// this updates the stored status.
    pub async fn expire(&self, operator: &OperatorScope) -> Result<u64, Refusal> {
        let mut expired = 0;
        loop {
            let (batch, has_more) = self.expire_some(operator).await?;
            expired += batch;
            // If concurrent changes won for the whole batch, their servers continue.
            if batch == 0 || !has_more {
                return Ok(expired);
            }
        }
    }

    async fn expire_some(&self, operator: &OperatorScope) -> Result<(u64, bool), Refusal> {
        let now = self.ambient.now();
        let lapsed = self.repository.lapsed(operator, now, MOST).await?;
        let (mut expired, mut failed) = (0, None);
        for change in lapsed.iter().filter_map(|hold| hold.expire(self.ambient.audit_id(), now)) {
            match self.repository.expire(operator, change).await {
                Ok(()) => expired += 1,
                // Another server, a booking or a cancellation changed it first.
                Err(RepositoryError::Stale) => {}
                // The holds of other workspaces may be on machines that respond.
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok((expired, lapsed.len() == MOST as usize)), |error| Err(error.into()))
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
    use crate::outcome::problem::{Problem, ProblemKind};

    fn hold(end: DateTime<Utc>) -> LapsedHold {
        let seen = seen(ReservationStatus::Pending);
        let parts = seen.reservation.into_parts();
        let reservation = Reservation::from_parts(ReservationParts { hold_expires_at: Some(end), ..parts });
        LapsedHold { reservation, owner: seen.owner, owner_name: "Channel".parse().expect("a name") }
    }

    /// Returns a repository with these numbers of lapsed holds in its successive reads.
    fn lapsed(counts: &'static [usize]) -> MockReservationRepository {
        let mut repository = MockReservationRepository::new();
        let mut counts = counts.iter();
        repository
            .expect_lapsed()
            .withf(|_, at, limit| (*at, *limit) == (build::at(), MOST))
            .returning(move |_, at, _| Ok(vec![hold(at); *counts.next().expect("a number for each read")]));
        repository
    }

    async fn expire(repository: MockReservationRepository) -> Result<u64, Refusal> {
        reservations(repository).expire(&OperatorScope::new()).await
    }

    #[tokio::test]
    async fn nothing_is_written_where_nothing_has_lapsed() {
        assert_eq!(expire(lapsed(&[0])).await.expect("nothing to do"), 0);
    }

    #[tokio::test]
    async fn it_goes_on_while_there_may_be_more() {
        let mut repository = lapsed(&[MOST as usize, 3]);
        repository.expect_expire().times(MOST as usize + 3).returning(|_, change| {
            let expected = (ReservationStatus::Expired, "reservation.expire");
            assert_eq!((change.after.status(), change.audit.action), expected);
            Ok(())
        });
        assert_eq!(expire(repository).await.expect("swept"), u64::from(MOST) + 3);
    }

    #[tokio::test]
    async fn what_others_were_faster_with_is_left_to_them() {
        let mut repository = lapsed(&[MOST as usize, 0]);
        let mut turn = 0;
        repository.expect_expire().returning(move |_, _| {
            turn += 1;
            if turn == 2 { Ok(()) } else { Err(RepositoryError::Stale) }
        });
        assert_eq!(expire(repository).await.expect("swept"), 1);

        let mut repository = lapsed(&[MOST as usize]);
        repository.expect_expire().returning(|_, _| Err(RepositoryError::Stale));
        assert_eq!(expire(repository).await.expect("swept"), 0, "the sweep stops if it makes no progress");
    }

    #[tokio::test]
    async fn a_database_that_is_away_for_some_holds_ends_the_sweep_after_the_others() {
        let mut repository = lapsed(&[3]);
        repository.expect_expire().times(3).returning(|_, _| Err(RepositoryError::Unavailable("away".into())));
        assert_eq!(expire(repository).await.expect_err("away").kind(), ProblemKind::Unavailable);
    }
}

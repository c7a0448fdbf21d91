//! Idempotency: a repeated request has its effect once and gets the same reply.

mod forget;
mod idempotent;

use std::sync::Arc;

use domain::access::{Caller, OwnScope};
use domain::audit::Stamp;
use domain::idempotency::{IdempotencyRecord, IdempotentRequest, Reply};
use ports::{Clock, IdempotencyRepository};

pub use self::idempotent::{Idempotent, Outcome};
use crate::outcome::refusal::Refusal;

/// The idempotency records of requests with an idempotency key.
#[derive(Clone)]
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Idempotency {
    pub repository: Arc<dyn IdempotencyRepository>,
    pub clock: Arc<dyn Clock>,
}

impl Idempotency {
    /// Runs `act`, or returns the stored reply if the caller's request was already done.
    ///
    /// Call it after the authorisation. `act` must store its change with [`Idempotent::sign`], or call [`Idempotency::keep`] if
    /// there is nothing to change.
    pub(crate) async fn run<T, R, E: From<Refusal>>(
        &self,
        caller: &Caller,
        idempotent: &Idempotent<T>,
        act: impl AsyncFnOnce() -> Result<R, E>,
    ) -> Result<Outcome<R>, E> {
        let Some(request) = idempotent.request() else { return act().await.map(Outcome::Fresh) };
        let scope = caller.own_scope();
        if let Some(reply) = self.answer(scope, request).await? {
            return Ok(Outcome::Replayed(reply));
        }
        match act().await {
            Ok(done) => Ok(Outcome::Fresh(done)),
            // Whatever the refusal, a concurrent duplicate may have succeeded since the first look-up.
            Err(refused) => match self.answer(scope, request).await {
                Ok(Some(reply)) => Ok(Outcome::Replayed(reply)),
                Err(other @ Refusal::KeyReused(_)) => Err(other.into()),
                Ok(None) | Err(_) => Err(refused),
            },
        }
    }

    /// Stores the reply of a request that changed nothing.
    pub async fn keep<T: Clone>(
        &self,
        caller: &Caller,
        idempotent: &Idempotent<T>,
        answer: &T,
        stamp: &Stamp,
    ) -> Result<(), Refusal> {
        let Some((request, reply)) = idempotent.request().cloned().zip(idempotent.reply_to(answer)) else {
            return Ok(());
        };
        let scope = caller.own_scope();
        match IdempotencyRecord::new(scope.workspace_id(), &stamp.actor, request, reply, stamp.at) {
            Some(idempotency_record) => Ok(self.repository.keep(scope, idempotency_record).await?),
            None => Ok(()),
        }
    }

    /// Returns the stored reply to the request, if there is one.
    async fn answer(&self, scope: OwnScope, request: &IdempotentRequest) -> Result<Option<Reply>, Refusal> {
        match self.repository.get(scope, &request.key).await? {
            Some(idempotency_record) => Ok(idempotency_record.answer(request, self.clock.now())?),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use ports::{MockClock, MockIdempotencyRepository};
    use testkit::build;

    use super::*;

    pub(crate) fn over(repository: MockIdempotencyRepository) -> Idempotency {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(build::at());
        Idempotency { repository: Arc::new(repository), clock: Arc::new(clock) }
    }

    /// Returns idempotency records for requests without a key: nothing is read or stored.
    pub(crate) fn idempotency() -> Idempotency {
        over(MockIdempotencyRepository::new())
    }
}

#[cfg(test)]
mod tests {
    use domain::access::Permission;
    use domain::change::Change;
    use domain::ids::{AuditId, LocationId};
    use domain::locations::{Location, LocationDetails, NewLocation};
    use ports::{MockIdempotencyRepository, RepositoryError, rules};
    use testkit::build;

    use super::fixture::over;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::{Problem, ProblemKind};

    fn request(hash: u8) -> IdempotentRequest {
        IdempotentRequest { key: "key-1".parse().expect("a key"), fingerprint: [hash; 32] }
    }

    fn reply() -> Reply {
        Reply { status: 201, body: b"{}".to_vec() }
    }

    fn caller() -> Caller {
        build::channel(Permission::Write)
    }

    fn stamp() -> Stamp {
        let scope = caller().tenant_scope(Permission::Write).expect("an active tenant");
        scope.stamp(AuditId::new(build::id()), build::at())
    }

    fn idempotency_record() -> IdempotencyRecord {
        let workspace_id = build::workspace_id();
        IdempotencyRecord::new(workspace_id, &stamp().actor, request(1), reply(), build::at()).expect("a user's record")
    }

    /// Returns a repository with the results of its successive reads.
    fn finding<const N: usize>(found: [Option<IdempotencyRecord>; N]) -> Idempotency {
        let mut repository = MockIdempotencyRepository::new();
        let mut found = found.into_iter();
        repository.expect_get().times(N).returning(move |scope, key| {
            assert_eq!((scope.user_id(), key.as_str()), (caller().user_id(), "key-1"));
            Ok(found.next().flatten())
        });
        over(repository)
    }

    async fn ask(
        idempotency: &Idempotency,
        hash: u8,
        acted: Result<u8, RepositoryError>,
    ) -> Result<Outcome<u8>, Refusal> {
        let idempotent = Idempotent::new(Some(request(hash)), |_: u8| reply());
        idempotency.run(&caller(), &idempotent, async || Ok(acted?)).await
    }

    #[tokio::test]
    async fn what_was_done_before_is_answered_and_not_done() {
        let idempotency = finding([Some(idempotency_record())]);
        let idempotent = Idempotent::new(Some(request(1)), |(): ()| reply());
        let done =
            idempotency.run::<_, (), Refusal>(&caller(), &idempotent, async || unreachable!("done before")).await;
        assert!(matches!(done, Ok(Outcome::Replayed(found)) if found == reply()));
    }

    #[tokio::test]
    async fn a_request_without_a_key_is_done_each_time() {
        let idempotent = Idempotent::<u8>::default();
        let done = finding([]).run::<_, _, Refusal>(&caller(), &idempotent, async || Ok(7)).await;
        assert!(matches!(done, Ok(Outcome::Fresh(7))));
    }

    #[tokio::test]
    async fn a_duplicate_that_was_faster_answers_for_both_whatever_this_one_met() {
        for met in [RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY }, RepositoryError::Stale] {
            let done = ask(&finding([None, Some(idempotency_record())]), 1, Err(met)).await;
            assert!(matches!(done, Ok(Outcome::Replayed(found)) if found == reply()));
        }
    }

    #[tokio::test]
    async fn a_duplicate_that_goes_on_is_told_of() {
        let taken = RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY };
        let refused = ask(&finding([None, None]), 1, Err(taken)).await.expect_err("in flight");
        assert_eq!((refused.kind(), refused.code()), (ProblemKind::InFlight, Code::RequestInFlight));
    }

    #[tokio::test]
    async fn another_request_under_the_key_is_refused_before_and_after_the_try() {
        let before = ask(&finding([Some(idempotency_record())]), 2, Ok(7)).await.expect_err("reused");
        assert_eq!((before.kind(), before.code()), (ProblemKind::Invalid, Code::IdempotencyKeyReused));
        let taken = RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY };
        let after = ask(&finding([None, Some(idempotency_record())]), 2, Err(taken)).await.expect_err("reused");
        assert_eq!(after.code(), Code::IdempotencyKeyReused);
    }

    #[tokio::test]
    async fn an_idempotency_record_of_yesterday_answers_nothing() {
        let old = IdempotencyRecord {
            at: build::at() - domain::idempotency::KEPT - chrono::TimeDelta::seconds(1),
            ..idempotency_record()
        };
        assert!(matches!(ask(&finding([Some(old)]), 2, Ok(7)).await, Ok(Outcome::Fresh(7))));
    }

    #[tokio::test]
    async fn a_refusal_stays_what_it_is_where_nobody_was_faster() {
        let refused = ask(&finding([None, None]), 1, Err(RepositoryError::Stale)).await.expect_err("refused");
        assert_eq!(refused.code(), Code::Busy);
    }

    #[tokio::test]
    async fn a_change_carries_the_idempotency_record_of_the_user_who_made_it() {
        let scope = caller().tenant_scope(Permission::Write).expect("an active tenant");
        let id = LocationId::new(build::id());
        let new = NewLocation { id, name: "Airport".parse().expect("a name"), details: LocationDetails::default() };
        let change = || Location::create(new.clone(), &scope, stamp());
        let idempotent = Idempotent::new(Some(request(1)), |_: LocationId| reply());
        let Change { idempotency_record: signed, .. } = idempotent.sign(change(), &id);
        assert_eq!(signed, Some(idempotency_record()));
        assert_eq!(Idempotent::default().sign(change(), &id).idempotency_record, None);
    }

    #[tokio::test]
    async fn what_changed_nothing_leaves_its_idempotency_record_alone() {
        let mut repository = MockIdempotencyRepository::new();
        repository.expect_keep().once().withf(|_, kept| *kept == idempotency_record()).returning(|_, _| Ok(()));
        let idempotency = over(repository);
        let idempotent = Idempotent::new(Some(request(1)), |_: u8| reply());
        idempotency.keep(&caller(), &idempotent, &7, &stamp()).await.expect("kept");
        idempotency.keep(&caller(), &Idempotent::default(), &7, &stamp()).await.expect("nothing to keep");
    }
}

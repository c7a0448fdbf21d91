//! Idempotency: a repeated request has its effect once and gets the same reply.

mod forget;
mod once;

use std::sync::Arc;

use domain::access::{Caller, OwnScope};
use domain::audit::Stamp;
use domain::receipts::{Receipt, Repeatable, Reply};
use ports::{Clock, ReceiptRepository};

pub use self::once::{Done, Once};
use crate::refusal::Refusal;

/// The idempotency records of requests with an idempotency key.
#[derive(Clone)]
pub struct Receipts {
    repository: Arc<dyn ReceiptRepository>,
    clock: Arc<dyn Clock>,
}

impl Receipts {
    /// Creates the use cases from their ports.
    pub fn new(repository: Arc<dyn ReceiptRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { repository, clock }
    }

    /// Runs `act`, or returns the stored reply if the caller's request was already done.
    ///
    /// Call it after the authorisation. `act` must store its change with [`Once::sign`], or call [`Receipts::keep`] if
    /// there is nothing to change.
    pub(crate) async fn once<T, R, E: From<Refusal>>(
        &self,
        caller: &Caller,
        once: &Once<T>,
        act: impl AsyncFnOnce() -> Result<R, E>,
    ) -> Result<Done<R>, E> {
        let Some(request) = once.request() else { return act().await.map(Done::Now) };
        let scope = caller.own_scope();
        if let Some(reply) = self.answer(scope, request).await? {
            return Ok(Done::Before(reply));
        }
        match act().await {
            Ok(done) => Ok(Done::Now(done)),
            // Whatever the reason of the refusal, a concurrent duplicate may have succeeded meanwhile.
            Err(refused) => match self.answer(scope, request).await {
                Ok(Some(reply)) => Ok(Done::Before(reply)),
                Err(other @ Refusal::KeyReused(_)) => Err(other.into()),
                Ok(None) | Err(_) => Err(refused),
            },
        }
    }

    /// Stores the reply of a request that changed nothing.
    pub async fn keep<T: Clone>(
        &self,
        caller: &Caller,
        once: &Once<T>,
        answer: &T,
        stamp: &Stamp,
    ) -> Result<(), Refusal> {
        let Some((request, reply)) = once.request().cloned().zip(once.reply_to(answer)) else { return Ok(()) };
        let scope = caller.own_scope();
        match Receipt::new(scope.workspace_id(), &stamp.actor, request, reply, stamp.at) {
            Some(receipt) => Ok(self.repository.keep(scope, receipt).await?),
            None => Ok(()),
        }
    }

    /// Returns the stored reply to the request, if there is one.
    async fn answer(&self, scope: OwnScope, request: &Repeatable) -> Result<Option<Reply>, Refusal> {
        match self.repository.find(scope, &request.key).await? {
            Some(receipt) => Ok(receipt.answer(request, self.clock.now())?),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use ports::{MockClock, MockReceiptRepository};
    use testkit::build;

    use super::*;

    pub(crate) fn over(repository: MockReceiptRepository) -> Receipts {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(build::at());
        Receipts::new(Arc::new(repository), Arc::new(clock))
    }

    /// Returns idempotency records for requests without a key: nothing is read or stored.
    pub(crate) fn receipts() -> Receipts {
        over(MockReceiptRepository::new())
    }
}

#[cfg(test)]
mod tests {
    use domain::access::Permission;
    use domain::change::Change;
    use domain::ids::{AuditId, LocationId};
    use domain::locations::{Location, NewLocation, Profile};
    use ports::{MockReceiptRepository, RepositoryError, rules};
    use testkit::build;

    use super::fixture::over;
    use super::*;
    use crate::problem::{Problem, ProblemKind};

    fn request(hash: u8) -> Repeatable {
        Repeatable { key: "key-1".parse().expect("a key"), fingerprint: [hash; 32] }
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

    fn receipt() -> Receipt {
        let workspace_id = build::workspace_id();
        Receipt::new(workspace_id, &stamp().actor, request(1), reply(), build::at()).expect("a user's record")
    }

    /// Returns a repository with the results of its successive reads.
    fn finding<const N: usize>(found: [Option<Receipt>; N]) -> Receipts {
        let mut repository = MockReceiptRepository::new();
        let mut found = found.into_iter();
        repository.expect_find().times(N).returning(move |scope, key| {
            assert_eq!((scope.user_id(), key.as_str()), (caller().user_id(), "key-1"));
            Ok(found.next().flatten())
        });
        over(repository)
    }

    async fn ask(receipts: &Receipts, hash: u8, acted: Result<u8, RepositoryError>) -> Result<Done<u8>, Refusal> {
        let once = Once::new(Some(request(hash)), |_: u8| reply());
        receipts.once(&caller(), &once, async || Ok(acted?)).await
    }

    #[tokio::test]
    async fn what_was_done_before_is_answered_and_not_done() {
        let receipts = finding([Some(receipt())]);
        let once = Once::new(Some(request(1)), |(): ()| reply());
        let done = receipts.once::<_, (), Refusal>(&caller(), &once, async || unreachable!("done before")).await;
        assert!(matches!(done, Ok(Done::Before(found)) if found == reply()));
    }

    #[tokio::test]
    async fn a_request_without_a_key_is_done_each_time() {
        let once = Once::<u8>::default();
        let done = finding([]).once::<_, _, Refusal>(&caller(), &once, async || Ok(7)).await;
        assert!(matches!(done, Ok(Done::Now(7))));
    }

    #[tokio::test]
    async fn a_twin_that_was_faster_answers_for_both_whatever_this_one_met() {
        for met in [RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY }, RepositoryError::Stale] {
            let done = ask(&finding([None, Some(receipt())]), 1, Err(met)).await;
            assert!(matches!(done, Ok(Done::Before(found)) if found == reply()));
        }
    }

    #[tokio::test]
    async fn a_twin_that_goes_on_is_told_of() {
        let taken = RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY };
        let refused = ask(&finding([None, None]), 1, Err(taken)).await.expect_err("in flight");
        assert_eq!((refused.kind(), refused.code()), (ProblemKind::InFlight, "request_in_flight"));
    }

    #[tokio::test]
    async fn another_request_under_the_key_is_refused_before_and_after_the_try() {
        let before = ask(&finding([Some(receipt())]), 2, Ok(7)).await.expect_err("reused");
        assert_eq!((before.kind(), before.code()), (ProblemKind::Invalid, "idempotency_key_reused"));
        let taken = RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY };
        let after = ask(&finding([None, Some(receipt())]), 2, Err(taken)).await.expect_err("reused");
        assert_eq!(after.code(), "idempotency_key_reused");
    }

    #[tokio::test]
    async fn a_receipt_of_yesterday_answers_nothing() {
        let old = Receipt { at: build::at() - domain::receipts::KEPT - chrono::TimeDelta::seconds(1), ..receipt() };
        assert!(matches!(ask(&finding([Some(old)]), 2, Ok(7)).await, Ok(Done::Now(7))));
    }

    #[tokio::test]
    async fn a_refusal_stays_what_it_is_where_nobody_was_faster() {
        let refused = ask(&finding([None, None]), 1, Err(RepositoryError::Stale)).await.expect_err("refused");
        assert_eq!(refused.code(), "busy");
    }

    #[tokio::test]
    async fn a_change_carries_the_receipt_of_the_user_who_made_it() {
        let scope = caller().tenant_scope(Permission::Write).expect("an active tenant");
        let id = LocationId::new(build::id());
        let new = NewLocation { id, name: "Airport".parse().expect("a name"), profile: Profile::default() };
        let change = || Location::create(new.clone(), &scope, stamp());
        let once = Once::new(Some(request(1)), |_: LocationId| reply());
        let Change { receipt: signed, .. } = once.sign(change(), &id);
        assert_eq!(signed, Some(receipt()));
        assert_eq!(Once::default().sign(change(), &id).receipt, None);
    }

    #[tokio::test]
    async fn what_changed_nothing_leaves_its_receipt_alone() {
        let mut repository = MockReceiptRepository::new();
        repository.expect_keep().once().withf(|_, kept| *kept == receipt()).returning(|_, _| Ok(()));
        let receipts = over(repository);
        let once = Once::new(Some(request(1)), |_: u8| reply());
        receipts.keep(&caller(), &once, &7, &stamp()).await.expect("kept");
        receipts.keep(&caller(), &Once::default(), &7, &stamp()).await.expect("nothing to keep");
    }
}

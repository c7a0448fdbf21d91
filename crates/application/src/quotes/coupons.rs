//! A limit on wrong coupon codes, so that none is found by guessing.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::TenantId;
use domain::promotions::PromotionChoice;
use tokio::sync::Notify;

use crate::outcome::codes::Code;
use crate::outcome::problem::Problem;
use crate::outcome::refusal::Refusal;
use crate::steps::ambient::Ambient;

/// The maximum number of wrong codes of a tenant within [`WINDOW`].
const MOST: usize = 10;
const WINDOW: TimeDelta = TimeDelta::minutes(1);

/// The result of a request with a coupon code that was not accepted, for the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CouponOutcome {
    /// The code was looked up, and no promotion of that code applies.
    Wrong,
    /// The tenant has sent too many wrong codes: this one was not looked up.
    Limited,
}

/// The wrong coupon codes of each tenant, counted by all of its users and keys together. Clones share their counts.
#[derive(Clone)]
pub struct CouponLimit(Arc<Shared>);

struct Shared {
    tenants: Mutex<HashMap<TenantId, Tries>>,
    /// Notified after each lookup.
    looked_up: Notify,
    observe: Box<dyn Fn(CouponOutcome) + Send + Sync>,
}

#[derive(Default)]
struct Tries {
    /// The times at which codes were wrong, oldest first.
    wrong: VecDeque<DateTime<Utc>>,
    /// The number of codes that are being looked up, each of which may be wrong.
    pending: usize,
}

/// The decision about the next code of a tenant.
enum Turn {
    Now,
    /// Wait: the codes that are being looked up may use up the limit.
    Later,
    /// The limit is used up.
    Refused(Refusal),
}

/// A code that is being looked up. Dropping it ends the lookup, also if the client is gone.
struct Lookup<'a> {
    shared: &'a Shared,
    tenant: TenantId,
}

impl CouponLimit {
    /// Creates a limit. `observe` is called for every code that was wrong or not looked up.
    pub fn new(observe: impl Fn(CouponOutcome) + Send + Sync + 'static) -> Self {
        Self(Arc::new(Shared { tenants: Mutex::default(), looked_up: Notify::new(), observe: Box::new(observe) }))
    }

    /// Runs `look_up`, unless a coupon code is asked for and the tenant has sent too many wrong ones: then it is
    /// refused without being looked up, whether right or wrong.
    pub(crate) async fn guard<T, E: Problem + From<Refusal>>(
        &self,
        tenant: TenantId,
        requested: Option<&PromotionChoice>,
        ambient: &Ambient,
        look_up: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let Some(PromotionChoice::Coupon(_)) = requested else { return look_up().await };
        let turn = self.0.begin(tenant, ambient).await?;
        let found = look_up().await;
        if found.as_ref().is_err_and(|error| error.code() == Code::PromotionNotValid) {
            turn.was_wrong(ambient.now());
        }
        found
    }
}

impl Shared {
    async fn begin(&self, tenant: TenantId, ambient: &Ambient) -> Result<Lookup<'_>, Refusal> {
        loop {
            // Created before the check, so that no notification is missed.
            let looked_up = self.looked_up.notified();
            match self.turn(tenant, ambient.now()) {
                Turn::Now => return Ok(Lookup { shared: self, tenant }),
                Turn::Later => looked_up.await,
                Turn::Refused(refusal) => {
                    (self.observe)(CouponOutcome::Limited);
                    return Err(refusal);
                }
            }
        }
    }

    fn turn(&self, tenant: TenantId, now: DateTime<Utc>) -> Turn {
        let mut tenants = self.lock();
        let tries = tenants.entry(tenant).or_default();
        tries.forget(now);
        match tries.wrong.front() {
            Some(oldest) if tries.wrong.len() >= MOST => {
                Turn::Refused(Refusal::CouponsLimited { seconds: seconds_until(*oldest + WINDOW, now) })
            }
            _ if tries.wrong.len() + tries.pending >= MOST => Turn::Later,
            _ => {
                tries.pending += 1;
                Turn::Now
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, Tries>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tries {
    fn forget(&mut self, now: DateTime<Utc>) {
        let old = self.wrong.iter().take_while(|at| **at + WINDOW <= now).count();
        self.wrong.drain(..old);
    }

    fn is_empty(&self) -> bool {
        self.wrong.is_empty() && self.pending == 0
    }
}

impl Lookup<'_> {
    fn was_wrong(self, now: DateTime<Utc>) {
        {
            let mut tenants = self.shared.lock();
            // Removes idle tenants, so the map holds those of the last minute only.
            tenants.values_mut().for_each(|tries| tries.forget(now));
            tenants.retain(|_, tries| !tries.is_empty());
            tenants.entry(self.tenant).or_default().wrong.push_back(now);
        }
        (self.shared.observe)(CouponOutcome::Wrong);
    }
}

impl Drop for Lookup<'_> {
    fn drop(&mut self) {
        {
            let mut tenants = self.shared.lock();
            if let Some(tries) = tenants.get_mut(&self.tenant) {
                tries.pending = tries.pending.saturating_sub(1);
                if tries.is_empty() {
                    tenants.remove(&self.tenant);
                }
            }
        }
        self.shared.looked_up.notify_waiters();
    }
}

/// Returns the seconds until `end`, rounded up: an earlier request would be refused again.
fn seconds_until(end: DateTime<Utc>, now: DateTime<Utc>) -> u32 {
    let millis = (end - now).num_milliseconds().clamp(1, WINDOW.num_milliseconds());
    u32::try_from((millis + 999) / 1_000).unwrap_or(1)
}

#[cfg(test)]
pub(crate) mod fixture {
    use super::*;

    /// A limit without an observer.
    pub(crate) fn coupons() -> CouponLimit {
        CouponLimit::new(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use ports::MockClock;
    use tokio::task::JoinSet;
    use uuid::Uuid;

    use super::*;
    use crate::quotes::QuoteError;
    use crate::steps::ambient::fixture::ambient;

    /// A limit with its clock and the outcomes that it observed.
    struct Watched {
        limit: CouponLimit,
        ambient: Ambient,
        now: Arc<Mutex<DateTime<Utc>>>,
        counts: Arc<[AtomicUsize; 2]>,
    }

    impl Watched {
        fn new() -> Self {
            let now = Arc::new(Mutex::new(testkit::build::at()));
            let counts: Arc<[AtomicUsize; 2]> = Arc::default();
            let (told, counted) = (now.clone(), counts.clone());
            let mut clock = MockClock::new();
            clock.expect_now().returning(move || *told.lock().expect("no panic"));
            let limit = CouponLimit::new(move |outcome| {
                counted[usize::from(outcome == CouponOutcome::Limited)].fetch_add(1, Ordering::Relaxed);
            });
            Self { limit, ambient: Ambient { clock: Arc::new(clock), ..ambient() }, now, counts }
        }

        fn pass(&self, time: TimeDelta) {
            *self.now.lock().expect("no panic") += time;
        }

        fn counted(&self) -> [usize; 2] {
            [0, 1].map(|outcome| self.counts[outcome].load(Ordering::Relaxed))
        }

        /// Sends a right or a wrong code.
        async fn send(&self, tenant: TenantId, is_right: bool) -> Result<(), QuoteError> {
            let look_up = async || if is_right { Ok(()) } else { Err(wrong()) };
            self.limit.guard(tenant, Some(&coupon()), &self.ambient, look_up).await
        }
    }

    fn tenant(number: u128) -> TenantId {
        TenantId::new(Uuid::from_u128(number))
    }

    fn coupon() -> PromotionChoice {
        PromotionChoice::Coupon("SUMMER".parse().expect("a code"))
    }

    fn wrong() -> QuoteError {
        QuoteError::Promotion([("couponCode".to_owned(), vec![])].into())
    }

    /// The code of a refusal and the seconds to wait.
    fn told(sent: Result<(), QuoteError>) -> Option<(Code, Option<u32>)> {
        sent.err().map(|error| (error.code(), error.members().retry_after))
    }

    #[expect(clippy::unnecessary_wraps, reason = "it is compared with what is told")]
    fn limited(seconds: u32) -> Option<(Code, Option<u32>)> {
        Some((Code::TooManyCouponCodes, Some(seconds)))
    }

    const WRONG: Option<(Code, Option<u32>)> = Some((Code::PromotionNotValid, None));

    #[tokio::test]
    async fn after_ten_wrong_codes_in_a_minute_right_and_wrong_ones_are_refused_alike() {
        let watched = Watched::new();
        for _ in 0..MOST {
            assert_eq!(told(watched.send(tenant(1), true).await), None);
            assert_eq!(told(watched.send(tenant(1), false).await), WRONG);
            watched.pass(TimeDelta::milliseconds(1_500));
        }
        for is_right in [true, false] {
            assert_eq!(told(watched.send(tenant(1), is_right).await), limited(45));
        }
        assert_eq!(told(watched.send(tenant(2), false).await), WRONG, "one tenant takes nothing from another");
        assert_eq!(watched.counted(), [MOST + 1, 2]);

        watched.pass(TimeDelta::seconds(45));
        assert_eq!(told(watched.send(tenant(1), true).await), None, "it came back when it was told to");
        assert_eq!(told(watched.send(tenant(1), false).await), WRONG);
        assert_eq!(told(watched.send(tenant(1), true).await), limited(2), "the second of the ten is 58.5 s old");
        watched.pass(WINDOW);
        assert_eq!(told(watched.send(tenant(1), true).await), None);
    }

    #[tokio::test]
    async fn of_a_hundred_codes_at_once_ten_wrong_ones_are_looked_up() {
        let watched = Arc::new(Watched::new());
        let looked_up = Arc::new(AtomicUsize::new(0));
        let mut sent = JoinSet::new();
        for _ in 0..100 {
            let (watched, looked_up) = (watched.clone(), looked_up.clone());
            sent.spawn(async move {
                let look_up = async || {
                    looked_up.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    Err::<(), _>(wrong())
                };
                told(watched.limit.guard(tenant(1), Some(&coupon()), &watched.ambient, look_up).await)
            });
        }
        let told = sent.join_all().await;
        let count = |expected| told.iter().filter(|told| **told == expected).count();
        assert_eq!((count(WRONG), count(limited(60)), looked_up.load(Ordering::Relaxed)), (MOST, 90, MOST));
        assert_eq!(watched.counted(), [MOST, 90]);
    }

    #[tokio::test]
    async fn any_number_of_right_codes_may_be_sent_at_once() {
        let watched = Arc::new(Watched::new());
        let mut sent = JoinSet::new();
        for _ in 0..100 {
            let watched = watched.clone();
            sent.spawn(async move {
                let look_up = async || {
                    tokio::task::yield_now().await;
                    Ok::<_, QuoteError>(())
                };
                watched.limit.guard(tenant(1), Some(&coupon()), &watched.ambient, look_up).await.is_ok()
            });
        }
        assert!(sent.join_all().await.into_iter().all(|is_ok| is_ok));
        assert!(watched.limit.0.lock().is_empty(), "nothing is kept of those that were right");
    }

    #[tokio::test]
    async fn what_is_refused_for_other_reasons_or_without_a_code_does_not_count() {
        let watched = Watched::new();
        for _ in 0..=MOST {
            let look_up = async || Err::<(), _>(QuoteError::listing_not_found());
            let sent = watched.limit.guard(tenant(1), Some(&coupon()), &watched.ambient, look_up).await;
            assert_eq!(told(sent), Some((Code::ListingNotFound, None)));
            let by_id = PromotionChoice::Id(domain::ids::PromotionId::new(Uuid::from_u128(7)));
            for requested in [None, Some(&by_id)] {
                let sent = watched.limit.guard(tenant(1), requested, &watched.ambient, async || Err(wrong())).await;
                assert_eq!(told(sent), WRONG);
            }
        }
        assert_eq!(told(watched.send(tenant(1), true).await), None);
        assert_eq!(watched.counted(), [0, 0]);
    }

    #[tokio::test]
    async fn tenants_that_try_no_more_are_forgotten() {
        let watched = Watched::new();
        for number in 1..100 {
            watched.send(tenant(number), false).await.expect_err("wrong");
        }
        watched.pass(WINDOW);
        watched.send(tenant(100), false).await.expect_err("wrong");
        assert_eq!(watched.limit.0.lock().len(), 1);
    }
}

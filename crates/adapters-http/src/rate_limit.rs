//! The rate limit of API keys.
//!
//! Only genuine keys are counted: a forged key takes no place in the table, and does not use the quota of the key that
//! it imitates.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use domain::ids::ApiKeyId;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use serde::Deserialize;
use thiserror::Error;

pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const MAX_REQUESTS: u32 = 1_000_000;
const MAX_SECONDS: u32 = 86_400;
/// The number of requests after which keys with a full quota are removed. So the table never contains more keys than
/// these and the keys in use.
const FORGET_EVERY: u32 = 10_000;

/// The quota of a key: a number of requests in a number of seconds, however they are distributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Allowance {
    requests: u32,
    seconds: u32,
}

/// An invalid quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be REQUESTS/SECONDS, like 600/60: up to {MAX_REQUESTS} requests in up to {MAX_SECONDS} seconds")]
pub struct InvalidAllowanceError;

impl TryFrom<String> for Allowance {
    type Error = InvalidAllowanceError;

    fn try_from(text: String) -> Result<Self, InvalidAllowanceError> {
        text.parse()
    }
}

impl FromStr for Allowance {
    type Err = InvalidAllowanceError;

    fn from_str(text: &str) -> Result<Self, InvalidAllowanceError> {
        let (requests, seconds) = text.split_once('/').ok_or(InvalidAllowanceError)?;
        let within = |text: &str, most| text.parse().ok().filter(|number| (1..=most).contains(number));
        let requests = within(requests, MAX_REQUESTS).ok_or(InvalidAllowanceError)?;
        let seconds = within(seconds, MAX_SECONDS).ok_or(InvalidAllowanceError)?;
        Ok(Self { requests, seconds })
    }
}

impl Allowance {
    /// Returns the quota as a bucket that holds all the requests and refills evenly.
    fn quota(self) -> Quota {
        let Self { requests, seconds } = self;
        let one = Duration::from_secs(seconds.into()) / requests;
        let quota = Quota::with_period(one).expect("a second divided by a million is more than zero");
        quota.allow_burst(requests.try_into().expect("one request or more"))
    }

    /// Returns the `RateLimit-Policy` header.
    fn policy(self) -> HeaderValue {
        let Self { requests, seconds } = self;
        field(format!("\"api-key\";q={requests};w={seconds}"))
    }

    /// Returns the number of seconds until a key has all its requests again.
    fn until_all(self, remaining: u32) -> u64 {
        let used = u64::from(self.requests.saturating_sub(remaining));
        (used * u64::from(self.seconds)).div_ceil(self.requests.into())
    }
}

type Keys<C> = RateLimiter<ApiKeyId, DashMapStateStore<ApiKeyId>, C, StateInformationMiddleware>;

/// The rate limiter. Clones share their counters.
#[derive(Clone)]
pub struct RateLimit(Option<Arc<Counter>>);

impl RateLimit {
    /// Creates a rate limiter with this quota for each key, or without a limit.
    pub fn new(allowance: Option<Allowance>) -> Self {
        Self(allowance.map(|allowance| Arc::new(Counter::new(allowance, DefaultClock::default()))))
    }

    /// Counts a request of the key. Returns `None` if there is no limit.
    pub(crate) fn count(&self, key: ApiKeyId) -> Option<Standing> {
        self.0.as_ref().map(|counter| counter.count(key))
    }
}

struct Counter<C: Clock = DefaultClock> {
    allowance: Allowance,
    policy: HeaderValue,
    keys: Keys<C>,
    counted: AtomicU32,
}

impl<C: Clock> Counter<C> {
    fn new(allowance: Allowance, clock: C) -> Self {
        let keys = RateLimiter::dashmap_with_clock(allowance.quota(), clock).with_middleware();
        Self { allowance, policy: allowance.policy(), keys, counted: AtomicU32::new(0) }
    }

    fn count(&self, key: ApiKeyId) -> Standing {
        if self.counted.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.keys.retain_recent();
            self.keys.shrink_to_fit();
        }
        let policy = self.policy.clone();
        match self.keys.check_key(&key) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                Standing { policy, remaining, seconds: self.allowance.until_all(remaining), is_over: false }
            }
            Err(refused) => {
                let wait = refused.wait_time_from(self.keys.clock().now());
                Standing { policy, remaining: 0, seconds: whole_seconds(wait), is_over: true }
            }
        }
    }
}

/// Rounds up, because a request that comes earlier would be refused again.
fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// The remaining quota of a key after a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    policy: HeaderValue,
    remaining: u32,
    /// The time until the key has all its requests again or, if it has exceeded the limit, until it has one.
    seconds: u64,
    pub(crate) is_over: bool,
}

impl Standing {
    /// Writes the `RateLimit` headers (`draft-ietf-httpapi-ratelimit-headers`).
    pub(crate) fn describe(self, headers: &mut HeaderMap) {
        let Self { policy, remaining, seconds, is_over } = self;
        headers.insert(RATE_LIMIT_POLICY, policy);
        headers.insert(RATE_LIMIT, field(format!("\"api-key\";r={remaining};t={seconds}")));
        if is_over {
            headers.insert(RETRY_AFTER, seconds.into());
        }
    }
}

fn field(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("visible ASCII")
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;
    use uuid::Uuid;

    use super::*;

    fn key(number: u32) -> ApiKeyId {
        ApiKeyId::new(Uuid::from_u128(number.into()))
    }

    fn counter(allowance: &str) -> (Counter<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Counter::new(allowance.parse().expect("an allowance"), clock.clone()), clock)
    }

    fn told(standing: Standing) -> [Option<String>; 3] {
        let mut headers = HeaderMap::new();
        standing.describe(&mut headers);
        [RATE_LIMIT_POLICY, RATE_LIMIT, RETRY_AFTER]
            .map(|name| headers.get(name).map(|value| value.to_str().expect("ASCII").to_owned()))
    }

    #[test]
    fn an_allowance_is_requests_and_seconds() {
        assert_eq!("600/60".parse(), Ok(Allowance { requests: 600, seconds: 60 }));
        assert_eq!("1000000/1".parse(), Ok(Allowance { requests: 1_000_000, seconds: 1 }));
        for text in ["", "600", "/", "600/", "/60", "0/60", "600/0", "-1/60", "1000001/1", "1/86401", "600/1m", " 6/6"]
        {
            assert_eq!(text.parse::<Allowance>(), Err(InvalidAllowanceError), "{text}");
        }
    }

    #[test]
    fn a_key_has_so_many_requests_and_is_told_when_to_come_back() {
        let (counter, clock) = counter("4/10");
        let policy = || Some(r#""api-key";q=4;w=10"#.to_owned());
        for standing in
            [r#""api-key";r=3;t=3"#, r#""api-key";r=2;t=5"#, r#""api-key";r=1;t=8"#, r#""api-key";r=0;t=10"#]
        {
            assert_eq!(told(counter.count(key(1))), [policy(), Some(standing.to_owned()), None]);
        }
        let refused = counter.count(key(1));
        assert!(refused.is_over);
        let standing = Some(r#""api-key";r=0;t=3"#.to_owned());
        assert_eq!(told(refused), [policy(), standing, Some("3".to_owned())]);
        clock.advance(Duration::from_secs(3));
        assert!(!counter.count(key(1)).is_over, "a retry after the given time is allowed");
        assert!(counter.count(key(1)).is_over);
        clock.advance(Duration::from_secs(10));
        assert_eq!(counter.count(key(1)).remaining, 3, "the quota is full again, and not exceeded");
    }

    #[test]
    fn one_key_takes_nothing_from_another() {
        let (counter, _) = counter("1/60");
        counter.count(key(1));
        assert!(counter.count(key(1)).is_over);
        assert!(!counter.count(key(2)).is_over);
    }

    #[test]
    fn keys_that_are_not_in_use_are_forgotten() {
        let (counter, clock) = counter("1/1");
        for number in 1..FORGET_EVERY {
            counter.count(key(number));
        }
        clock.advance(Duration::from_secs(5));
        counter.count(key(0));
        assert_eq!(counter.keys.len(), 1);
    }
}

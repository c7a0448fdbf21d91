//! The rate limits of API keys, and of home tenants: a key can create more keys, so keys alone are no limit.
//!
//! Only genuine keys are counted: a forged key takes no place in the table, and does not use the quota of the key that
//! it imitates.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use domain::ids::TenantId;
use governor::RateLimiter;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const MAX_REQUESTS: u32 = 1_000_000;
const MAX_SECONDS: u32 = 86_400;
/// The number of requests after which keys with a full quota are removed. So the table contains at most this many idle
/// keys, beside those in use.
const FORGET_EVERY: u32 = 10_000;

/// The quota of a key: a number of requests in a number of seconds, however they are distributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Quota {
    requests: u32,
    seconds: u32,
}

/// An invalid quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be REQUESTS/SECONDS, like 600/60: up to {MAX_REQUESTS} requests in up to {MAX_SECONDS} seconds")]
pub struct InvalidQuotaError;

impl TryFrom<String> for Quota {
    type Error = InvalidQuotaError;

    fn try_from(text: String) -> Result<Self, InvalidQuotaError> {
        text.parse()
    }
}

impl FromStr for Quota {
    type Err = InvalidQuotaError;

    fn from_str(text: &str) -> Result<Self, InvalidQuotaError> {
        let (requests, seconds) = text.split_once('/').ok_or(InvalidQuotaError)?;
        let within = |text: &str, most| text.parse().ok().filter(|number| (1..=most).contains(number));
        let requests = within(requests, MAX_REQUESTS).ok_or(InvalidQuotaError)?;
        let seconds = within(seconds, MAX_SECONDS).ok_or(InvalidQuotaError)?;
        Ok(Self { requests, seconds })
    }
}

impl Quota {
    /// Returns the quota as a bucket that holds all the requests and refills evenly.
    fn bucket(self) -> governor::Quota {
        let Self { requests, seconds } = self;
        let one = Duration::from_secs(seconds.into()) / requests;
        let quota = governor::Quota::with_period(one).expect("a second divided by a million is more than zero");
        quota.allow_burst(requests.try_into().expect("one request or more"))
    }

    /// Returns the `RateLimit-Policy` header.
    fn policy(self, name: &str) -> HeaderValue {
        let Self { requests, seconds } = self;
        field(format!("\"{name}\";q={requests};w={seconds}"))
    }

    /// Returns the default of a tenant: four times the requests of a key.
    fn of_a_tenant(self) -> Self {
        Self { requests: self.requests.saturating_mul(4), ..self }
    }

    /// Returns the number of seconds until all requests are available again.
    fn until_all(self, remaining: u32) -> u64 {
        let used = u64::from(self.requests.saturating_sub(remaining));
        (used * u64::from(self.seconds)).div_ceil(self.requests.into())
    }
}

type Ids<C> = RateLimiter<Uuid, DashMapStateStore<Uuid>, C, StateInformationMiddleware>;

/// The rate limiters of keys and of home tenants. Clones share their counters.
#[derive(Clone)]
pub struct RateLimits {
    keys: Option<Arc<Counter>>,
    tenants: Option<Arc<Counter>>,
}

impl RateLimits {
    /// Creates the rate limiters. Without a quota of its own, a tenant has four times that of a key.
    pub fn new(of_key: Option<Quota>, of_tenant: Option<Quota>) -> Self {
        let counter = |name, quota| Arc::new(Counter::new(name, quota, DefaultClock::default()));
        Self {
            keys: of_key.map(|quota| counter(Counted::ApiKey, quota)),
            tenants: of_tenant.or_else(|| of_key.map(Quota::of_a_tenant)).map(|quota| counter(Counted::Tenant, quota)),
        }
    }

    /// Counts a request of the key and of its user's home tenant. Returns the standing that is nearer to its limit, or
    /// `None` if there is no limit. A request that exceeds the key's limit does not use the tenant's quota.
    pub(crate) fn count(&self, key: Uuid, home: Option<TenantId>) -> Option<Standing> {
        let of_key = self.keys.as_ref().map(|keys| keys.count(key));
        if of_key.as_ref().is_some_and(|standing| standing.is_over) {
            return of_key;
        }
        let of_tenant = self.tenants.as_ref().zip(home).map(|(tenants, home)| tenants.count(home.as_uuid()));
        of_key.into_iter().chain(of_tenant).min_by_key(|standing| (!standing.is_over, standing.remaining))
    }

    /// Counts a request that is not one of the API. Returns the message of a refusal, with the seconds until the next one.
    pub fn refuses(&self, key: Uuid, home: Option<TenantId>) -> Option<(&'static str, u32)> {
        let standing = self.count(key, home).filter(|standing| standing.is_over)?;
        Some((standing.refusal(), standing.seconds.try_into().unwrap_or(u32::MAX)))
    }
}

/// The subject of a rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    ApiKey,
    Tenant,
}

impl Counted {
    const fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "api-key",
            Self::Tenant => "tenant",
        }
    }
}

struct Counter<C: Clock = DefaultClock> {
    counted: Counted,
    quota: Quota,
    policy: HeaderValue,
    ids: Ids<C>,
    requests: AtomicU32,
}

impl<C: Clock> Counter<C> {
    fn new(counted: Counted, quota: Quota, clock: C) -> Self {
        let ids = RateLimiter::dashmap_with_clock(quota.bucket(), clock).with_middleware();
        let policy = quota.policy(counted.name());
        Self { counted, quota, policy, ids, requests: AtomicU32::new(0) }
    }

    fn count(&self, id: Uuid) -> Standing {
        if self.requests.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.ids.retain_recent();
            self.ids.shrink_to_fit();
        }
        let (counted, policy) = (self.counted, self.policy.clone());
        match self.ids.check_key(&id) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                Standing { counted, policy, remaining, seconds: self.quota.until_all(remaining), is_over: false }
            }
            Err(refused) => {
                let wait = refused.wait_time_from(self.ids.clock().now());
                Standing { counted, policy, remaining: 0, seconds: whole_seconds(wait), is_over: true }
            }
        }
    }
}

/// Rounds up, because a request that comes earlier would be refused again.
fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// The remaining quota of a key or a tenant after a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    counted: Counted,
    policy: HeaderValue,
    remaining: u32,
    /// The time until the key has all its requests again or, if it has exceeded the limit, until it has one.
    seconds: u64,
    pub(crate) is_over: bool,
}

impl Standing {
    /// Returns the message of a refusal.
    pub(crate) const fn refusal(&self) -> &'static str {
        match self.counted {
            Counted::ApiKey => "The key has made too many requests. Try again after Retry-After seconds.",
            Counted::Tenant => {
                "The keys of the tenant have made too many requests. Try again after Retry-After seconds."
            }
        }
    }

    /// Writes the `RateLimit` headers (`draft-ietf-httpapi-ratelimit-headers`).
    pub(crate) fn describe(self, headers: &mut HeaderMap) {
        let Self { counted, policy, remaining, seconds, is_over } = self;
        headers.insert(RATE_LIMIT_POLICY, policy);
        headers.insert(RATE_LIMIT, field(format!("\"{}\";r={remaining};t={seconds}", counted.name())));
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

    use super::*;

    fn key(number: u32) -> Uuid {
        Uuid::from_u128(number.into())
    }

    fn counter(quota: &str) -> (Counter<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Counter::new(Counted::ApiKey, quota.parse().expect("a quota"), clock.clone()), clock)
    }

    fn headers_of(standing: Standing) -> [Option<String>; 3] {
        let mut headers = HeaderMap::new();
        standing.describe(&mut headers);
        [RATE_LIMIT_POLICY, RATE_LIMIT, RETRY_AFTER]
            .map(|name| headers.get(name).map(|value| value.to_str().expect("ASCII").to_owned()))
    }

    #[test]
    fn a_quota_is_requests_and_seconds() {
        assert_eq!("600/60".parse(), Ok(Quota { requests: 600, seconds: 60 }));
        assert_eq!("1000000/1".parse(), Ok(Quota { requests: 1_000_000, seconds: 1 }));
        for text in ["", "600", "/", "600/", "/60", "0/60", "600/0", "-1/60", "1000001/1", "1/86401", "600/1m", " 6/6"]
        {
            assert_eq!(text.parse::<Quota>(), Err(InvalidQuotaError), "{text}");
        }
    }

    #[test]
    fn a_key_has_so_many_requests_and_is_told_when_to_come_back() {
        let (counter, clock) = counter("4/10");
        let policy = || Some(r#""api-key";q=4;w=10"#.to_owned());
        for standing in
            [r#""api-key";r=3;t=3"#, r#""api-key";r=2;t=5"#, r#""api-key";r=1;t=8"#, r#""api-key";r=0;t=10"#]
        {
            assert_eq!(headers_of(counter.count(key(1))), [policy(), Some(standing.to_owned()), None]);
        }
        let refused = counter.count(key(1));
        assert!(refused.is_over);
        let standing = Some(r#""api-key";r=0;t=3"#.to_owned());
        assert_eq!(headers_of(refused), [policy(), standing, Some("3".to_owned())]);
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
        assert_eq!(counter.ids.len(), 1);
    }

    #[test]
    fn the_keys_of_a_tenant_have_together_what_four_of_them_have_or_what_is_set() {
        let quota = |text: &str| text.parse::<Quota>().expect("a quota");
        for (of_key, of_tenant, granted) in [
            (Some("2/60"), None, Some(8)),
            (Some("2/60"), Some("5/60"), Some(5)),
            (None, Some("5/60"), Some(5)),
            (None, None, None),
        ] {
            let limits = RateLimits::new(of_key.map(quota), of_tenant.map(quota));
            // A key can create keys, so each request comes with another key.
            let count = |number, home| limits.count(key(number), Some(TenantId::new(key(home))));
            let is_over = |number, home| count(number, home).is_some_and(|standing| standing.is_over);
            let refused = (0..10).find(|number| is_over(*number, 1));
            assert_eq!(refused, granted, "{of_key:?} {of_tenant:?}");
            assert!(!is_over(10, 2), "another tenant goes on");
        }
    }

    #[test]
    fn the_limit_that_is_nearer_is_told_of() {
        let quota = |text: &str| text.parse().ok();
        let limits = RateLimits::new(quota("3/60"), quota("4/60"));
        let home = TenantId::new(key(9));
        let count = |number| limits.count(key(number), Some(home)).map(headers_of).expect("a limit");
        let standing = |number| count(number)[1].clone().expect("a standing");
        assert_eq!(standing(1), r#""api-key";r=2;t=20"#);
        assert_eq!(standing(1), r#""api-key";r=1;t=40"#);
        assert_eq!(standing(2), r#""tenant";r=1;t=45"#);
        assert_eq!(standing(1), r#""api-key";r=0;t=60"#);
        assert_eq!(standing(1), r#""api-key";r=0;t=20"#, "refused, and it takes nothing from the tenant");
        let [policy, standing, wait] = count(2);
        assert_eq!(policy.as_deref(), Some(r#""tenant";q=4;w=60"#));
        assert_eq!((standing.as_deref(), wait.as_deref()), (Some(r#""tenant";r=0;t=15"#), Some("15")));
    }
}

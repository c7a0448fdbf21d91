//! The state that all requests share: use cases, limits and sign-in codes.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use application::{
    ApiKeys, Audit, Authentication, Availability, Charges, EventConsumers, Events, Imports, IntegrationAccounts,
    Listings, Locations, Promotions, Quotes, Reservations, Tenants, Users, Webhooks, Workspaces,
};
use domain::api_keys::ApiKeyToken;
use domain::ids::TenantId;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

/// The sign-in attempts of an address in a minute.
const ATTEMPTS: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
/// The time for which a sign-in link works.
const CODE_LIFETIME: Duration = Duration::from_mins(15);
/// The number of attempts after which idle addresses are forgotten.
const FORGET_EVERY: u32 = 1_000;

/// The use cases that the console serves, with the state of all worker threads.
#[expect(missing_docs, reason = "the use cases of each area")]
pub struct Console {
    pub api_keys: ApiKeys,
    pub audit: Audit,
    pub authentication: Authentication,
    pub availability: Availability,
    pub charges: Charges,
    pub event_consumers: EventConsumers,
    pub events: Events,
    pub imports: Imports,
    pub integration_accounts: IntegrationAccounts,
    pub listings: Listings,
    pub locations: Locations,
    pub promotions: Promotions,
    pub quotes: Quotes,
    pub reservations: Reservations,
    pub tenants: Tenants,
    pub users: Users,
    pub webhooks: Webhooks,
    pub workspaces: Workspaces,
    /// The state that all worker threads share.
    pub shared: Shared,
}

/// Counts a request of a key and of the home tenant of its active user. Returns the message of a refusal, with the seconds
/// until the next request.
pub type CountRequest = Box<dyn Fn(Uuid, Option<TenantId>) -> Option<(&'static str, u32)> + Send + Sync>;

/// The settings of the console.
pub struct ConsoleSettings {
    /// Whether the address is that of a proxy whose forwarding headers are trusted.
    pub is_trusted_proxy: Box<dyn Fn(IpAddr) -> bool + Send + Sync>,
    /// Counts requests for the rate limits.
    pub count_request: CountRequest,
    /// Grants a request the time that the receiver of a webhook has.
    pub grant_time_of_receiver: fn(&HttpRequest),
    /// Returns the URL of the API, as the client of a request has reached it.
    pub api_url: fn(&HttpRequest) -> String,
    /// The pattern of the addresses of map tiles, like `https://tiles.example.com/{z}/{x}/{y}.png`, and their origin.
    pub map_tiles: Option<(String, String)>,
}

/// The state that all worker threads share.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

struct Inner {
    settings: ConsoleSettings,
    attempts: DefaultKeyedRateLimiter<IpAddr>,
    counted: AtomicU32,
    codes: Mutex<HashMap<String, (ApiKeyToken, Instant)>>,
}

impl Shared {
    /// Creates the state of a server.
    #[must_use]
    pub fn new(settings: ConsoleSettings) -> Self {
        Self(Arc::new(Inner {
            settings,
            attempts: RateLimiter::keyed(Quota::per_minute(ATTEMPTS)),
            counted: AtomicU32::new(0),
            codes: Mutex::default(),
        }))
    }

    /// Returns a code that signs in with this key, once and soon.
    #[must_use]
    pub fn sign_in_code(&self, token: ApiKeyToken) -> String {
        let code = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        self.codes().insert(code.clone(), (token, Instant::now() + CODE_LIFETIME));
        code
    }

    /// Takes the key of a code, if it is still valid.
    pub(crate) fn redeem(&self, code: &str) -> Option<ApiKeyToken> {
        let mut codes = self.codes();
        codes.retain(|_, (_, until)| *until > Instant::now());
        codes.remove(code).map(|(token, _)| token)
    }

    /// Counts a sign-in attempt; returns whether the address may try.
    pub(crate) fn may_sign_in(&self, address: IpAddr) -> bool {
        if self.0.counted.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.0.attempts.retain_recent();
        }
        self.0.attempts.check_key(&network(address)).is_ok()
    }

    pub(crate) fn settings(&self) -> &ConsoleSettings {
        &self.0.settings
    }

    fn codes(&self) -> std::sync::MutexGuard<'_, HashMap<String, (ApiKeyToken, Instant)>> {
        self.0.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the address of a client that has one, or the network of a client that has many.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// Returns a key whose random bits are all this byte.
#[cfg(test)]
pub(crate) fn sample_key(byte: u8) -> ApiKeyToken {
    use domain::api_keys::KeySecret;
    use domain::ids::{ApiKeyId, WorkspaceId};

    let [workspace, key] = [1, 2].map(Uuid::from_u128);
    ApiKeyToken::new(WorkspaceId::new(workspace), ApiKeyId::new(key), KeySecret::new([byte; 24]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared() -> Shared {
        Shared::new(ConsoleSettings {
            is_trusted_proxy: Box::new(|_| false),
            count_request: Box::new(|_, _| None),
            grant_time_of_receiver: |_| {},
            api_url: |_| String::new(),
            map_tiles: None,
        })
    }

    #[test]
    fn a_code_signs_in_once() {
        let shared = shared();
        let code = shared.sign_in_code(sample_key(7));
        assert!(shared.redeem("another").is_none());
        assert_eq!(shared.redeem(&code).map(|token| token.id()), Some(sample_key(7).id()));
        assert!(shared.redeem(&code).is_none());
    }

    #[test]
    fn attempts_are_limited_for_each_address_and_each_network_of_ipv6() {
        let shared = shared();
        let tries = |address: &str| {
            (0..ATTEMPTS.get() + 5).filter(|_| shared.may_sign_in(address.parse().expect("an address"))).count()
        };
        assert_eq!(tries("192.0.2.1"), 20);
        assert_eq!(tries("::ffff:192.0.2.1"), 0);
        assert_eq!(tries("192.0.2.2"), 20);
        assert_eq!(tries("2001:db8::1"), 20);
        assert_eq!(tries("2001:db8::2"), 0);
        assert_eq!(tries("2001:db8:0:1::1"), 20);
    }
}

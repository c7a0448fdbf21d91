//! Delivery of webhooks: an HTTP client that can be sent anywhere, and reaches public addresses only.
//!
//! # What belongs here
//!
//! * `connector`: resolves a name once, checks its addresses, and connects to one of those very addresses.
//! * `sender`: one request with its deadline, and the outcome that its answer or error means.
//! * `vault`: the secrets that sign, encrypted at rest.
//!
//! There are no redirects, cookies, proxies or settings from the environment. Rules, such as which addresses are public
//! and when to try again, are in `domain::webhooks`.

mod connector;
mod sender;
mod vault;

pub use self::connector::{Resolver, SystemResolver};
pub use self::sender::HttpSender;
pub use self::vault::Vault;

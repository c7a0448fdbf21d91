//! What programs usually take from thin air.

use chrono::{DateTime, Utc};
use domain::api_keys::KeySecret;
use uuid::Uuid;

/// Tells the time.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The present instant, cut to milliseconds: what is stored and what is shown are the same.
    fn now(&self) -> DateTime<Utc>;
}

/// Makes ids.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait IdGenerator: Send + Sync {
    /// A new UUID of version 7: ids sort by age.
    fn next(&self) -> Uuid;
}

/// Makes secrets.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait SecretGenerator: Send + Sync {
    /// A new secret from the operating system's cryptographic source.
    fn next(&self) -> KeySecret;
}

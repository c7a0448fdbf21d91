//! Ports for the clock, ids and random secrets.

use chrono::{DateTime, Utc};
use domain::api_keys::KeySecret;
use domain::webhooks::WebhookSecret;
use uuid::Uuid;

/// A clock.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Clock: Send + Sync {
    /// Returns the present time, truncated to milliseconds, so that stored and shown times are equal.
    fn now(&self) -> DateTime<Utc>;
}

/// A source of ids.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait IdGenerator: Send + Sync {
    /// Returns a new UUID of version 7: ids sort by age.
    fn next(&self) -> Uuid;
}

/// A source of secrets.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait SecretGenerator: Send + Sync {
    /// Returns a new secret from the operating system's cryptographic source.
    fn next(&self) -> KeySecret;

    /// Returns a new secret of a webhook from the same source.
    fn webhook_secret(&self) -> WebhookSecret;
}

//! Errors of ports.

use std::error::Error;

use domain::access::AccessError;
use thiserror::Error;

/// The underlying error, for the log. It never reaches a response.
pub type Source = Box<dyn Error + Send + Sync>;

/// An error of a repository. Nothing was stored.
#[derive(Debug, Error)]
pub enum RepositoryError {
    /// A rule about other rows prevents it: a value must be unique, or a row is still referred to.
    #[error("taken: {rule}")]
    Taken {
        /// The violated rule: one of [`rules`].
        rule: &'static str,
    },
    /// The data changed since it was read: load it and decide again.
    #[error("the data changed since it was read")]
    Stale,
    /// The caller was revoked since it was admitted.
    #[error("the caller was revoked since it was admitted")]
    Refused(#[source] AccessError),
    /// The database is unreachable or busy.
    #[error("the database is unavailable")]
    Unavailable(#[source] Source),
    /// A stored row breaks a rule of the domain.
    #[error("a stored {what} is corrupt")]
    Corrupt {
        /// The kind of row.
        what: &'static str,
        /// The violated rule.
        #[source]
        source: Source,
    },
    /// Any other error: a defect of this program.
    #[error("an internal error of the repository")]
    Internal(#[source] Source),
}

/// The rules that a [`Taken`](RepositoryError::Taken) names. PostgreSQL's constraints have the same names.
pub mod rules {
    /// A domain is unique in its workspace.
    pub const TENANT_DOMAIN: &str = "tenant_domain";
    /// A workspace has one default tenant.
    pub const TENANT_DEFAULT: &str = "tenant_default";
    /// A tenant has one default location.
    pub const LOCATION_DEFAULT: &str = "location_default";
    /// A location at which users work cannot be deleted.
    pub const LOCATION_IN_USE: &str = "location_in_use";
    /// An e-mail address is unique in its workspace.
    pub const USER_EMAIL: &str = "user_email";
    /// An account of a provider is connected once in a workspace.
    pub const INTEGRATION_ACCOUNT_IDENTIFIER: &str = "integration_account_identifier";
    /// A provider's id is unique in its account.
    pub const LISTING_PROVIDER_ID: &str = "listing_provider_id";
    /// A promotion's name is unique in its account, ignoring case.
    pub const PROMOTION_NAME: &str = "promotion_name";
    /// A coupon code is unique in its account, ignoring case.
    pub const PROMOTION_COUPON_CODE: &str = "promotion_coupon_code";
    /// A night of a listing is sold once, and not while it is blocked.
    pub const RESERVATION_STAY: &str = "reservation_stay";
    /// An id in a seller's own system is unique for that seller.
    pub const RESERVATION_EXTERNAL_ID: &str = "reservation_external_id";
    /// An API user's idempotency key is used for one request.
    pub const IDEMPOTENCY_KEY: &str = "idempotency_key";
    /// A quote is used for one reservation.
    pub const QUOTE_USED: &str = "quote_used";
    /// An importer holds at most as many pending stays of one owner as the workspace allows.
    pub const IMPORTER_HOLDS: &str = "importer_holds";
    /// An account or listing with reservations cannot be deleted.
    pub const HAS_RESERVATIONS: &str = "has_reservations";
    /// A tenant has at most [`MOST_CONSUMERS`](domain::event_consumers::MOST_CONSUMERS) event consumers.
    pub const EVENT_CONSUMERS: &str = "event_consumers";
    /// A workspace keeps an administrator: an active user at home in its default tenant with a valid ADMIN key.
    pub const LAST_ADMINISTRATOR: &str = "last_administrator";
    /// A tenant has at most as many webhooks as it may have.
    pub const MOST_WEBHOOKS: &str = "most_webhooks";
    /// The first workspace is created once.
    pub const FIRST_WORKSPACE: &str = "first_workspace";

    /// The rules that a unique index of the schema enforces.
    pub const UNIQUE: [&str; 10] = [
        TENANT_DOMAIN,
        TENANT_DEFAULT,
        LOCATION_DEFAULT,
        USER_EMAIL,
        INTEGRATION_ACCOUNT_IDENTIFIER,
        LISTING_PROVIDER_ID,
        PROMOTION_NAME,
        PROMOTION_COUPON_CODE,
        RESERVATION_EXTERNAL_ID,
        QUOTE_USED,
    ];
}

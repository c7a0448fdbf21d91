//! What can go wrong behind a port.

use std::error::Error;

use thiserror::Error;

/// The error below, for the log. It never reaches an answer.
pub type Source = Box<dyn Error + Send + Sync>;

/// Why a repository did not do what it was asked for. Nothing was stored.
#[derive(Debug, Error)]
pub enum RepositoryError {
    /// Another row stands against it: it has what must be unique, or it refers to what would go.
    #[error("taken: {rule}")]
    Taken {
        /// The rule that would have been broken: one of [`rules`].
        rule: &'static str,
    },
    /// What the decision was based on has changed since: decide anew.
    #[error("decided on what has changed since")]
    Stale,
    /// The database is away or busy.
    #[error("the database is unavailable")]
    Unavailable(#[source] Source),
    /// A stored row breaks a rule of the domain.
    #[error("a stored {what} is corrupt")]
    Corrupt {
        /// The kind of row.
        what: &'static str,
        /// Which rule it breaks.
        #[source]
        source: Source,
    },
    /// Anything else: a defect of this program.
    #[error("an internal error of the repository")]
    Internal(#[source] Source),
}

/// The rules that a [`Taken`](RepositoryError::Taken) names; also the names of the constraints in PostgreSQL.
pub mod rules {
    /// A domain is unique in its workspace.
    pub const TENANT_DOMAIN: &str = "tenant_domain";
    /// A workspace has one default tenant.
    pub const TENANT_DEFAULT: &str = "tenant_default";
    /// A tenant has one default location.
    pub const LOCATION_DEFAULT: &str = "location_default";
    /// A location that users work at stays.
    pub const LOCATION_IN_USE: &str = "location_in_use";
    /// An e-mail address is unique in its workspace.
    pub const USER_EMAIL: &str = "user_email";
    /// An account of a provider is connected once in a workspace.
    pub const INTEGRATION_ACCOUNT_IDENTIFIER: &str = "integration_account_identifier";
    /// A provider's id names one listing of an account.
    pub const LISTING_PROVIDER_ID: &str = "listing_provider_id";
    /// A promotion's name is unique in its account, ignoring case.
    pub const PROMOTION_NAME: &str = "promotion_name";
    /// A coupon code names one promotion of an account, ignoring case.
    pub const PROMOTION_COUPON_CODE: &str = "promotion_coupon_code";
    /// A night of a listing is sold once, and not while it is blocked.
    pub const RESERVATION_STAY: &str = "reservation_stay";
    /// A seller's own name for a reservation is unique for that seller.
    pub const RESERVATION_EXTERNAL_ID: &str = "reservation_external_id";
    /// An API user's idempotency key stands for one request.
    pub const IDEMPOTENCY_KEY: &str = "idempotency_key";
    /// A quote is booked with once.
    pub const QUOTE_USED: &str = "quote_used";
    /// What has reservations stays.
    pub const HAS_RESERVATIONS: &str = "has_reservations";
    /// Somebody is left to administer the workspace: an active user at home in its default tenant with a good ADMIN key.
    pub const LAST_ADMINISTRATOR: &str = "last_administrator";
    /// The first workspace is made once.
    pub const FIRST_WORKSPACE: &str = "first_workspace";

    /// Those that a unique index of the schema keeps.
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

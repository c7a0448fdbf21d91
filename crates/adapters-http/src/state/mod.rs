//! The state that all requests share: use cases, metrics and limits.

pub(crate) mod metrics;
pub(crate) mod networks;
pub(crate) mod origins;
pub(crate) mod rate_limit;

use std::time::Duration;

use application::{
    ApiKeys, Audit, Authentication, Availability, Charges, EventConsumers, Events, Findings, Imports,
    IntegrationAccounts, Listings, Locations, Operators, Promotions, Quotes, ReadinessCheck, Reservations, Tenants,
    Users, Webhooks, Workspaces, traces::ContinueTrace,
};

use self::metrics::Metrics;
use self::networks::Network;
use self::origins::AllowedOrigin;
use self::rate_limit::RateLimits;

/// The use cases that the API serves, with the metrics and limits of its requests.
pub struct Api {
    /// API keys.
    pub api_keys: ApiKeys,
    /// Authentication.
    pub authentication: Authentication,
    /// Tenants.
    pub tenants: Tenants,
    /// Imports.
    pub imports: Imports,
    /// Integration accounts.
    pub integration_accounts: IntegrationAccounts,
    /// Listings.
    pub listings: Listings,
    /// Availability.
    pub availability: Availability,
    /// Charges.
    pub charges: Charges,
    /// Promotions.
    pub promotions: Promotions,
    /// Locations.
    pub locations: Locations,
    /// Quotes.
    pub quotes: Quotes,
    /// Reservations.
    pub reservations: Reservations,
    /// Users.
    pub users: Users,
    /// Findings.
    pub findings: Findings,
    /// Events.
    pub events: Events,
    /// Event consumers.
    pub event_consumers: EventConsumers,
    /// Webhooks.
    pub webhooks: Webhooks,
    /// The audit trail.
    pub audit: Audit,
    /// Workspaces.
    pub workspaces: Workspaces,
    /// Operators.
    pub operators: Operators,
    /// The readiness check.
    pub readiness: ReadinessCheck,
    /// The metrics, shared by all worker threads.
    pub metrics: Metrics,
    /// Continues the traces of requests.
    pub continue_trace: ContinueTrace,
    /// The limits of every request.
    pub server_limits: ServerLimits,
}

/// The limits that hold for every request.
#[derive(Clone)]
pub struct ServerLimits {
    /// The time limit of a request.
    pub time_limit: Duration,
    /// The rate limits of each key and of each home tenant, shared by all worker threads.
    pub rate_limits: RateLimits,
    /// The origins whose pages may call.
    pub allowed_origins: Vec<AllowedOrigin>,
    /// The proxies whose forwarding headers are trusted.
    pub trusted_proxies: Vec<Network>,
}

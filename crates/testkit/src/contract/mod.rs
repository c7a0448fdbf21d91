//! Contract of the ports: one test function per sentence.
//!
//! An engine's tests hand [`suite!`](crate::suite) a function that opens a fresh, migrated database, and get one test
//! per sentence. There is a sentence for each line under `# Errors` in `ports`, for isolation, and for concurrent
//! writes.

pub mod account_moves;
pub mod admissions;
pub mod amendments;
pub mod api_keys;
pub mod approvals;
pub mod assignments;
pub mod audit;
pub mod bookings;
pub mod calendars;
pub mod charges;
pub mod credentials;
pub mod deliveries;
pub mod erasures;
pub mod event_consumers;
pub mod events;
pub mod feeds;
pub mod holds;
mod host;
pub mod idempotency;
pub mod import_policies;
pub mod import_races;
pub mod imports;
pub mod integration_accounts;
mod isolation;
pub mod large_lists;
pub mod listing_lists;
pub mod listing_texts;
pub mod listings;
pub mod lists;
pub mod locations;
pub mod numbering;
pub mod operated_workspaces;
pub mod operators;
mod overlap;
pub mod promotions;
pub mod quotes;
pub mod reservation_lists;
pub mod reservations;
pub mod search;
mod shop;
pub mod stay_prices;
mod suite;
pub mod tenant_statuses;
pub mod tenants;
pub mod texts;
pub mod users;
pub mod webhook_deliveries;
pub mod webhooks;
pub mod withdrawals;
pub mod workspaces;
mod world;

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;

pub use self::world::new_workspace;

pub(crate) use self::world::World;

/// Declares all ports: the field and the trait of each.
macro_rules! ports {
    ($($field:ident: $port:ident,)+) => {
        /// All ports of one fresh, migrated database.
        #[expect(missing_docs, reason = "the ports")]
        #[derive(Clone)]
        pub struct Ports {
            $(pub $field: Arc<dyn ports::$port>,)+
            /// The audit trail as it is stored.
            pub trail: Arc<dyn Trail>,
            /// A value that keeps the database alive during the test.
            pub database: Arc<dyn Any + Send + Sync>,
        }

        impl Ports {
            /// Returns the ports, if one value implements all of them.
            pub fn of<D>(database: &Arc<D>, trail: impl Trail + 'static, keep: impl Any + Send + Sync) -> Self
            where
                D: $(ports::$port +)+ 'static,
            {
                Self { $($field: database.clone(),)+ trail: Arc::new(trail), database: Arc::new(keep) }
            }
        }
    };
}

ports! {
    api_key_queries: ApiKeyQueries,
    api_keys: ApiKeyRepository,
    audit: AuditQueries,
    availability: AvailabilityRepository,
    availability_queries: AvailabilityQueries,
    charges: ChargeRepository,
    credentials: Credentials,
    event_consumer_queries: EventConsumerQueries,
    event_consumers: EventConsumerRepository,
    event_log: EventLog,
    erasures: Erasures,
    events: EventQueries,
    importers: ImporterQueries,
    imports: ImportRepository,
    integration_account_queries: IntegrationAccountQueries,
    integration_accounts: IntegrationAccountRepository,
    listing_queries: ListingQueries,
    listing_reviews: ListingReviews,
    listings: ListingRepository,
    location_queries: LocationQueries,
    locations: LocationRepository,
    operated_workspaces: OperatedWorkspaces,
    operator_keys: OperatorKeyRepository,
    operator_trail: OperatorTrail,
    promotion_queries: PromotionQueries,
    promotions: PromotionRepository,
    quotes: QuoteRepository,
    readiness: Readiness,
    idempotency: IdempotencyRepository,
    reservation_queries: ReservationQueries,
    reservations: ReservationRepository,
    tenant_queries: TenantQueries,
    tenants: TenantRepository,
    user_queries: UserQueries,
    users: UserRepository,
    webhook_deliveries: WebhookDeliveries,
    webhook_queries: WebhookQueries,
    webhooks: WebhookRepository,
    workspaces: WorkspaceRepository,
}

/// Direct reads of the audit trail, without the ports.
#[async_trait]
pub trait Trail: Send + Sync {
    /// Returns the actions of all entries, in the order of their creation.
    async fn actions(&self) -> Vec<String>;
}

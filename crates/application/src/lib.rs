//! The use cases of Tenantry.
//!
//! # Structure
//!
//! Each area has one struct with the ports that it needs, and one file per use case that adds one method, always in
//! five steps: **authorise** (the caller becomes a scope), **parse** (the command becomes values of the domain),
//! **load**, **decide** (the domain does), **store**. Business rules belong in `domain`; nothing is logged here.
//!
//! # How to add a use case
//!
//! 1. Add a command: the input as texts and numbers. Its declaration is also the schema of the body or the query in the
//!    OpenAPI document. A `FieldReader` reads each field by the `FromStr` of the domain's value, and collects all field
//!    errors.
//! 2. Add a method that takes the caller and an [`Input`] command: a malformed request is refused only after the caller
//!    is authorised.
//! 3. Add its refusals as variants of the area's error, with the [`Code`] of each; a new code is one more line in the
//!    table, with its kind.
//! 4. Add tests at the end of the file, with the mocks of `ports`.

mod access;
mod api_keys;
mod audit;
mod availability;
mod charges;
mod event_consumers;
mod event_log;
mod events;
mod findings;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod imports;
mod input;
mod integration_accounts;
mod listings;
mod locations;
mod operators;
mod outcome;
mod promotions;
mod quotes;
mod readiness;
mod reservations;
mod steps;
mod tenants;
mod users;
mod webhooks;
mod workspaces;

pub use ports::{Concern, Concerned, EventPage, Page, PageStart, fairness, traces};

pub use self::access::authentication::Authentication;
pub use self::api_keys::{ApiKeyError, ApiKeys, CreateApiKey, CreatedApiKey, IssueApiKey};
pub use self::audit::{Audit, FindAudit};
pub use self::availability::{
    Availability, AvailabilityError, EditCalendar, GetNights, GetPriceCalendar, ListingNights, RangeFields,
};
pub use self::charges::{ChargeError, ChargeFields, Charges, ReplaceCharges};
pub use self::event_consumers::{
    EventConsumerError, EventConsumerPut, EventConsumers, FindEventConsumers, ListedEventConsumer, PutEventConsumer,
};
pub use self::event_log::EventLogs;
pub use self::events::{Arrivals, EventError, Events, FindEvents, Reading, Wake};
pub use self::findings::{FindAnything, Finding, Findings, FoundThings};
pub use self::imports::{ImportError, Imports, ListingReason};
pub use self::input::enum_schemas;
pub use self::input::listing_ids::ListingIds;
pub use self::input::paging::{List, Listed, Paging};
pub use self::input::{Input, InvalidInput, Unreadable};
pub use self::integration_accounts::{
    CreateIntegrationAccountBody, FindIntegrationAccounts, IntegrationAccountError, IntegrationAccountFields,
    IntegrationAccounts, MoveIntegrationAccount, MoveOptions, MovedIntegrationAccount, PutImportPolicy,
};
pub use self::listings::{
    AddressFields, ApprovedListings, CreateListingBody, DeliverListingBody, DeliverListings, FindListings,
    ListingError, ListingFields, Listings, LoadListings, Loaded, PictureFields, RejectListing,
};
pub use self::locations::{CreateLocationBody, LocationError, LocationFields, Locations, ReplaceLocationBody};
pub use self::operators::{
    CreateOperatorKey, Erasing, FindOperatorAudit, FindWorkspaces, OperatorError, Operators, RenameWorkspace,
    ReplaceApiKey, WorkspaceReport,
};
pub use self::outcome::codes::Code;
pub use self::outcome::problem::{Counts, Extension, FieldErrors, Members, Problem, ProblemKind, in_one_line};
pub use self::outcome::refusal::Refusal;
pub use self::promotions::{
    CreatePromotionBody, FindPromotions, PromotionError, PromotionFields, Promotions, ReplacePromotionBody,
};
pub use self::quotes::{CouponLimit, CouponOutcome, GuestCountFields, QuoteError, Quotes, StayFields};
pub use self::readiness::ReadinessCheck;
pub use self::reservations::{
    AmendedReservation, AmendmentFields, AmendmentOptions, BookingFields, FindReservations, GuestFields,
    ReservationError, Reservations,
};
pub use self::steps::ambient::Ambient;
pub use self::steps::idempotency::{Idempotency, Idempotent, Outcome};
pub use self::steps::precondition::Precondition;
pub use self::tenants::{
    CreateTenantBody, FindTenants, ReplaceTenantBody, SetTenantStatus, TenantError, TenantFields, Tenants,
};
pub use self::users::{CreateUserBody, FindUsers, Me, ReplaceUserBody, UserError, UserFields, Users};
pub use self::webhooks::{
    CreateWebhookBody, DeliveryResult, EnableWebhook, EventBody, ListedWebhook, NewSecret, Outbound, TestedWebhook,
    WebhookDelivery, WebhookError, WebhookFields, Webhooks,
};
pub use self::workspaces::{CreateWorkspace, NewWorkspaceKey, UpdateWorkspace, Workspaces};

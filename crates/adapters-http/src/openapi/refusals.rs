//! Refusals of operations, by code.
//!
//! A handler lists its own refusals among its responses. Refusals that follow from the kind of an operation (it takes a
//! key, a query, a body, …) are added to all operations of that kind.

use std::collections::BTreeMap;

use actix_web::http::{Method, StatusCode};
use application::Code;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify};

use super::conventions::{operations, parameters};
use crate::status::status;

/// Declares refusals, each with its codes: the one with the same name, or those that are listed.
///
/// Each code is a key among the responses of an operation, so that several can have the same status; [`Refusals`] merges
/// them.
macro_rules! refusals {
    (@codes $name:ident) => { [Code::$name] };
    (@codes $name:ident $($code:ident)+) => { [$(Code::$code),+] };
    ($($(#[$doc:meta])* $name:ident $(= $($code:ident)|+)?;)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                refusals!(@codes $name $($($code)+)?).map(entry).into()
            }
        }
    )+};
}

refusals! {
    /// The operation works in the tenant of the request.
    TenantInactive;
    /// The operation reads data that not every key may read.
    PermissionDenied;
    /// The operation takes the authority of the default tenant.
    DefaultTenantRequired;
    SupportRestricted;
    NotTheOwner;
    LocationNotFound;
    UserNotFound;
    ApiKeyNotFound;
    IntegrationAccountNotFound;
    ListingNotFound;
    PromotionNotFound;
    QuoteNotFound;
    ReservationNotFound;
    DefaultTenant;
    DomainTaken;
    TargetInactive;
    TenantNotEmpty;
    EmailTaken;
    LastAdministrator;
    KeyAlreadyCreated;
    LocationKept = DefaultLocation | LocationInUse;
    AccountIdentifierTaken;
    AlreadyThere;
    ProviderIdTaken;
    HasReservations;
    PromotionTaken = NameTaken | CouponCodeTaken;
    AlreadyImported;
    NotPending;
    /// The stay cannot be sold.
    NotOpen = NotAvailable | ImportAsleep;
    /// The booking does not match its quote, or was already made.
    BookingConflict = QuoteExpired | QuoteUsed | PriceChanged | ExternalIdTaken | TooManyHolds;
    /// Listings cannot be imported.
    ImportsRefused = OwnListing | ImportNotAllowed | DuplicateListing | ImportRefused;
    /// Imports cannot be ended.
    RemovalRefused = NotImported | DuplicateListing | ImportRefused;
    /// The tenant has tried too many invalid coupon codes.
    TooManyCouponCodes;
    /// The stay has no such price.
    PriceRefused = CurrencyMismatch | PromotionNotValid;
    /// The service cannot serve.
    NotReady;
}

/// Adds the refusals that follow from the kind of an operation, and merges them into one response per status.
pub(super) struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for (method, operation) in operations(document) {
            let implied = implied(&method, operation).into_iter().map(entry);
            let responses = &mut operation.responses.responses;
            responses.extend(implied.collect::<Vec<_>>());
            *responses = merged(std::mem::take(responses));
        }
    }
}

/// Returns the refusals that follow from the kind of an operation.
fn implied(method: &Method, operation: &Operation) -> Vec<Code> {
    let needs_key = operation.security.is_none();
    let changes = *method != Method::GET;
    let has_query = parameters(operation).any(|parameter| parameter.parameter_in == ParameterIn::Query);
    let has_body = operation.request_body.is_some();
    let kinds: [(bool, &[_]); _] = [
        (
            needs_key,
            &[
                Code::MalformedTenantHeader,
                Code::ConflictingKeys,
                Code::ConflictingTenants,
                Code::Unauthenticated,
                Code::UserNotActive,
                Code::TenantNotFound,
                Code::RateLimited,
                Code::InternalError,
                Code::Unavailable,
            ],
        ),
        (true, &[Code::MalformedHost]),
        (changes, &[Code::PermissionDenied, Code::ValidationFailed, Code::Busy]),
        (has_query || has_body, &[Code::MalformedRequest, Code::ValidationFailed]),
        (has_body, &[Code::PayloadTooLarge, Code::UnsupportedMediaType]),
        (*method == Method::POST, &[Code::MalformedIdempotencyKey, Code::RequestInFlight, Code::IdempotencyKeyReused]),
        (changes && *method != Method::POST, &[Code::PreconditionFailed]),
    ];
    kinds.into_iter().filter(|(is, _)| *is).flat_map(|(_, refusals)| refusals).copied().collect()
}

/// Returns a refusal under its code.
fn entry(code: Code) -> (String, RefOr<Response>) {
    (code.to_string(), ResponseBuilder::new().build().into())
}

/// Merges the responses by status, a refusal with all its codes.
fn merged(responses: BTreeMap<String, RefOr<Response>>) -> BTreeMap<String, RefOr<Response>> {
    let mut codes: BTreeMap<StatusCode, Vec<&str>> = BTreeMap::new();
    let mut merged = BTreeMap::new();
    for (key, response) in responses {
        match Code::ALL.iter().find(|code| code.as_str() == key) {
            Some(code) => codes.entry(status(code.kind())).or_default().push(code.as_str()),
            None => drop(merged.insert(key, response)),
        }
    }
    merged
        .extend(codes.into_iter().map(|(status, codes)| (status.as_str().to_owned(), refusal(status, &codes).into())));
    merged
}

fn refusal(status: StatusCode, codes: &[&str]) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    ResponseBuilder::new()
        .description(format!("{title}. `code`: {}", codes.join(", ")))
        .content("application/problem+json", Content::new(Some(Ref::from_schema_name("Problem"))))
        .build()
}

//! Refusals of operations, by code.
//!
//! A handler lists its own refusals among its responses. Refusals that follow from the kind of an operation (it takes a
//! key, a query, a body, …) are added to all operations of that kind.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify};

use super::conventions::{operations, parameters};

/// Declares refusals, each with its status and its codes.
///
/// Each has its own key among the responses of an operation, so that several can have the same status; [`Refusals`]
/// merges them.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $status:literal $($code:literal),+;)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                [$(entry($status, $code)),+].into()
            }
        }
    )+};
}

refusals! {
    /// The operation works in the tenant of the request.
    TenantInactive: 403 "tenant_inactive";
    /// The operation reads data that not every key may read.
    PermissionDenied: 403 "permission_denied";
    /// The operation takes the authority of the default tenant.
    DefaultTenantRequired: 403 "default_tenant_required";
    SupportRestricted: 403 "support_restricted";
    NotTheOwner: 403 "not_the_owner";
    LocationNotFound: 404 "location_not_found";
    UserNotFound: 404 "user_not_found";
    ApiKeyNotFound: 404 "api_key_not_found";
    AccountNotFound: 404 "integration_account_not_found";
    ListingNotFound: 404 "listing_not_found";
    PromotionNotFound: 404 "promotion_not_found";
    QuoteNotFound: 404 "quote_not_found";
    ReservationNotFound: 404 "reservation_not_found";
    DefaultTenant: 409 "default_tenant";
    DomainTaken: 409 "domain_taken";
    TargetInactive: 409 "target_inactive";
    TenantNotEmpty: 409 "tenant_not_empty";
    EmailTaken: 409 "email_taken";
    LastAdministrator: 409 "last_administrator";
    KeyAlreadyCreated: 409 "key_already_created";
    LocationKept: 409 "default_location", "location_in_use";
    AccountIdentifierTaken: 409 "account_identifier_taken";
    AlreadyThere: 409 "already_there";
    ProviderIdTaken: 409 "provider_id_taken";
    HasReservations: 409 "has_reservations";
    PromotionTaken: 409 "name_taken", "coupon_code_taken";
    AlreadyImported: 409 "already_imported";
    NotPending: 409 "not_pending";
    /// The stay cannot be sold.
    NotOpen: 409 "not_available", "import_asleep";
    /// The booking does not match its quote, or was already made.
    BookingConflict: 409 "quote_expired", "quote_used", "price_changed", "external_id_taken", "too_many_holds";
    /// Listings cannot be imported.
    ImportRefused: 422 "own_listing", "import_not_allowed", "duplicate_listing", "import_refused";
    /// Imports cannot be ended.
    RemovalRefused: 422 "not_imported", "duplicate_listing", "import_refused";
    /// The tenant has tried too many invalid coupon codes.
    CouponsLimited: 429 "too_many_coupon_codes";
    /// The stay has no such price.
    PriceRefused: 422 "currency_mismatch", "promotion_not_valid";
    /// The service cannot serve.
    NotReady: 503 "not_ready";
}

/// Adds the refusals that follow from the kind of an operation, and merges them into one response per status.
pub(super) struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for (method, operation) in operations(document) {
            let implied = implied(method, operation).into_iter().map(|(status, code)| entry(status, code));
            let responses = &mut operation.responses.responses;
            responses.extend(implied.collect::<Vec<_>>());
            *responses = merged(std::mem::take(responses));
        }
    }
}

/// Returns the refusals that follow from the kind of an operation.
fn implied(method: &str, operation: &Operation) -> Vec<(u16, &'static str)> {
    let needs_key = operation.security.is_none();
    let changes = method != "GET";
    let has_query = parameters(operation).any(|parameter| parameter.parameter_in == ParameterIn::Query);
    let has_body = operation.request_body.is_some();
    let kinds: [(bool, &[_]); _] = [
        (
            needs_key,
            &[
                (400, "malformed_tenant_header"),
                (400, "conflicting_keys"),
                (400, "conflicting_tenants"),
                (401, "unauthenticated"),
                (403, "user_not_active"),
                (404, "tenant_not_found"),
                (429, "rate_limited"),
                (500, "internal_error"),
                (503, "unavailable"),
            ],
        ),
        (true, &[(400, "malformed_host")]),
        (changes, &[(403, "permission_denied"), (422, "validation_failed"), (503, "busy")]),
        (has_query || has_body, &[(400, "malformed_request"), (422, "validation_failed")]),
        (has_body, &[(413, "payload_too_large"), (415, "unsupported_media_type")]),
        (
            method == "POST",
            &[(400, "malformed_idempotency_key"), (409, "request_in_flight"), (422, "idempotency_key_reused")],
        ),
        (changes && method != "POST", &[(412, "precondition_failed")]),
    ];
    kinds.into_iter().filter(|(is, _)| *is).flat_map(|(_, refusals)| refusals).copied().collect()
}

/// Returns a refusal under its own key, which consists of the status and the code.
fn entry(status: u16, code: &str) -> (String, RefOr<Response>) {
    (format!("{status} {code}"), ResponseBuilder::new().build().into())
}

/// Merges the responses by status, a refusal with all its codes.
fn merged(responses: BTreeMap<String, RefOr<Response>>) -> BTreeMap<String, RefOr<Response>> {
    let mut codes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut merged = BTreeMap::new();
    for (key, response) in responses {
        match key.split_once(' ') {
            Some((status, code)) => codes.entry(status.to_owned()).or_default().push(code.to_owned()),
            None => drop(merged.insert(key, response)),
        }
    }
    merged.extend(codes.into_iter().map(|(status, codes)| {
        let response = refusal(&status, &codes);
        (status, response.into())
    }));
    merged
}

fn refusal(status: &str, codes: &[String]) -> Response {
    let title = status.parse().ok().and_then(|status: StatusCode| status.canonical_reason()).unwrap_or_default();
    ResponseBuilder::new()
        .description(format!("{title}. `code`: {}", codes.join(", ")))
        .content("application/problem+json", Content::new(Some(Ref::from_schema_name("Problem"))))
        .build()
}

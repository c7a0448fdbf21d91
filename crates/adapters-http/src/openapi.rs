//! The API's own description, made from the code.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::LazyLock;

use actix_web::http::StatusCode;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::schema::{Object, Schema, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder, Responses};
use utoipa::{IntoParams, IntoResponses, Modify, OpenApi};
use uuid::Uuid;

use crate::problem::ProblemView;
use crate::{
    api_keys, audit, availability, imports, integration_accounts, listings, locations, operations, promotions, quotes,
    reservations, tenants, users, workspaces,
};

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tenantry",
        description = "Multi-tenant management: workspaces, tenants, and what they share. Each field keeps the spelling of \
                       the contract that it comes from.",
        license(name = "MIT OR Apache-2.0")
    ),
    paths(
        tenants::list,
        tenants::count,
        tenants::create,
        tenants::current,
        tenants::get,
        tenants::replace,
        tenants::update,
        tenants::delete,
        tenants::deactivate,
        tenants::activate,
        tenants::switch,
        imports::add,
        imports::remove,
        locations::list,
        locations::count,
        users::list,
        users::count,
        users::me,
        users::create,
        users::get,
        users::replace,
        users::update,
        users::delete,
        api_keys::list,
        api_keys::count,
        api_keys::create,
        api_keys::revoke,
        audit::list,
        audit::count,
        locations::create,
        locations::get,
        locations::replace,
        locations::update,
        locations::delete,
        workspaces::get,
        workspaces::update,
        integration_accounts::list,
        integration_accounts::count,
        integration_accounts::create,
        integration_accounts::get,
        integration_accounts::update,
        integration_accounts::delete,
        integration_accounts::move_tenant,
        listings::list,
        listings::count,
        listings::create,
        listings::get,
        listings::replace,
        listings::update,
        listings::delete,
        listings::deliver,
        listings::search,
        listings::count_found,
        listings::list_imported,
        listings::count_imported,
        availability::get,
        availability::update,
        promotions::list,
        promotions::count,
        promotions::create,
        promotions::get,
        promotions::replace,
        promotions::update,
        promotions::delete,
        promotions::assign,
        promotions::unassign,
        quotes::create,
        reservations::list,
        reservations::count,
        reservations::book,
        reservations::get,
        reservations::confirm,
        reservations::cancel,
        operations::healthz,
        operations::readyz,
        operations::metrics,
        operations::openapi_json,
        operations::docs,
    ),
    components(schemas(ProblemView)),
    security(("api_key" = []), ("bearer" = [])),
    tags(
        (name = "tenants", description = "The channels and business units of a workspace."),
        (name = "imports", description = "Listings of other tenants that a tenant offers as if they were its own."),
        (name = "locations", description = "The venues, branches or stores of a tenant."),
        (name = "users", description = "The people and programs that call, each at home in one tenant."),
        (name = "api-keys", description = "The secrets that users call with."),
        (name = "integration-accounts", description = "Hosts' connections to property-management systems, and all that hangs \
                                                       on them."),
        (name = "listings", description = "Places to stay: the tenant's own and those that it imported."),
        (name = "availability", description = "The calendars of listings, which all who sell them share."),
        (name = "promotions", description = "Discounts that integration accounts give on their listings."),
        (name = "quotes", description = "The prices of stays, kept for 15 minutes."),
        (name = "reservations", description = "Stays that were sold, or are held for somebody."),
        (name = "audit", description = "Who did what to which resource in which tenant, when."),
        (name = "workspaces", description = "The workspace of the API key."),
        (name = "operations", description = "For those who run the service."),
    ),
    modifiers(&Keys, &Conventions)
)]
struct Document;

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let api_key = ApiKeyValue::with_description(
            "x-calry-api-key",
            "Requests that name no tenant are served in the API user's home tenant.",
        );
        components.add_security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(api_key)));
        let mut bearer = Http::new(HttpAuthScheme::Bearer);
        bearer.description =
            Some("Requests that name no tenant are served in the API user's current tenant.".to_owned());
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// What operations of a kind have in common: every POST may be repeated, and whatever answers with what a GET shows under a tag,
/// has that tag.
struct Conventions;

impl Modify for Conventions {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let items = || document.paths.paths.values();
        let tagged = items().filter_map(|item| item.get.as_ref()).filter(|get| takes(get, "If-None-Match"));
        let tagged: Vec<_> = tagged.filter_map(|get| schema(get.responses.responses.get("200")?)).collect();
        for item in document.paths.paths.values_mut() {
            if let Some(post) = &mut item.post {
                post.parameters
                    .get_or_insert_default()
                    .extend(IdempotencyKeyHeader::into_params(|| None).into_iter().map(RefOr::T));
                for (status, code) in
                    [(400, "malformed_idempotency_key"), (409, "request_in_flight"), (422, "idempotency_key_reused")]
                {
                    refuses(&mut post.responses, status, code);
                }
            }
            let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                if takes(operation, "If-Match") {
                    refuses(&mut operation.responses, 412, "precondition_failed");
                }
                if takes(operation, "If-None-Match") {
                    let not_modified = ResponseBuilder::new().description("The client has it already.");
                    operation.responses.responses.insert("304".to_owned(), not_modified.build().into());
                }
                for (status, response) in &mut operation.responses.responses {
                    let has_tag = status == "304" || schema(response).is_some_and(|schema| tagged.contains(&schema));
                    if let (true, RefOr::T(response)) = (has_tag, response) {
                        let header = HeaderBuilder::new().schema(Some(Object::with_type(Type::String)));
                        let header = header.description(Some("The strong tag of what is shown."));
                        response.headers.insert("ETag".to_owned(), header.build().into());
                    }
                }
            }
        }
    }
}

fn takes(operation: &Operation, header: &str) -> bool {
    let named = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(parameter) if parameter.name == header);
    operation.parameters.iter().flatten().any(named)
}

/// What an answer shows.
fn schema(response: &RefOr<Response>) -> Option<RefOr<Schema>> {
    let RefOr::T(response) = response else { return None };
    let RefOr::T(content) = response.content.get("application/json")? else { return None };
    content.schema.clone()
}

/// Adds a code to those that a status may have.
fn refuses(responses: &mut Responses, status: u16, code: &str) {
    let (status, new) = refusal(status, code);
    match responses.responses.entry(status) {
        Entry::Vacant(none) => drop(none.insert(new)),
        Entry::Occupied(mut some) => {
            if let RefOr::T(response) = some.get_mut() {
                response.description = format!("{}, {code}", response.description);
            }
        }
    }
}

/// The headers that name the tenant of a request.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it stands for what `caller` reads")]
pub(crate) struct TenantHeaders {
    /// The tenant in which the request is served.
    #[param(rename = "x-calry-tenant-id")]
    calry_tenant_id: Option<Uuid>,
    /// The same by a shorter name.
    #[param(rename = "x-tenant-id")]
    tenant_id: Option<Uuid>,
}

/// How a request is named that may be repeated.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it stands for what `receipts` reads")]
struct IdempotencyKeyHeader {
    /// The client's own name for the request: 1 to 255 visible ASCII characters. For 24 hours the same request with the same key
    /// is not done again, and gets the same answer.
    #[param(rename = "Idempotency-Key")]
    idempotency_key: Option<String>,
}

/// What a client has that asks for a resource.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it stands for what `tags` reads")]
pub(crate) struct IfNoneMatchHeader {
    /// The tag that the client has: where the resource still has it, the answer is 304.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// What a client takes for granted about the resource that it changes.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it stands for what `tags` reads")]
pub(crate) struct IfMatchHeader {
    /// The tag that the resource must have: where it has another, nothing is changed.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

/// Declares a set of refusals, each with the codes that it may have.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident { $($status:literal: $codes:literal,)+ })+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                [$(($status, $codes)),+].into_iter().map(|(status, codes)| refusal(status, codes)).collect()
            }
        }
    )+};
}

refusals! {
    /// What any request with a key may be refused with.
    Refused {
        400: "malformed_request, malformed_tenant_header, conflicting_keys, conflicting_tenants",
        401: "unauthenticated",
        403: "user_not_active, tenant_inactive, permission_denied, default_tenant_required, support_restricted",
        404: "tenant_not_found, location_not_found, user_not_found, api_key_not_found",
        429: "rate_limited",
        500: "internal_error",
        503: "busy, unavailable",
    }
    /// What a list, or a count with filters, may be refused with besides.
    QueryRefused {
        422: "validation_failed",
    }
    /// What a request with a body may be refused with besides.
    BodyRefused {
        413: "payload_too_large",
        415: "unsupported_media_type",
        422: "validation_failed",
    }
    /// What stands against an operation on a tenant.
    TenantConflict {
        409: "default_tenant, domain_taken, target_inactive, tenant_not_empty",
    }
    /// What stands against an operation on a user.
    UserConflict {
        409: "email_taken, last_administrator",
    }
    /// What stands against an operation on a key.
    ApiKeyConflict {
        409: "last_administrator",
    }
    /// What stands against making a key.
    ApiKeyCreated {
        409: "key_already_created",
    }
    /// What a request about one location may be refused with besides.
    LocationRefused {
        404: "tenant_not_found, location_not_found",
    }
    /// What stands against deleting a location.
    LocationConflict {
        409: "default_location, location_in_use",
    }
    /// What stands against importing listings.
    ImportRefused {
        404: "tenant_not_found, listing_not_found",
        409: "already_imported",
        422: "validation_failed, own_listing, import_not_allowed, duplicate_listing, import_refused",
    }
    /// What stands against ending imports.
    RemovalRefused {
        422: "validation_failed, not_imported, duplicate_listing, import_refused",
    }
    /// What a request about one integration account may be refused with besides.
    AccountRefused {
        404: "tenant_not_found, integration_account_not_found",
    }
    /// What stands against an integration account.
    AccountConflict {
        409: "account_identifier_taken",
    }
    /// What stands against moving an integration account.
    MoveConflict {
        409: "target_inactive, already_there",
    }
    /// What a request about one listing may be refused with besides.
    ListingRefused {
        403: "user_not_active, tenant_inactive, permission_denied, not_the_owner",
        404: "tenant_not_found, listing_not_found, integration_account_not_found",
    }
    /// What stands against an operation on a listing.
    ListingConflict {
        409: "provider_id_taken",
    }
    /// What a request about a calendar may be refused with besides.
    AvailabilityRefused {
        403: "user_not_active, tenant_inactive, permission_denied, not_the_owner",
        404: "tenant_not_found, listing_not_found",
    }
    /// What a request about one promotion may be refused with besides.
    PromotionRefused {
        404: "tenant_not_found, promotion_not_found",
    }
    /// What stands against a promotion.
    PromotionConflict {
        409: "name_taken, coupon_code_taken",
    }
    /// What stands against giving a promotion on listings, or no more.
    AssignmentRefused {
        404: "tenant_not_found, promotion_not_found, listing_not_found",
    }
    /// What stands against deleting what was reserved.
    ReservedConflict {
        409: "has_reservations",
    }
    /// What stands against a price.
    QuoteRefused {
        404: "tenant_not_found, listing_not_found",
        409: "not_available, import_asleep",
        422: "validation_failed, currency_mismatch, promotion_not_valid",
    }
    /// What stands against a booking.
    BookingRefused {
        404: "tenant_not_found, listing_not_found, quote_not_found",
        409: "not_available, import_asleep, quote_expired, quote_used, price_changed, external_id_taken",
        422: "validation_failed, currency_mismatch, promotion_not_valid",
    }
    /// What a request about one reservation may be refused with besides.
    ReservationRefused {
        404: "tenant_not_found, reservation_not_found",
    }
    /// What stands against confirming a reservation.
    ConfirmRefused {
        409: "not_pending",
    }
    /// The service cannot serve.
    NotReady {
        503: "not_ready",
    }
}

fn refusal(status: u16, codes: &str) -> (String, RefOr<Response>) {
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    let description = format!("{title}. `code`: {codes}");
    let response = ResponseBuilder::new().description(description).content("application/problem+json", content);
    (status.to_string(), response.build().into())
}

/// The OpenAPI document of the API.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The document as it is served: written once.
pub(crate) fn json() -> &'static str {
    static JSON: LazyLock<String> = LazyLock::new(|| document().to_json().unwrap_or_default());
    &JSON
}

/// For each path the methods that it answers, as `Allow` lists them.
pub(crate) fn methods_by_path() -> BTreeMap<String, String> {
    let allow = |item: utoipa::openapi::PathItem| {
        let methods = [
            ("GET, HEAD", item.get.is_some()),
            ("POST", item.post.is_some()),
            ("PUT", item.put.is_some()),
            ("PATCH", item.patch.is_some()),
            ("DELETE", item.delete.is_some()),
        ];
        methods.into_iter().filter_map(|(name, there)| there.then_some(name)).collect::<Vec<_>>().join(", ")
    };
    document().paths.paths.into_iter().map(|(path, item)| (path, allow(item))).collect()
}

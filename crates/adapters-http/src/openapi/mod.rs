//! The OpenAPI document, generated from the code.

mod conventions;
mod headers;
mod links;
mod names;
mod not_supported;
mod refusals;
mod schemas;
#[cfg(test)]
mod tests;

use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use self::conventions::Conventions;
pub(crate) use self::conventions::{operations_of, query_parameters, takes};
pub(crate) use self::headers::{IfMatchHeader, IfNoneMatchHeader, LastEventIdHeader, TenantHeaders};
pub(crate) use self::links::ID;
use self::links::Links;
use self::names::Names;
pub use self::not_supported::NOT_SUPPORTED;
pub(crate) use self::not_supported::{not_supported, takes_forms};
use self::refusals::Refusals;
pub(crate) use self::refusals::{Refuses, codes};
use self::schemas::Schemas;

/// The document without its operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tenantry",
        description = "Multi-tenant management: workspaces, tenants, and what they share. Each field keeps the spelling of \
                       the contract that it comes from. A GET requires a key with READ, any other operation one with \
                       WRITE, unless it says ADMIN.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/")),
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
        (name = "availability", description = "The calendars of listings, shared by all tenants that sell them."),
        (name = "charges", description = "Fees and taxes that integration accounts add to the prices of stays."),
        (name = "promotions", description = "Discounts that integration accounts give on their listings."),
        (name = "quotes", description = "The prices of stays, kept for 15 minutes."),
        (name = "reservations", description = "Stays that are sold or held for a guest."),
        (name = "findings", description = "Whatever a tenant has, by a part of a text."),
        (name = "events", description = "The changes that concern a tenant, in order, and the places of those who read them."),
        (name = "webhooks", description = "The receivers to which the service delivers a tenant's events."),
        (name = "deliveries", description = "The requests that receivers serve."),
        (name = "audit", description = "Changes: who did what to which resource, in which tenant and when."),
        (name = "workspaces", description = "The workspace of the API key."),
        (name = "operators", description = "All workspaces, for those who run the service, with keys that belong to no workspace."),
        (name = "operations", description = "Health, metrics and description of the service."),
    ),
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
        let mut operator = Http::new(HttpAuthScheme::Bearer);
        operator.description = Some("The key of an operator, which belongs to no workspace.".to_owned());
        components.add_security_scheme("operator", SecurityScheme::Http(operator));
    }
}

/// Puts the document together from the parts of its operations, and adds the conventions.
pub(crate) fn document(parts: impl IntoIterator<Item = utoipa::openapi::OpenApi>) -> utoipa::openapi::OpenApi {
    let mut document = parts.into_iter().fold(Document::openapi(), utoipa::openapi::OpenApi::merge_from);
    let conventions: [&dyn Modify; 6] = [&Names, &Keys, &Refusals, &Links, &Conventions, &Schemas];
    for convention in conventions {
        convention.modify(&mut document);
    }
    document
}

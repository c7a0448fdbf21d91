//! The OpenAPI document, generated from the code.

pub(crate) mod enum_schemas;

mod bodies;
mod conventions;
mod headers;
mod links;
mod names;
mod refusals;
mod schemas;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

pub(crate) use self::bodies::*;
use self::conventions::{Conventions, operations_of, parameters, takes};
pub(crate) use self::headers::{IfMatchHeader, IfNoneMatchHeader, TenantHeaders};
use self::links::Links;
use self::names::Names;
use self::refusals::Refusals;
pub(crate) use self::refusals::*;
use self::schemas::Schemas;
use crate::areas::{
    api_keys, audit, availability, imports, integration_accounts, listings, locations, promotions, quotes,
    reservations, tenants, users, workspaces,
};
use crate::response::problem::ProblemView;
use crate::server::health as operations;

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tenantry",
        description = "Multi-tenant management: workspaces, tenants, and what they share. Each field keeps the spelling of \
                       the contract that it comes from.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/")),
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
        integration_accounts::move_account,
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
    components(schemas(ProblemView, listings::ListingType)),
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
        (name = "promotions", description = "Discounts that integration accounts give on their listings."),
        (name = "quotes", description = "The prices of stays, kept for 15 minutes."),
        (name = "reservations", description = "Stays that are sold or held for a guest."),
        (name = "audit", description = "Changes: who did what to which resource, in which tenant and when."),
        (name = "workspaces", description = "The workspace of the API key."),
        (name = "operations", description = "Health, metrics and description of the service."),
    ),
    modifiers(&Names, &Keys, &Refusals, &Links, &Conventions, &Schemas)
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

/// Returns the OpenAPI document of the API.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// Returns the document as it is served, serialised once.
pub(crate) fn json() -> &'static str {
    static JSON: LazyLock<String> = LazyLock::new(|| document().to_json().unwrap_or_default());
    &JSON
}

/// A property of each operation, by path and method.
pub(crate) type Operations<T> = BTreeMap<String, BTreeMap<&'static str, T>>;

/// Returns the names of the query parameters of each operation.
pub(crate) fn query_parameters() -> Operations<Vec<String>> {
    of_operations(|operation| {
        let in_query = parameters(operation).filter(|parameter| parameter.parameter_in == ParameterIn::Query);
        in_query.map(|parameter| parameter.name.clone()).collect()
    })
}

/// Returns whether each operation checks the tag of the resource that it changes.
pub(crate) fn tagged() -> Operations<bool> {
    of_operations(|operation| takes(operation, "If-Match"))
}

fn of_operations<T>(of: impl Fn(&Operation) -> T) -> Operations<T> {
    let of_path =
        |item: &mut PathItem| operations_of(item).map(|(method, operation)| (method, of(operation))).collect();
    document().paths.paths.iter_mut().map(|(path, item)| (path.clone(), of_path(item))).collect()
}

/// Returns the methods of each path, in the format of `Allow`.
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

//! Request bodies and queries of tenants.

use application::{CreateTenant, FindTenants, SetTenantStatus, UpdateTenant};
use domain::patch::Patch;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::openapi::bodies;
use crate::openapi::enum_schemas::TenantStatusWord;
use crate::request::input::sent;

bodies! {
    ReplaceTenantBody: UpdateTenantBody = "name";
}

/// A new tenant. You may send the read-only fields of a tenant too: they are ignored. `isDefault`, `status` and
/// `is_trashed` must have the values that the new tenant will have.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateTenantBody {
    /// The name, of at least 5 characters.
    #[schema(required, nullable = false, example = "Channel A", min_length = 5, max_length = 255)]
    name: Option<String>,
    /// A DNS name or label, unique in the workspace; derived from the name if absent.
    #[schema(example = "channel-a", max_length = 253)]
    domain: Option<String>,
    #[schema(max_length = 10_000)]
    description: Option<String>,
    #[schema(max_length = 255)]
    address: Option<String>,
    #[schema(max_length = 255)]
    city: Option<String>,
    #[schema(max_length = 32)]
    post_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "US", pattern = "^([A-Za-z]{2})?$")]
    country_code: Option<String>,
    #[serde(rename = "isDefault")]
    is_default: Option<bool>,
    #[schema(value_type = Option<TenantStatusWord>)]
    status: Option<String>,
    is_trashed: Option<bool>,
}

impl From<CreateTenantBody> for CreateTenant {
    fn from(body: CreateTenantBody) -> Self {
        let CreateTenantBody {
            name,
            domain,
            description,
            address,
            city,
            post_code,
            country_code,
            is_default,
            status,
            is_trashed,
        } = body;
        Self {
            name,
            domain,
            description,
            address,
            city,
            post_code,
            country_code,
            is_default,
            status,
            is_trashed,
            moves_caller: false,
        }
    }
}

/// The fields of a tenant to change. An absent field is left unchanged; null clears a field. You may send a whole
/// tenant back; `isDefault`, `status` and `is_trashed` have their own operations.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateTenantBody {
    /// The name, of at least 5 characters, which PUT needs.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "Channel A", min_length = 5, max_length = 255)]
    name: Patch<String>,
    /// A DNS name or label, unique in the workspace.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "channel-a", max_length = 253)]
    domain: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    description: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    address: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    city: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 32)]
    post_code: Patch<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, example = "US", pattern = "^([A-Za-z]{2})?$")]
    country_code: Patch<String>,
    #[serde(rename = "isDefault")]
    is_default: Option<bool>,
    #[schema(value_type = Option<TenantStatusWord>)]
    status: Option<String>,
    is_trashed: Option<bool>,
}

impl UpdateTenantBody {
    /// Returns the body for PUT, which needs a name: if absent, it becomes null, which is refused.
    pub(crate) fn named(self) -> Self {
        Self { name: Patch::Clear.then(self.name), ..self }
    }
}

impl From<UpdateTenantBody> for UpdateTenant {
    fn from(body: UpdateTenantBody) -> Self {
        let UpdateTenantBody {
            name,
            domain,
            description,
            address,
            city,
            post_code,
            country_code,
            is_default,
            status,
            is_trashed,
        } = body;
        Self { name, domain, description, address, city, post_code, country_code, is_default, status, is_trashed }
    }
}

/// The new status of the tenant's users.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct StatusBody {
    /// The status of the users at home in the tenant, except support users: 0 passive, 1 active, 2 banned.
    #[schema(minimum = 0, maximum = 2)]
    user_status: Option<i64>,
}

impl From<StatusBody> for SetTenantStatus {
    fn from(StatusBody { user_status }: StatusBody) -> Self {
        Self { user_status }
    }
}

/// The filter of tenants.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TenantsQuery {
    /// The full name, ignoring case.
    name: Option<String>,
    /// A part of the description, ignoring case.
    description: Option<String>,
    /// A part of the name, domain, description or city, ignoring case.
    q: Option<String>,
    /// The status of the tenant.
    #[param(value_type = Option<TenantStatusWord>)]
    status: Option<String>,
}

impl From<TenantsQuery> for FindTenants {
    fn from(TenantsQuery { name, description, q, status }: TenantsQuery) -> Self {
        Self { name, description, q, status }
    }
}

//! Responses of tenants.

use domain::countries::Country;
use domain::tenants::{Tenant, TenantDetails, TenantParts, TenantStatus};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::date_time::DateTime;
use application::enum_schemas::TenantStatusWord;

/// A channel or business unit of a workspace. It belongs to two contracts, so it has the spellings of both.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tenant)]
pub(crate) struct TenantView {
    id: Uuid,
    #[schema(example = "Channel A", min_length = 5, max_length = 255)]
    name: String,
    /// The domain, unique in the workspace.
    #[schema(example = "channel-a")]
    domain: String,
    #[serde(rename = "workspaceID")]
    workspace_id: Uuid,
    /// Whether it is the only tenant that may administer the others.
    #[serde(rename = "isDefault")]
    is_default: bool,
    status: TenantStatusWord,
    description: Option<String>,
    #[schema(example = "115 East 23rd Street 5th Floor")]
    address: Option<String>,
    #[schema(example = "New York")]
    city: Option<String>,
    post_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "US")]
    country_code: Option<&'static str>,
    /// The common English name of the country.
    #[schema(example = "United States")]
    country_name: Option<&'static str>,
    /// Whether `status` is `INACTIVE`.
    is_trashed: bool,
    #[serde(rename = "createdAt")]
    created_at: DateTime,
    #[serde(rename = "updatedAt")]
    updated_at: DateTime,
}

impl From<Tenant> for TenantView {
    fn from(tenant: Tenant) -> Self {
        let TenantParts {
            workspace_id,
            id,
            name,
            domain,
            is_default,
            status,
            details: TenantDetails { description, address, city, post_code, country },
            version: _,
            created_at,
            updated_at,
        } = tenant.into_parts();
        Self {
            id: id.as_uuid(),
            name: name.into(),
            domain: domain.to_string(),
            workspace_id: workspace_id.as_uuid(),
            is_default,
            status: status.into(),
            description: description.map(Into::into),
            address: address.map(Into::into),
            city: city.map(Into::into),
            post_code: post_code.map(Into::into),
            country_code: country.map(Country::code),
            country_name: country.map(Country::name),
            is_trashed: status == TenantStatus::Inactive,
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
        }
    }
}

/// Whether a tenant is deactivated.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trashed {
    pub(crate) is_trashed: bool,
}

/// The confirmation of an operation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Success {
    #[schema(example = true)]
    pub(crate) success: bool,
}

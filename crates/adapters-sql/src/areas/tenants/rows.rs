//! Conversion between tenants and rows.

use domain::countries::Country;
use domain::ids::{TenantId, WorkspaceId};
use domain::tenants::{City, Description, Tenant, TenantDetails, TenantParts};
use domain::text::fold;
use ports::RepositoryError;

use crate::engine::rows::{stored, stored_option};
use crate::engine::text_search::search_text;
use crate::tables::tenants::{Model, Row};

/// The position of the description among the searched texts.
pub(super) const DESCRIPTION: u8 = 2;

pub(super) fn to_row(tenant: Tenant) -> Model {
    let TenantParts {
        workspace_id,
        id,
        name,
        domain,
        is_default,
        status,
        details: TenantDetails { description, address, city, post_code, country },
        version,
        created_at,
        updated_at,
    } = tenant.into_parts();
    let texts = [
        Some(name.as_str()),
        Some(domain.as_str()),
        description.as_ref().map(Description::as_str),
        city.as_ref().map(City::as_str),
    ];
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        search_text: search_text(&texts),
        name_folded: fold(name.as_str()),
        name: name.into(),
        domain: domain.to_string(),
        is_default,
        status: status.as_str().to_owned(),
        description: description.map(Into::into),
        address: address.map(Into::into),
        city: city.map(Into::into),
        post_code: post_code.map(Into::into),
        country_code: country.map(Country::code).map(Into::into),
        version,
        created_at,
        updated_at,
    }
}

pub(super) fn to_tenant(row: Row) -> Result<Tenant, RepositoryError> {
    const WHAT: &str = "tenant";
    Ok(Tenant::from_parts(TenantParts {
        workspace_id: WorkspaceId::new(row.workspace_id),
        id: TenantId::new(row.id),
        name: stored(WHAT, &row.name)?,
        domain: stored(WHAT, &row.domain)?,
        is_default: row.is_default,
        status: stored(WHAT, &row.status)?,
        details: TenantDetails {
            description: stored_option(WHAT, row.description)?,
            address: stored_option(WHAT, row.address)?,
            city: stored_option(WHAT, row.city)?,
            post_code: stored_option(WHAT, row.post_code)?,
            country: stored_option(WHAT, row.country_code)?,
        },
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}

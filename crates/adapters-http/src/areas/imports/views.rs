//! Responses of imports.

use domain::imports::Import;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::date_time::DateTime;

/// An import: another tenant's listing that the importer offers as if it were its own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportedListing)]
pub(crate) struct ImportView {
    #[serde(rename = "listingID")]
    listing_id: Uuid,
    /// The tenant that imported the listing.
    #[serde(rename = "tenantID")]
    tenant_id: Uuid,
    /// The tenant that owns the listing.
    #[serde(rename = "sourceTenantID")]
    source_tenant_id: Uuid,
    #[serde(rename = "importedAt")]
    imported_at: DateTime,
}

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        let Import { listing_id, tenant_id, source_tenant_id, imported_at } = import;
        Self {
            listing_id: listing_id.as_uuid(),
            tenant_id: tenant_id.as_uuid(),
            source_tenant_id: source_tenant_id.as_uuid(),
            imported_at: DateTime(imported_at),
        }
    }
}

/// The number of imports that were ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RemovedImports)]
pub(crate) struct RemovedView {
    #[schema(example = 2)]
    pub(crate) removed: usize,
}

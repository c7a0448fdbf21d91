//! Responses of imports.

use domain::imports::{AccountImporter, Import, Importer};
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

/// A tenant that imports a listing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Importer)]
pub(crate) struct ImporterView {
    #[serde(rename = "tenantID")]
    tenant_id: Uuid,
    #[serde(rename = "importedAt")]
    imported_at: DateTime,
}

impl From<Importer> for ImporterView {
    fn from(Importer { tenant_id, imported_at }: Importer) -> Self {
        Self { tenant_id: tenant_id.as_uuid(), imported_at: DateTime(imported_at) }
    }
}

/// A tenant that imports listings of an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountImporter)]
pub(crate) struct AccountImporterView {
    #[serde(rename = "tenantID")]
    tenant_id: Uuid,
    /// The number of listings that it imports.
    #[schema(example = 12)]
    listings: u64,
}

impl From<AccountImporter> for AccountImporterView {
    fn from(AccountImporter { tenant_id, listings }: AccountImporter) -> Self {
        Self { tenant_id: tenant_id.as_uuid(), listings }
    }
}

/// The number of imports that were ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RemovedImports)]
pub(crate) struct RemovedView {
    #[schema(example = 2)]
    pub(crate) removed: usize,
}

//! Imports: references by which a tenant offers another tenant's listing as its own. They are never copies.

mod batches;
mod decisions;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use thiserror::Error;

pub use self::batches::{ImportBatch, RemovalBatch};
pub use self::decisions::{decide, decide_removal};
use crate::ids::{IntegrationAccountId, ListingId, TenantId};

/// The maximum number of listings to import or remove at once.
pub const MAX_LISTINGS: usize = 1_000;

/// A listing that a tenant wants to import, in its present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportCandidate {
    /// The listing.
    pub listing: ListingId,
    /// The listing's account; never changes.
    pub account: IntegrationAccountId,
    /// The owner of the account.
    pub owner: TenantId,
    /// Whether the account's listings may be imported.
    pub allow_import: bool,
    /// Whether the listing, its account and its owner are all active.
    pub is_offered: bool,
    /// Whether the tenant has imported it already.
    pub is_imported: bool,
}

/// A reference to another tenant's listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The listing.
    pub listing_id: ListingId,
    /// The tenant that offers it as its own.
    pub tenant_id: TenantId,
    /// The owner of the listing.
    pub source_tenant_id: TenantId,
    /// The time of the import, in whole milliseconds.
    pub imported_at: DateTime<Utc>,
}

/// A tenant that imports a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Importer {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The time of the import, in whole milliseconds.
    pub imported_at: DateTime<Utc>,
}

/// A tenant that imports listings of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountImporter {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The number of listings that it imports.
    pub listings: u64,
}

/// The reason why a listing cannot be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportIssue {
    /// The listing does not exist or is not offered; the reply does not say which.
    NotFound,
    /// The listing belongs to the tenant.
    OwnListing,
    /// The account does not allow imports.
    NotAllowed,
    /// The tenant has imported it already, even if the import is asleep.
    AlreadyImported,
    /// An earlier position of the request has the same listing.
    Duplicate,
}

/// A refusal of all imports of a request, because some of the listings cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("some of the listings cannot be imported")]
pub struct ImportRefused {
    /// The positions with errors, counted from 0; at least one.
    pub issues: BTreeMap<usize, ImportIssue>,
}

/// The reason why an import cannot be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalIssue {
    /// The tenant has not imported the listing.
    NotImported,
    /// An earlier position of the request has the same listing.
    Duplicate,
}

/// A refusal of all removals of a request, because some of the imports cannot be removed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("some of the listings cannot be removed")]
pub struct RemovalRefused {
    /// The positions with errors, counted from 0; at least one.
    pub issues: BTreeMap<usize, RemovalIssue>,
}

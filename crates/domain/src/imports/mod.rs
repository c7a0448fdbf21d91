//! Imports: references by which a tenant offers another tenant's listing as if it were its own, never copies.

mod batches;
mod decisions;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use thiserror::Error;

pub use self::batches::{ImportBatch, RemovalBatch};
pub use self::decisions::{decide, decide_removal};
use crate::ids::{IntegrationAccountId, ListingId, TenantId};

/// The most listings that are imported or removed in one step.
pub const MAX_LISTINGS: usize = 1_000;

/// A listing that a tenant wants to import, as it is at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportCandidate {
    /// The listing.
    pub listing: ListingId,
    /// The listing's account; never changes.
    pub account: IntegrationAccountId,
    /// Whose account that is.
    pub owner: TenantId,
    /// Whether the account's listings may be imported.
    pub allows_import: bool,
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
    /// Who offers it as if it were its own.
    pub tenant_id: TenantId,
    /// Whose it is.
    pub source_tenant_id: TenantId,
    /// The time of the import, in whole milliseconds.
    pub imported_at: DateTime<Utc>,
}

/// Why a listing cannot be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFault {
    /// There is no such listing, or it is not offered: nobody is told which.
    NotFound,
    /// It is the tenant's own.
    OwnListing,
    /// Its account allows no imports.
    NotAllowed,
    /// The tenant has imported it already, even if it sleeps.
    AlreadyImported,
    /// An earlier position of the request names it too.
    Duplicate,
}

/// Nothing is imported, because some of the listings cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("some of the listings cannot be imported")]
pub struct ImportRefused {
    /// The positions with errors, counted from 0; at least one.
    pub faults: BTreeMap<usize, ImportFault>,
}

/// Why an import cannot be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalFault {
    /// The tenant has not imported such a listing.
    NotImported,
    /// An earlier position of the request names it too.
    Duplicate,
}

/// Nothing is removed, because some of the listings cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("some of the listings cannot be removed")]
pub struct RemovalRefused {
    /// The positions with errors, counted from 0; at least one.
    pub faults: BTreeMap<usize, RemovalFault>,
}

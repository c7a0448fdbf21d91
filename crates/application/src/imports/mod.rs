//! Imports: other tenants' listings that the caller's tenant sells like its own.

mod add;
mod error;
mod remove;

use std::sync::Arc;

use ports::ImportRepository;

pub use self::error::{ImportError, ListingReason};
use crate::steps::ambient::Ambient;
use crate::steps::idempotency::Idempotency;

/// The use cases of imports.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Imports {
    pub repository: Arc<dyn ImportRepository>,
    pub idempotency: Idempotency,
    pub ambient: Ambient,
}

#[cfg(test)]
mod fixture {
    use domain::ids::{IntegrationAccountId, ListingId, TenantId};
    use domain::imports::ImportCandidate;
    use ports::MockImportRepository;
    use testkit::build;
    use uuid::Uuid;

    use super::*;
    use crate::input::listing_ids::ListingIds;
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::idempotency;

    /// Returns the use cases over this mock.
    pub(super) fn imports(repository: MockImportRepository) -> Imports {
        Imports { repository: Arc::new(repository), idempotency: idempotency(), ambient: ambient() }
    }

    /// Returns a request for these listings.
    pub(super) fn named(ids: &[ListingId]) -> ListingIds {
        ListingIds { listing_ids: Some(ids.iter().map(ToString::to_string).collect()) }
    }

    pub(super) fn owner() -> TenantId {
        TenantId::new(Uuid::from_u128(1))
    }

    /// Returns another tenant's listing that the channel may import.
    pub(super) fn offered(listing: ListingId) -> ImportCandidate {
        ImportCandidate {
            listing,
            account: IntegrationAccountId::new(build::id()),
            owner: owner(),
            allow_import: true,
            is_offered: true,
            is_imported: false,
        }
    }
}

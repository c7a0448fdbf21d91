//! Locations: the venues, branches or stores of the caller's tenant.

mod create;
mod delete;
mod error;
mod fields;
mod get;
mod list;
mod update;

use std::sync::Arc;

use ports::{LocationQueries, LocationRepository};

pub use self::error::LocationError;
pub use self::fields::{CreateLocationBody, LocationFields, ReplaceLocationBody};
use crate::steps::ambient::Ambient;
use crate::steps::idempotency::Idempotency;

/// The use cases of locations.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Locations {
    pub repository: Arc<dyn LocationRepository>,
    pub queries: Arc<dyn LocationQueries>,
    pub idempotency: Idempotency,
    pub ambient: Ambient,
}

#[cfg(test)]
mod fixture {
    use ports::{MockLocationQueries, MockLocationRepository};

    use super::*;
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::idempotency;

    /// Returns the use cases over this mock; calls of other ports panic.
    pub(super) fn locations(locations: MockLocationRepository) -> Locations {
        over(locations, MockLocationQueries::new())
    }

    pub(super) fn over(locations: MockLocationRepository, queries: MockLocationQueries) -> Locations {
        Locations {
            repository: Arc::new(locations),
            queries: Arc::new(queries),
            idempotency: idempotency(),
            ambient: ambient(),
        }
    }
}

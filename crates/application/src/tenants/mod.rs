//! Tenants: create, read, change, deactivate, activate, switch, delete.

mod create;
mod delete;
mod error;
mod fields;
mod get;
mod list;
mod set_status;
mod switch;
mod update;

use std::sync::Arc;

use ports::{TenantQueries, TenantRepository, UserRepository};

pub use self::error::TenantError;
pub use self::fields::{CreateTenantBody, ReplaceTenantBody, TenantFields};
pub use self::list::FindTenants;
pub use self::set_status::SetTenantStatus;
use crate::steps::ambient::Ambient;
use crate::steps::idempotency::Idempotency;

/// The use cases of tenants.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Tenants {
    pub repository: Arc<dyn TenantRepository>,
    pub queries: Arc<dyn TenantQueries>,
    pub users: Arc<dyn UserRepository>,
    pub idempotency: Idempotency,
    pub ambient: Ambient,
}

#[cfg(test)]
mod fixture {
    use ports::{MockTenantQueries, MockTenantRepository, MockUserRepository};

    use super::*;
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::idempotency;

    /// Returns the use cases over these mocks; calls of other ports panic.
    pub(super) fn tenants(tenants: MockTenantRepository) -> Tenants {
        over(tenants, MockTenantQueries::new(), MockUserRepository::new())
    }

    pub(super) fn over(
        tenants: MockTenantRepository,
        queries: MockTenantQueries,
        users: MockUserRepository,
    ) -> Tenants {
        Tenants {
            repository: Arc::new(tenants),
            queries: Arc::new(queries),
            users: Arc::new(users),
            idempotency: idempotency(),
            ambient: ambient(),
        }
    }
}

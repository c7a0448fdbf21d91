//! Tenants: create, read, change, deactivate, activate, switch, delete.

mod create;
mod delete;
mod error;
mod get;
mod list;
mod set_status;
mod switch;
mod update;

use std::sync::Arc;

use domain::tenants::Restated;
use ports::{TenantQueries, TenantRepository, UserRepository};

pub use self::create::CreateTenant;
pub use self::error::TenantError;
pub use self::list::FindTenants;
pub use self::set_status::SetTenantStatus;
pub use self::update::UpdateTenant;
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

/// Returns the fields of a sent tenant that only other operations can change. An invalid status is left out: it has
/// been reported as a field error.
fn restated(is_default: Option<bool>, status: Option<&str>, is_trashed: Option<bool>) -> Restated {
    Restated { is_default, status: status.and_then(|status| status.parse().ok()), is_trashed }
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

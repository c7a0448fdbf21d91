//! Users of the caller's tenant: people and programs.

mod create;
mod delete;
mod error;
mod fields;
mod get;
mod list;
mod update;

use std::sync::Arc;

use domain::access::TenantScope;
use domain::ids::LocationId;
use domain::users::Workplace;
use ports::{LocationRepository, UserQueries, UserRepository};

pub use self::error::UserError;
pub use self::fields::{CreateUserBody, ReplaceUserBody, UserFields};
pub use self::get::Me;
pub use self::list::FindUsers;
use crate::input::not_found;
use crate::steps::ambient::Ambient;
use crate::steps::idempotency::Idempotency;

/// The use cases of users.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Users {
    pub repository: Arc<dyn UserRepository>,
    pub queries: Arc<dyn UserQueries>,
    pub locations: Arc<dyn LocationRepository>,
    pub idempotency: Idempotency,
    pub ambient: Ambient,
}

impl Users {
    /// Finds the location of the tenant where a user is to work.
    async fn workplace(&self, scope: &TenantScope, id: LocationId) -> Result<Workplace, UserError> {
        let missing = || UserError::LocationNotFound(not_found("location_id"));
        let location = self.locations.get(scope, id).await?.ok_or_else(missing)?;
        Ok(Workplace { id, name: location.name().clone() })
    }
}

#[cfg(test)]
mod fixture {
    use domain::access::{Caller, Permission};
    use domain::ids::UserId;
    use domain::users::{ApiUser, NewApiUser, Role, UserStatus};
    use ports::{MockLocationRepository, MockUserQueries, MockUserRepository};
    use testkit::build;

    use super::*;
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::idempotency;

    /// Returns the use cases over these mocks; calls of other ports panic.
    pub(super) fn users(repository: MockUserRepository, locations: MockLocationRepository) -> Users {
        Users {
            repository: Arc::new(repository),
            queries: Arc::new(MockUserQueries::new()),
            locations: Arc::new(locations),
            idempotency: idempotency(),
            ambient: ambient(),
        }
    }

    /// Returns a stored user of the channel.
    pub(super) fn stored(id: UserId, role: Role) -> ApiUser {
        let administrator: Caller = build::administrator();
        let scope = build::channel(Permission::Admin).tenant_scope(Permission::Admin).expect("an active tenant");
        let new = NewApiUser {
            id,
            name: "Grace Hopper".parse().expect("a name"),
            email: Some("grace@example.com".parse().expect("an address")),
            role,
            status: UserStatus::Active,
            workplace: None,
        };
        let stamp = scope.stamp(domain::ids::AuditId::new(build::id()), build::at());
        ApiUser::create(new, &scope, &administrator, stamp).expect("allowed").after
    }
}

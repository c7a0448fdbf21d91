//! Deleting a location.

use domain::access::{Caller, Permission};
use domain::ids::LocationId;
use domain::locations::Location;

use super::{LocationError, Locations};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Locations {
    /// Deletes a location of the caller's tenant, unless users work there.
    pub async fn delete(
        &self,
        caller: &Caller,
        id: LocationId,
        precondition: &Precondition<Location>,
    ) -> Result<(), LocationError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        retry_stale(async || {
            let location = self.repository.get(&scope, id).await?.ok_or(LocationError::NotFound)?;
            precondition.check(&location)?;
            let change = location.delete(&scope, scope.stamp(self.ambient.audit_id(), self.ambient.now()))?;
            Ok(self.repository.delete(&scope, change).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use ports::{MockLocationRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::locations;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    async fn delete(repository: MockLocationRepository, permission: Permission) -> Result<(), LocationError> {
        locations(repository)
            .delete(&build::channel(permission), LocationId::new(build::id()), &Precondition::default())
            .await
    }

    #[tokio::test]
    async fn a_reader_deletes_nothing() {
        let refused = delete(MockLocationRepository::new(), Permission::Read).await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }

    #[tokio::test]
    async fn the_default_location_is_not_deleted() {
        let mut repository = MockLocationRepository::new();
        repository.expect_get().returning(|_, _| Ok(Some(build::default_location())));
        repository.expect_delete().never();
        let error = delete(repository, Permission::Write).await.expect_err("refused");
        assert_eq!(error.code(), Code::DefaultLocation);
    }

    #[tokio::test]
    async fn a_location_where_users_work_is_in_use_at_once() {
        let mut repository = MockLocationRepository::new();
        repository.expect_get().once().returning(|_, id| Ok(Some(build::location(id))));
        let in_use = || RepositoryError::Taken { rule: rules::LOCATION_IN_USE };
        repository.expect_delete().once().returning(move |_, _| Err(in_use()));
        let error = delete(repository, Permission::Write).await.expect_err("in use");
        assert_eq!(error.code(), Code::LocationInUse);
    }
}

//! Reading a location.

use domain::access::{Caller, Permission};
use domain::ids::LocationId;
use domain::locations::Location;

use super::{LocationError, Locations};

impl Locations {
    /// Returns a location of the caller's tenant.
    pub async fn get(&self, caller: &Caller, id: LocationId) -> Result<Location, LocationError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        self.repository.get(&scope, id).await?.ok_or(LocationError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use ports::MockLocationRepository;
    use testkit::build;

    use super::super::fixture::locations;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn a_location_is_looked_for_in_the_tenant_of_the_request() {
        let mut repository = MockLocationRepository::new();
        repository
            .expect_get()
            .withf(|scope, _| scope.tenant_id() == build::channel_id())
            .returning(|_, id| Ok(Some(build::location(id))));
        let id = LocationId::new(build::id());
        let found = locations(repository).get(&build::channel(Permission::Read), id).await.expect("found");
        assert_eq!(found.id(), id);
    }

    #[tokio::test]
    async fn a_location_that_the_tenant_does_not_have_is_not_found() {
        let mut repository = MockLocationRepository::new();
        repository.expect_get().returning(|_, _| Ok(None));
        let id = LocationId::new(build::id());
        let unknown = locations(repository).get(&build::channel(Permission::Read), id).await;
        assert_eq!(unknown.expect_err("unknown").code(), Code::LocationNotFound);
    }
}

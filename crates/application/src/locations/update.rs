//! Changing a location's fields.

use domain::access::{Caller, Permission};
use domain::ids::LocationId;
use domain::locations::Location;

use super::{LocationError, LocationFields, Locations};
use crate::input::Input;
use crate::input::reader::read;
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Locations {
    /// Changes the fields that the command contains.
    pub async fn update(
        &self,
        caller: &Caller,
        id: LocationId,
        input: Input<LocationFields>,
        precondition: &Precondition<Location>,
    ) -> Result<Location, LocationError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let edit = read(&input?)?;
        retry_stale(async || {
            let location = self.repository.get(&scope, id).await?.ok_or(LocationError::NotFound)?;
            precondition.check(&location)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match location.update(edit.clone(), &scope, stamp) {
                Some(change) => Ok(self.repository.update(&scope, change).await?),
                None => Ok(location),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::patch::Patch;
    use ports::MockLocationRepository;
    use testkit::build;

    use super::super::fixture::locations;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn sent(text: &str) -> Patch<String> {
        Patch::Set(text.to_owned())
    }

    fn stored() -> MockLocationRepository {
        let mut repository = MockLocationRepository::new();
        repository.expect_get().returning(|_, id| Ok(Some(build::location(id))));
        repository
    }

    async fn update(repository: MockLocationRepository, command: LocationFields) -> Result<Location, LocationError> {
        let id = LocationId::new(build::id());
        locations(repository)
            .update(&build::channel(Permission::Write), id, Ok(command), &Precondition::default())
            .await
    }

    #[tokio::test]
    async fn what_changes_nothing_is_not_stored() {
        let mut repository = stored();
        repository.expect_update().never();
        let same = build::location(LocationId::new(build::id())).name().to_string();
        let command = LocationFields { name: sent(&same), lat: Patch::Clear, ..LocationFields::default() };
        assert_eq!(update(repository, command).await.expect("unchanged").version(), 1);
    }

    #[tokio::test]
    async fn a_name_refuses_null_and_everything_else_is_cleared_by_it() {
        let command =
            LocationFields { name: Patch::Clear, city: Patch::Clear, lng: sent(""), ..LocationFields::default() };
        let error = update(MockLocationRepository::new(), command).await.expect_err("invalid");
        assert_eq!(error.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["name"]);
    }

    #[tokio::test]
    async fn a_reader_changes_nothing() {
        let id = LocationId::new(build::id());
        let refused = locations(MockLocationRepository::new())
            .update(&build::channel(Permission::Read), id, Ok(LocationFields::default()), &Precondition::default())
            .await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }

    #[tokio::test]
    async fn an_unknown_location_is_not_found() {
        let mut repository = MockLocationRepository::new();
        repository.expect_get().once().returning(|_, _| Ok(None));
        let unknown = update(repository, LocationFields::default()).await;
        assert_eq!(unknown.expect_err("unknown").code(), Code::LocationNotFound);
    }
}

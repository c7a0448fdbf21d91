//! Changing a location's fields.

use domain::access::{Caller, Permission};
use domain::countries::Country;
use domain::ids::LocationId;
use domain::locations::{
    Address, City, Description, ExternalLocationId, Latitude, Location, LocationEdit, LocationName, Longitude,
    PostCode, State,
};
use domain::tenants::FieldEdit;
use validator::Validate;

use super::{LocationError, Locations};
use crate::input::{Input, InvalidInput, checked, edit, edits, edits_or_clears};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

/// A request to change a location: `None` leaves a field unchanged, `Some(None)` clears it.
#[derive(Debug, Clone, Default, Validate)]
#[expect(missing_docs, reason = "the fields of a location, as the domain describes them")]
pub struct UpdateLocation {
    #[validate(custom(function = edits::<LocationName>))]
    pub name: FieldEdit<String>,
    #[validate(custom(function = edits_or_clears::<Description>))]
    pub description: FieldEdit<String>,
    #[validate(custom(function = edits_or_clears::<Address>))]
    pub address: FieldEdit<String>,
    #[validate(custom(function = edits_or_clears::<PostCode>))]
    pub post_code: FieldEdit<String>,
    #[validate(custom(function = edits_or_clears::<City>))]
    pub city: FieldEdit<String>,
    #[validate(custom(function = edits_or_clears::<State>))]
    pub state: FieldEdit<String>,
    #[validate(custom(function = edits_or_clears::<Country>))]
    pub country_code: FieldEdit<String>,
    #[validate(custom(function = edits_or_clears::<Latitude>))]
    pub lat: FieldEdit<String>,
    #[validate(custom(function = edits_or_clears::<Longitude>))]
    pub lng: FieldEdit<String>,
    #[validate(custom(function = edits_or_clears::<ExternalLocationId>))]
    pub external_location_id: FieldEdit<String>,
}

impl UpdateLocation {
    fn edit(&self) -> Result<LocationEdit, InvalidInput> {
        Ok(LocationEdit {
            name: edit("name", self.name.as_ref())?.flatten(),
            description: edit("description", self.description.as_ref())?,
            address: edit("address", self.address.as_ref())?,
            post_code: edit("post_code", self.post_code.as_ref())?,
            city: edit("city", self.city.as_ref())?,
            state: edit("state", self.state.as_ref())?,
            country: edit("country_code", self.country_code.as_ref())?,
            latitude: edit("lat", self.lat.as_ref())?,
            longitude: edit("lng", self.lng.as_ref())?,
            external_location_id: edit("external_location_id", self.external_location_id.as_ref())?,
        })
    }
}

impl Locations {
    /// Changes the fields that the command contains.
    pub async fn update(
        &self,
        caller: &Caller,
        id: LocationId,
        asked: Input<UpdateLocation>,
        precondition: &Precondition<Location>,
    ) -> Result<Location, LocationError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let edit = checked(asked)?.edit()?;
        retry_stale(async || {
            let location = self.repository.find(&scope, id).await?.ok_or(LocationError::NotFound)?;
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
    use ports::{MockLocationRepository, RepositoryError};
    use testkit::build;

    use super::super::fixture::locations;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[expect(clippy::unnecessary_wraps, reason = "it reads as what a client sent")]
    fn sent(text: &str) -> FieldEdit<String> {
        Some(Some(text.to_owned()))
    }

    fn stored() -> MockLocationRepository {
        let mut repository = MockLocationRepository::new();
        repository.expect_find().returning(|_, id| Ok(Some(build::location(id))));
        repository
    }

    async fn update(repository: MockLocationRepository, command: UpdateLocation) -> Result<Location, LocationError> {
        let id = LocationId::new(build::id());
        locations(repository)
            .update(&build::channel(Permission::Write), id, Ok(command), &Precondition::default())
            .await
    }

    #[tokio::test]
    async fn the_loser_of_a_race_decides_anew_three_times_at_most() {
        for (losses, expected) in [(0, None), (2, None), (3, Some(Code::Busy))] {
            let mut repository = stored();
            let mut lost = 0;
            repository.expect_update().times(1..=3).returning(move |_, change| {
                lost += 1;
                if lost <= losses { Err(RepositoryError::Stale) } else { Ok(change.after) }
            });
            let command = UpdateLocation { name: sent("Seaport"), ..UpdateLocation::default() };
            assert_eq!(update(repository, command).await.err().map(|error| error.code()), expected);
        }
    }

    #[tokio::test]
    async fn what_changes_nothing_is_not_stored() {
        let mut repository = stored();
        repository.expect_update().never();
        let same = build::location(LocationId::new(build::id())).name().to_string();
        let command = UpdateLocation { name: sent(&same), lat: Some(None), ..UpdateLocation::default() };
        assert_eq!(update(repository, command).await.expect("unchanged").version(), 1);
    }

    #[tokio::test]
    async fn a_name_refuses_null_and_everything_else_is_cleared_by_it() {
        let command = UpdateLocation { name: Some(None), city: Some(None), lng: sent(""), ..UpdateLocation::default() };
        let error = update(MockLocationRepository::new(), command).await.expect_err("invalid");
        assert_eq!(error.faults().expect("field errors").keys().collect::<Vec<_>>(), ["name"]);
    }

    #[tokio::test]
    async fn a_reader_changes_nothing() {
        let id = LocationId::new(build::id());
        let refused = locations(MockLocationRepository::new())
            .update(&build::channel(Permission::Read), id, Ok(UpdateLocation::default()), &Precondition::default())
            .await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }

    #[tokio::test]
    async fn an_unknown_location_is_not_found() {
        let mut repository = MockLocationRepository::new();
        repository.expect_find().once().returning(|_, _| Ok(None));
        let unknown = update(repository, UpdateLocation::default()).await;
        assert_eq!(unknown.expect_err("unknown").code(), Code::LocationNotFound);
    }
}

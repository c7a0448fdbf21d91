//! Creating a location.

use domain::access::{Caller, Permission};
use domain::countries::Country;
use domain::ids::LocationId;
use domain::locations::{
    Address, City, Description, ExternalLocationId, Latitude, Location, LocationDetails, LocationName, Longitude,
    NewLocation, PostCode, State,
};
use validator::Validate;

use super::{LocationError, Locations};
use crate::input::{Input, InvalidInput, checked, is, is_or_blank, required, unless_blank};
use crate::steps::idempotency::{Idempotent, Outcome};

/// A request to create a location.
#[derive(Debug, Clone, Default, Validate)]
#[expect(missing_docs, reason = "the fields of a location, as the domain describes them")]
pub struct CreateLocation {
    #[validate(required, custom(function = is::<LocationName>))]
    pub name: Option<String>,
    #[validate(custom(function = is_or_blank::<Description>))]
    pub description: Option<String>,
    #[validate(custom(function = is_or_blank::<Address>))]
    pub address: Option<String>,
    #[validate(custom(function = is_or_blank::<PostCode>))]
    pub post_code: Option<String>,
    #[validate(custom(function = is_or_blank::<City>))]
    pub city: Option<String>,
    #[validate(custom(function = is_or_blank::<State>))]
    pub state: Option<String>,
    #[validate(custom(function = is_or_blank::<Country>))]
    pub country_code: Option<String>,
    #[validate(custom(function = is_or_blank::<Latitude>))]
    pub lat: Option<String>,
    #[validate(custom(function = is_or_blank::<Longitude>))]
    pub lng: Option<String>,
    #[validate(custom(function = is_or_blank::<ExternalLocationId>))]
    pub external_location_id: Option<String>,
}

impl CreateLocation {
    fn details(&self) -> Result<LocationDetails, InvalidInput> {
        Ok(LocationDetails {
            description: unless_blank("description", self.description.as_deref())?,
            address: unless_blank("address", self.address.as_deref())?,
            post_code: unless_blank("post_code", self.post_code.as_deref())?,
            city: unless_blank("city", self.city.as_deref())?,
            state: unless_blank("state", self.state.as_deref())?,
            country: unless_blank("country_code", self.country_code.as_deref())?,
            latitude: unless_blank("lat", self.lat.as_deref())?,
            longitude: unless_blank("lng", self.lng.as_deref())?,
            external_location_id: unless_blank("external_location_id", self.external_location_id.as_deref())?,
        })
    }
}

impl Locations {
    /// Creates a location of the caller's tenant.
    pub async fn create(
        &self,
        caller: &Caller,
        input: Input<CreateLocation>,
        idempotent: &Idempotent<Location>,
    ) -> Result<Outcome<Location>, LocationError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let create = async || {
            let command = checked(input)?;
            let new = NewLocation {
                id: self.ambient.id(LocationId::new),
                name: required("name", command.name.as_deref())?,
                details: command.details()?,
            };
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let change = Location::create(new, &scope, stamp);
            let location = change.after.clone();
            self.repository.create(&scope, idempotent.sign(change, &location)).await?;
            Ok(location)
        };
        self.idempotency.run(caller, idempotent, create).await
    }
}

#[cfg(test)]
mod tests {
    use ports::MockLocationRepository;
    use testkit::build;

    use super::super::fixture::locations;
    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[expect(clippy::unnecessary_wraps, reason = "it reads as what a client sent")]
    fn sent(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[tokio::test]
    async fn who_may_not_is_told_so_before_the_body_is_looked_at() {
        for (permission, code) in
            [(Permission::Read, Code::PermissionDenied), (Permission::Write, Code::MalformedRequest)]
        {
            let unreadable = Err(Unreadable::Malformed("broken".to_owned()));
            let locations = locations(MockLocationRepository::new());
            let refused = locations.create(&build::channel(permission), unreadable, &Idempotent::default()).await;
            assert_eq!(refused.expect_err("refused").code(), code);
        }
    }

    #[tokio::test]
    async fn all_field_errors_are_reported_together_by_the_names_of_the_request() {
        let command = CreateLocation {
            country_code: sent("XX"),
            lat: sent("90.5"),
            lng: sent("east"),
            external_location_id: sent(&"x".repeat(256)),
            ..CreateLocation::default()
        };
        let locations = locations(MockLocationRepository::new());
        let error = locations
            .create(&build::channel(Permission::Write), Ok(command), &Idempotent::default())
            .await
            .expect_err("invalid");
        let field_errors = error.field_errors().expect("field errors");
        assert_eq!(
            field_errors.keys().collect::<Vec<_>>(),
            ["country_code", "external_location_id", "lat", "lng", "name"]
        );
        assert_eq!(field_errors["name"], ["The name field is required."]);
        assert_eq!(field_errors["lat"], ["The lat must be decimal degrees from -90 to 90."]);
        assert_eq!(field_errors["lng"], ["The lng must be decimal degrees from -180 to 180."]);
    }

    #[tokio::test]
    async fn blank_texts_stand_for_none() {
        let mut repository = MockLocationRepository::new();
        repository.expect_create().once().returning(|_, change| Ok(change.after));
        let command =
            CreateLocation { name: sent("Airport"), lat: sent(" "), state: sent(""), ..CreateLocation::default() };
        let created =
            locations(repository).create(&build::channel(Permission::Write), Ok(command), &Idempotent::default()).await;
        let created = created.expect("created").now().expect("done now");
        assert_eq!((created.tenant_id(), created.details()), (build::channel_id(), &LocationDetails::default()));
    }
}

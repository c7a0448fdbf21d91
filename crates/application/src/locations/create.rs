//! Creating a location.

use domain::access::{Caller, Permission};
use domain::ids::LocationId;
use domain::locations::{Location, LocationDetails, NewLocation};

use super::{LocationError, LocationFields, Locations};
use crate::input::Input;
use crate::steps::idempotency::{Idempotent, Outcome};

impl Locations {
    /// Creates a location of the caller's tenant.
    pub async fn create(
        &self,
        caller: &Caller,
        input: Input<LocationFields>,
        idempotent: &Idempotent<Location>,
    ) -> Result<Outcome<Location>, LocationError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let create = async || {
            let (name, edit) = input?.new_location()?;
            let details = LocationDetails::default().edited(edit);
            let new = NewLocation { id: self.ambient.id(LocationId::new), name, details };
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
    use domain::patch::Patch;
    use ports::MockLocationRepository;
    use testkit::build;

    use super::super::fixture::locations;
    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn sent(text: &str) -> Patch<String> {
        Patch::Set(text.to_owned())
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
        let command = LocationFields {
            country_code: sent("XX"),
            lat: sent("90.5"),
            lng: sent("east"),
            external_location_id: sent(&"x".repeat(256)),
            ..LocationFields::default()
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
            LocationFields { name: sent("Airport"), lat: sent(" "), state: sent(""), ..LocationFields::default() };
        let created =
            locations(repository).create(&build::channel(Permission::Write), Ok(command), &Idempotent::default()).await;
        let created = created.expect("created").now().expect("done now");
        assert_eq!((created.tenant_id(), created.details()), (build::channel_id(), &LocationDetails::default()));
    }
}

//! Creating a user.

use domain::access::{Caller, Permission, TenantScope};
use domain::ids::UserId;
use domain::users::{ApiUser, Email, NewApiUser, Role, UserName, UserStatus};

use super::{UserError, UserFields, Users};
use crate::input::Input;
use crate::input::reader::FieldReader;
use crate::steps::idempotency::{Idempotent, Outcome};
use crate::steps::retry::retry_stale;

impl Users {
    /// Creates a user whose home is the caller's tenant.
    pub async fn create(
        &self,
        caller: &Caller,
        input: Input<UserFields>,
        idempotent: &Idempotent<ApiUser>,
    ) -> Result<Outcome<ApiUser>, UserError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        self.idempotency.run(caller, idempotent, async || self.create_in(&scope, caller, input, idempotent).await).await
    }

    async fn create_in(
        &self,
        scope: &TenantScope,
        caller: &Caller,
        input: Input<UserFields>,
        idempotent: &Idempotent<ApiUser>,
    ) -> Result<ApiUser, UserError> {
        let fields = input?;
        let mut reader = FieldReader::default();
        let name = reader.required::<_, UserName>("name", &fields.name);
        let email = reader.required::<_, Email>("email", &fields.email);
        let role = reader.required::<_, Role>("role", &fields.role);
        let status = reader.given("status", &fields.status).unwrap_or(UserStatus::Active);
        let location_id = reader.optional("location_id", &fields.location_id);
        let ((name, email), role) = reader.finish(name.zip(email).zip(role))?;
        caller.may_handle(role)?;
        let id = self.ambient.id(UserId::new);
        retry_stale(async || {
            let workplace = match location_id {
                Some(id) => Some(self.workplace(scope, id).await?),
                None => None,
            };
            let new = NewApiUser { id, name: name.clone(), email: Some(email.clone()), role, status, workplace };
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let change = ApiUser::create(new, scope, caller, stamp)?;
            let user = change.after.clone();
            self.repository.create(scope, idempotent.sign(change, &user)).await?;
            Ok(user)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::patch::Patch;
    use ports::{MockLocationRepository, MockUserRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::users;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn grace(role: &str) -> UserFields {
        UserFields {
            name: Patch::Set("Grace Hopper".to_owned()),
            email: Patch::Set("grace@example.com".to_owned()),
            role: Patch::Set(role.to_owned()),
            ..UserFields::default()
        }
    }

    #[tokio::test]
    async fn a_user_is_at_home_where_the_caller_works() {
        let mut repository = MockUserRepository::new();
        repository.expect_create().once().returning(|_, change| Ok(change.after));
        let users = users(repository, MockLocationRepository::new());
        let user =
            users.create(&build::channel(Permission::Admin), Ok(grace("front-desk")), &Idempotent::default()).await;
        let user = user.expect("created").now().expect("done now");
        assert_eq!((user.home_tenant_id(), user.status()), (build::channel_id(), UserStatus::Active));
    }

    #[tokio::test]
    async fn only_administrators_make_users_and_only_some_make_support() {
        for (caller, role, code) in [
            (build::channel(Permission::Write), "venue", Code::PermissionDenied),
            (build::channel(Permission::Admin), "support", Code::SupportRestricted),
        ] {
            let users = users(MockUserRepository::new(), MockLocationRepository::new());
            assert_eq!(
                users.create(&caller, Ok(grace(role)), &Idempotent::default()).await.expect_err("refused").code(),
                code
            );
        }
    }

    #[tokio::test]
    async fn all_field_errors_are_reported_together() {
        let command = UserFields {
            email: Patch::Set("nobody".to_owned()),
            role: Patch::Set("king".to_owned()),
            status: Patch::Set(3),
            location_id: Patch::Set("here".to_owned()),
            ..UserFields::default()
        };
        let users = users(MockUserRepository::new(), MockLocationRepository::new());
        let error =
            users.create(&build::administrator(), Ok(command), &Idempotent::default()).await.expect_err("invalid");
        let field_errors: Vec<_> = error.field_errors().expect("field errors").keys().collect();
        assert_eq!(field_errors, ["email", "location_id", "name", "role", "status"]);
    }

    #[tokio::test]
    async fn a_workplace_is_one_of_the_tenants_own() {
        let mut locations = MockLocationRepository::new();
        locations.expect_get().once().returning(|_, _| Ok(None));
        let command = UserFields { location_id: Patch::Set(build::id().to_string()), ..grace("venue") };
        let users = users(MockUserRepository::new(), locations);
        let error =
            users.create(&build::administrator(), Ok(command), &Idempotent::default()).await.expect_err("not there");
        assert_eq!(error.code(), Code::LocationNotFound);
    }

    #[tokio::test]
    async fn a_taken_address_is_named() {
        let mut repository = MockUserRepository::new();
        repository.expect_create().returning(|_, _| Err(RepositoryError::Taken { rule: rules::USER_EMAIL }));
        let users = users(repository, MockLocationRepository::new());
        let error =
            users.create(&build::administrator(), Ok(grace("venue")), &Idempotent::default()).await.expect_err("taken");
        assert_eq!(error.code(), Code::EmailTaken);
        assert!(error.field_errors().expect("field errors").contains_key("email"));
    }
}

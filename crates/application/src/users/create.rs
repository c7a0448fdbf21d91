//! Creating a user.

use domain::access::{Caller, Permission, TenantScope};
use domain::ids::{LocationId, UserId};
use domain::users::{ApiUser, Email, NewApiUser, Role, UserName, UserStatus};
use validator::Validate;

use super::{UserError, Users};
use crate::input::{Input, checked, is, is_or_blank, is_user_status, required, unless_blank, user_status};
use crate::steps::idempotency::{Idempotent, Outcome};
use crate::steps::retry::retry_stale;

/// A request to create a user of the caller's tenant.
#[derive(Debug, Clone, Default, Validate)]
#[expect(missing_docs, reason = "the fields of a user, as the domain describes them")]
pub struct CreateUser {
    #[validate(required, custom(function = is::<UserName>))]
    pub name: Option<String>,
    #[validate(required, custom(function = is::<Email>))]
    pub email: Option<String>,
    #[validate(required, custom(function = is::<Role>))]
    pub role: Option<String>,
    /// The status; active by default.
    #[validate(custom(function = is_user_status))]
    pub status: Option<i64>,
    #[validate(custom(function = is_or_blank::<LocationId>))]
    pub location_id: Option<String>,
}

impl Users {
    /// Creates a user whose home is the caller's tenant.
    pub async fn create(
        &self,
        caller: &Caller,
        input: Input<CreateUser>,
        idempotent: &Idempotent<ApiUser>,
    ) -> Result<Outcome<ApiUser>, UserError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        self.idempotency.run(caller, idempotent, async || self.create_in(&scope, caller, input, idempotent).await).await
    }

    async fn create_in(
        &self,
        scope: &TenantScope,
        caller: &Caller,
        input: Input<CreateUser>,
        idempotent: &Idempotent<ApiUser>,
    ) -> Result<ApiUser, UserError> {
        let command = checked(input)?;
        let role = required("role", command.role.as_deref())?;
        caller.may_handle(role)?;
        let location_id = unless_blank("location_id", command.location_id.as_deref())?;
        let id = self.ambient.id(UserId::new);
        retry_stale(async || {
            let workplace = match location_id {
                Some(id) => Some(self.workplace(scope, id).await?),
                None => None,
            };
            let new = NewApiUser {
                id,
                name: required("name", command.name.as_deref())?,
                email: Some(required("email", command.email.as_deref())?),
                role,
                status: user_status("status", command.status)?.unwrap_or(UserStatus::Active),
                workplace,
            };
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
    use ports::{MockLocationRepository, MockUserRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::users;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn grace(role: &str) -> CreateUser {
        CreateUser {
            name: Some("Grace Hopper".to_owned()),
            email: Some("grace@example.com".to_owned()),
            role: Some(role.to_owned()),
            ..CreateUser::default()
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
        let command = CreateUser {
            email: Some("nobody".to_owned()),
            role: Some("king".to_owned()),
            status: Some(3),
            location_id: Some("here".to_owned()),
            ..CreateUser::default()
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
        let command = CreateUser { location_id: Some(build::id().to_string()), ..grace("venue") };
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

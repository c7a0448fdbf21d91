//! Changing a user's fields.

use domain::access::{Caller, Permission, TenantScope};
use domain::ids::{LocationId, UserId};
use domain::tenants::FieldEdit;
use domain::users::{ApiUser, Email, Role, UserEdit, UserName};
use validator::Validate;

use super::{UserError, Users};
use crate::input::{
    Input, InvalidInput, REQUIRED, checked, edit, edits, edits_or_clears, edits_user_status, user_status,
};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

/// A request to change a user: `None` leaves a field unchanged, `Some(None)` clears it.
#[derive(Debug, Clone, Default, Validate)]
#[expect(missing_docs, reason = "the fields of a user, as the domain describes them")]
pub struct UpdateUser {
    #[validate(custom(function = edits::<UserName>))]
    pub name: FieldEdit<String>,
    /// The email address; null is valid only for a user without one.
    #[validate(custom(function = edits_or_clears::<Email>))]
    pub email: FieldEdit<String>,
    #[validate(custom(function = edits::<Role>))]
    pub role: FieldEdit<String>,
    #[validate(custom(function = edits_user_status))]
    pub status: FieldEdit<i64>,
    #[validate(custom(function = edits_or_clears::<LocationId>))]
    pub location_id: FieldEdit<String>,
}

impl Users {
    /// Changes the fields that the command contains.
    pub async fn update(
        &self,
        caller: &Caller,
        id: UserId,
        asked: Input<UpdateUser>,
        precondition: &Precondition<ApiUser>,
    ) -> Result<ApiUser, UserError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        let command = checked(asked)?;
        retry_stale(async || {
            let user = self.repository.find(&scope, id).await?.ok_or(UserError::NotFound)?;
            caller.may_handle(user.role())?;
            // Null is accepted only if there is no address, so that a client can send back what it read. It never
            // removes an address.
            if command.email == Some(None) && user.email().is_some() {
                return Err(InvalidInput::new("email", REQUIRED).into());
            }
            let edit = self.edit(&scope, &command).await?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let change = user.update(edit, caller, stamp)?;
            precondition.check(&user)?;
            match change {
                Some(change) => Ok(self.repository.update(&scope, change).await?),
                None => Ok(user),
            }
        })
        .await
    }

    async fn edit(&self, scope: &TenantScope, command: &UpdateUser) -> Result<UserEdit, UserError> {
        let workplace = match edit("location_id", command.location_id.as_ref())? {
            Some(Some(id)) => Some(Some(self.workplace(scope, id).await?)),
            Some(None) => Some(None),
            None => None,
        };
        Ok(UserEdit {
            name: edit("name", command.name.as_ref())?.flatten(),
            email: edit("email", command.email.as_ref())?.flatten(),
            role: edit("role", command.role.as_ref())?.flatten(),
            status: user_status("status", command.status.flatten())?,
            workplace,
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::users::UserStatus;
    use ports::{MockLocationRepository, MockUserRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::{stored, users};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn repository(role: Role) -> MockUserRepository {
        let mut repository = MockUserRepository::new();
        repository.expect_find().returning(move |_, id| Ok(Some(stored(id, role))));
        repository
    }

    fn banned() -> UpdateUser {
        UpdateUser { status: Some(Some(2)), ..UpdateUser::default() }
    }

    #[tokio::test]
    async fn a_status_is_changed_alone() {
        let mut repository = repository(Role::Venue);
        repository.expect_update().once().returning(|_, change| Ok(change.after));
        let users = users(repository, MockLocationRepository::new());
        let id = UserId::new(build::id());
        let user = users
            .update(&build::channel(Permission::Admin), id, Ok(banned()), &Precondition::default())
            .await
            .expect("updated");
        assert_eq!((user.status(), user.role()), (UserStatus::Banned, Role::Venue));
    }

    #[tokio::test]
    async fn a_channel_does_not_touch_support() {
        let users = users(repository(Role::Support), MockLocationRepository::new());
        let refused = users
            .update(
                &build::channel(Permission::Admin),
                UserId::new(build::id()),
                Ok(banned()),
                &Precondition::default(),
            )
            .await;
        assert_eq!(refused.expect_err("refused").code(), Code::SupportRestricted);
    }

    #[tokio::test]
    async fn nobody_bans_the_last_administrator() {
        let mut repository = repository(Role::Tenant);
        let rule = rules::LAST_ADMINISTRATOR;
        repository.expect_update().once().returning(move |_, _| Err(RepositoryError::Taken { rule }));
        let users = users(repository, MockLocationRepository::new());
        let refused = users
            .update(&build::administrator(), UserId::new(build::id()), Ok(banned()), &Precondition::default())
            .await;
        assert_eq!(refused.expect_err("refused").code(), Code::LastAdministrator);
    }

    #[tokio::test]
    async fn only_the_workplace_can_be_null() {
        let nothing =
            UpdateUser { name: Some(None), email: None, role: Some(None), status: Some(None), location_id: Some(None) };
        let users = users(MockUserRepository::new(), MockLocationRepository::new());
        let refused = users
            .update(&build::administrator(), UserId::new(build::id()), Ok(nothing), &Precondition::default())
            .await;
        let error = refused.expect_err("invalid");
        assert_eq!(error.faults().expect("faults").keys().collect::<Vec<_>>(), ["name", "role", "status"]);
    }

    #[tokio::test]
    async fn nobody_loses_an_address() {
        let nulled = UpdateUser { email: Some(None), ..UpdateUser::default() };
        let users = users(repository(Role::Venue), MockLocationRepository::new());
        let refused =
            users.update(&build::administrator(), UserId::new(build::id()), Ok(nulled), &Precondition::default()).await;
        assert!(refused.expect_err("invalid").faults().expect("faults").contains_key("email"));
    }
}

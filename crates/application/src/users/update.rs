//! Changing a user's fields.

use domain::access::{Caller, Permission};
use domain::ids::UserId;
use domain::patch::Patch;
use domain::users::{ApiUser, UserEdit};

use super::{UserError, UserFields, Users};
use crate::input::reader::read;
use crate::input::{Input, InvalidInput, REQUIRED};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Users {
    /// Changes the fields that the command contains.
    pub async fn update(
        &self,
        caller: &Caller,
        id: UserId,
        input: Input<UserFields>,
        precondition: &Precondition<ApiUser>,
    ) -> Result<ApiUser, UserError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        let fields = input?;
        let (edit, location_id) = read(&fields)?;
        retry_stale(async || {
            let user = self.repository.get(&scope, id).await?.ok_or(UserError::NotFound)?;
            caller.may_handle(user.role())?;
            // Null and blank are accepted only if there is no address, so that a client can send back what it read. They
            // never remove an address.
            if !fields.email.is_keep() && edit.email.is_none() && user.email().is_some() {
                return Err(InvalidInput::new("email", REQUIRED).into());
            }
            let workplace = match location_id {
                Patch::Set(id) => Patch::Set(self.workplace(&scope, id).await?),
                Patch::Clear => Patch::Clear,
                Patch::Keep => Patch::Keep,
            };
            let edit = UserEdit { workplace, ..edit.clone() };
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
}

#[cfg(test)]
mod tests {
    use domain::users::{Role, UserStatus};
    use ports::{MockLocationRepository, MockUserRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::{stored, users};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn repository(role: Role) -> MockUserRepository {
        let mut repository = MockUserRepository::new();
        repository.expect_get().returning(move |_, id| Ok(Some(stored(id, role))));
        repository
    }

    fn banned() -> UserFields {
        UserFields { status: Patch::Set(2), ..UserFields::default() }
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
        let nothing = UserFields {
            name: Patch::Clear,
            email: Patch::Keep,
            role: Patch::Clear,
            status: Patch::Clear,
            location_id: Patch::Clear,
        };
        let users = users(MockUserRepository::new(), MockLocationRepository::new());
        let refused = users
            .update(&build::administrator(), UserId::new(build::id()), Ok(nothing), &Precondition::default())
            .await;
        let error = refused.expect_err("invalid");
        assert_eq!(error.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["name", "role", "status"]);
    }

    #[tokio::test]
    async fn nobody_loses_an_address() {
        for email in [Patch::Clear, Patch::Set(" ".to_owned())] {
            let fields = UserFields { email, ..UserFields::default() };
            let users = users(repository(Role::Venue), MockLocationRepository::new());
            let administrator = build::administrator();
            let id = UserId::new(build::id());
            let refused = users.update(&administrator, id, Ok(fields), &Precondition::default()).await;
            assert!(refused.expect_err("invalid").field_errors().expect("field errors").contains_key("email"));
        }
    }
}

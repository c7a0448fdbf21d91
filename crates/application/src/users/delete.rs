//! Deleting a user.

use domain::access::{Caller, Permission};
use domain::ids::UserId;
use domain::users::ApiUser;

use super::{UserError, Users};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Users {
    /// Deletes a user, and revokes the user's keys.
    pub async fn delete(
        &self,
        caller: &Caller,
        id: UserId,
        precondition: &Precondition<ApiUser>,
    ) -> Result<(), UserError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        retry_stale(async || {
            let user = self.repository.get(&scope, id).await?.ok_or(UserError::NotFound)?;
            let change = user.delete(caller, scope.stamp(self.ambient.audit_id(), self.ambient.now()))?;
            precondition.check(&user)?;
            Ok(self.repository.delete(&scope, change).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::users::Role;
    use ports::{MockLocationRepository, MockUserRepository};
    use testkit::build;

    use super::super::fixture::{stored, users};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn who_is_elsewhere_is_not_there() {
        let mut repository = MockUserRepository::new();
        repository.expect_get().returning(|_, _| Ok(None));
        let users = users(repository, MockLocationRepository::new());
        let refused =
            users.delete(&build::channel(Permission::Admin), UserId::new(build::id()), &Precondition::default()).await;
        assert_eq!(refused.expect_err("unknown").code(), Code::UserNotFound);
    }

    #[tokio::test]
    async fn a_channel_does_not_delete_support() {
        let mut repository = MockUserRepository::new();
        repository.expect_get().returning(|_, id| Ok(Some(stored(id, Role::Support))));
        let users = users(repository, MockLocationRepository::new());
        let refused =
            users.delete(&build::channel(Permission::Admin), UserId::new(build::id()), &Precondition::default()).await;
        assert_eq!(refused.expect_err("refused").code(), Code::SupportRestricted);
    }
}

//! Short-lived keys that users make for their own sessions in a browser.

use chrono::TimeDelta;
use domain::access::{Caller, Permission};
use domain::api_keys::{ApiKey, ApiKeyToken, NewApiKey};
use domain::ids::ApiKeyId;

use super::{ApiKeyError, ApiKeys, CreatedApiKey};
use crate::input::not_found;
use crate::steps::retry::retry_stale;

/// The lifetime of a session, unless the caller's own key expires sooner.
const LIFETIME: TimeDelta = TimeDelta::hours(8);
/// The name of the keys, under which a tenant's administrators find and revoke them.
const NAME: &str = "console";

impl ApiKeys {
    /// Creates a key of the caller's own user, with the caller's permission, for a session. The caller must be in its home
    /// tenant.
    pub async fn begin_session(&self, caller: &Caller) -> Result<CreatedApiKey, ApiKeyError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let secret = self.ambient.secret();
        let token = ApiKeyToken::new(scope.workspace_id(), self.ambient.id(ApiKeyId::new), secret.clone());
        retry_stale(async || {
            let user = self.users.get(&scope, caller.user_id()).await?;
            let user = user.ok_or_else(|| ApiKeyError::UserNotFound(not_found("user")))?;
            let now = self.ambient.now();
            let new = NewApiKey {
                id: token.id(),
                secret: secret.clone(),
                name: NAME.parse().expect("a constant that is a name"),
                permission: caller.permission(),
                expires_at: Some(caller.key_expires_at().min(now + LIFETIME)),
            };
            let change = ApiKey::issue(new, &user, self.max_key_age, scope.stamp(self.ambient.audit_id(), now))?;
            let api_key = self.repository.create_own(&scope, &user, change).await?;
            Ok(CreatedApiKey { api_key, token: token.clone() })
        })
        .await
    }

    /// Revokes the caller's own key, with immediate effect; works in an inactive tenant, too.
    pub async fn end_session(&self, caller: &Caller) -> Result<(), ApiKeyError> {
        let scope = caller.own_scope();
        retry_stale(async || {
            let (key, user) =
                self.repository.get_own(scope, caller.api_key_id()).await?.ok_or(ApiKeyError::NotFound)?;
            match key.revoke(&user, caller.stamp(self.ambient.audit_id(), self.ambient.now())) {
                Some(change) => Ok(self.repository.revoke_own(scope, change).await?),
                None => Ok(()),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::users::{ApiUser, NewApiUser, Role, UserStatus};
    use ports::{MockApiKeyRepository, MockUserQueries, MockUserRepository};
    use testkit::build;

    use super::super::fixture::api_keys;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn user() -> ApiUser {
        let scope = build::channel(Permission::Admin).tenant_scope(Permission::Admin).expect("an active tenant");
        let new = NewApiUser {
            id: domain::ids::UserId::new(build::id()),
            name: "Grace Hopper".parse().expect("a name"),
            email: None,
            role: Role::Venue,
            status: UserStatus::Active,
            workplace: None,
        };
        let stamp = scope.stamp(domain::ids::AuditId::new(build::id()), build::at());
        ApiUser::create(new, &scope, &build::administrator(), stamp).expect("allowed").after
    }

    #[tokio::test]
    async fn a_session_has_the_permission_of_its_key_and_lasts_eight_hours_at_most() {
        let mut users = MockUserRepository::new();
        users.expect_get().returning(|_, _| Ok(Some(user())));
        let mut repository = MockApiKeyRepository::new();
        repository.expect_create_own().once().returning(|_, _, change| Ok(change.after));
        let caller = build::channel(Permission::Read);
        let created =
            api_keys(repository, users, MockUserQueries::new()).begin_session(&caller).await.expect("created");
        assert_eq!(created.api_key.permission(), Permission::Read);
        assert_eq!(created.api_key.expires_at(), caller.key_expires_at().min(build::at() + TimeDelta::hours(8)));
        assert_eq!(created.api_key.into_parts().name.as_str(), "console");
    }

    #[tokio::test]
    async fn a_session_that_ends_leaves_a_revoked_key() {
        let mut repository = MockApiKeyRepository::new();
        let caller = build::channel(Permission::Read);
        repository.expect_get_own().returning(|_, _| {
            let new = NewApiKey {
                id: ApiKeyId::new(build::id()),
                secret: build::secret(),
                name: NAME.parse().expect("a name"),
                permission: Permission::Read,
                expires_at: None,
            };
            let stamp = build::channel(Permission::Read).stamp(domain::ids::AuditId::new(build::id()), build::at());
            let key = ApiKey::issue(new, &user(), domain::api_keys::MaxKeyAge::default(), stamp).expect("a key").after;
            Ok(Some((key, user())))
        });
        repository.expect_revoke_own().once().returning(|_, change| {
            assert!(change.after.into_parts().revoked_at.is_some());
            Ok(())
        });
        api_keys(repository, MockUserRepository::new(), MockUserQueries::new())
            .end_session(&caller)
            .await
            .expect("ended");
    }

    #[tokio::test]
    async fn a_key_of_another_user_ends_nothing() {
        let mut repository = MockApiKeyRepository::new();
        repository.expect_get_own().returning(|_, _| Ok(None));
        let caller = build::channel(Permission::Read);
        let api_keys = api_keys(repository, MockUserRepository::new(), MockUserQueries::new());
        assert_eq!(api_keys.end_session(&caller).await.expect_err("refused").code(), Code::ApiKeyNotFound);
    }
}

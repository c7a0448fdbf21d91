//! Revoking a key.

use domain::access::{Caller, Permission};
use domain::ids::ApiKeyId;

use super::{ApiKeyError, ApiKeys};
use crate::steps::retry::retry_stale;

impl ApiKeys {
    /// Revokes a key, with immediate effect; can be repeated.
    pub async fn revoke(&self, caller: &Caller, id: ApiKeyId) -> Result<(), ApiKeyError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        retry_stale(async || {
            let (key, user) = self.repository.get(&scope, id).await?.ok_or(ApiKeyError::NotFound)?;
            caller.may_handle(user.role())?;
            match key.revoke(&user, scope.stamp(self.ambient.audit_id(), self.ambient.now())) {
                Some(change) => Ok(self.repository.revoke(&scope, &user, change).await?),
                None => Ok(()),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::api_keys::{ApiKey, MaxKeyAge, NewApiKey};
    use domain::users::{ApiUser, NewApiUser, Role, UserStatus};
    use ports::{MockApiKeyRepository, MockUserQueries, MockUserRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::api_keys;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn stored(role: Role) -> (ApiKey, ApiUser) {
        let scope = build::channel(Permission::Admin).tenant_scope(Permission::Admin).expect("an active tenant");
        let stamp = || scope.stamp(domain::ids::AuditId::new(build::id()), build::at());
        let new = NewApiUser {
            id: domain::ids::UserId::new(build::id()),
            name: "Grace Hopper".parse().expect("a name"),
            email: None,
            role,
            status: UserStatus::Active,
            workplace: None,
        };
        let user = ApiUser::create(new, &scope, &build::administrator(), stamp()).expect("allowed").after;
        let new = NewApiKey {
            id: ApiKeyId::new(build::id()),
            secret: build::secret(),
            name: "Key".parse().expect("a name"),
            permission: Permission::Write,
            expires_at: None,
        };
        (ApiKey::issue(new, &user, MaxKeyAge::default(), stamp()).expect("good").after, user)
    }

    fn repository(role: Role) -> MockApiKeyRepository {
        let mut repository = MockApiKeyRepository::new();
        repository.expect_get().returning(move |_, _| Ok(Some(stored(role))));
        repository
    }

    async fn revoke(repository: MockApiKeyRepository, caller: Caller) -> Result<(), Code> {
        let api_keys = api_keys(repository, MockUserRepository::new(), MockUserQueries::new());
        api_keys.revoke(&caller, ApiKeyId::new(build::id())).await.map_err(|error| error.code())
    }

    #[tokio::test]
    async fn a_key_is_revoked_by_an_administrator_of_its_tenant() {
        let mut good = repository(Role::Venue);
        good.expect_revoke().once().returning(|_, _, _| Ok(()));
        assert_eq!(revoke(good, build::channel(Permission::Admin)).await, Ok(()));
        let refused = revoke(MockApiKeyRepository::new(), build::channel(Permission::Write)).await;
        assert_eq!(refused, Err(Code::PermissionDenied));
    }

    #[tokio::test]
    async fn a_channel_does_not_touch_the_keys_of_support() {
        let refused = revoke(repository(Role::Support), build::channel(Permission::Admin)).await;
        assert_eq!(refused, Err(Code::SupportRestricted));
    }

    #[tokio::test]
    async fn the_last_administrator_keeps_a_key() {
        let mut last = repository(Role::Tenant);
        let rule = rules::LAST_ADMINISTRATOR;
        last.expect_revoke().once().returning(move |_, _, _| Err(RepositoryError::Taken { rule }));
        assert_eq!(revoke(last, build::administrator()).await, Err(Code::LastAdministrator));
    }
}

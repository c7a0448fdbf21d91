//! Creating a key for a user of the tenant.

use domain::access::{Caller, Permission, TenantScope};
use domain::api_keys::{ApiKey, ApiKeyName, ApiKeyToken, NewApiKey};
use domain::idempotency::{IdempotentRequest, Reply};
use domain::ids::{ApiKeyId, UserId};
use domain::instants::Edge;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ApiKeyError, ApiKeys};
use crate::input::enum_schemas::PermissionWord;
use crate::input::reader::FieldReader;
use crate::input::{Input, not_found};
use crate::steps::idempotency::{Idempotent, Outcome};
use crate::steps::retry::retry_stale;

/// A new key for a user of the tenant of the request.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = CreateApiKeyBody)]
pub struct CreateApiKey {
    /// The name of the key.
    #[schema(required, nullable = false, example = "Booking site", min_length = 1, max_length = 255)]
    pub name: Option<String>,
    /// The user of the key: you, if there is none.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub user_id: Option<String>,
    /// The permission: `ADMIN`, `WRITE` or `READ`, each including the next; `ADMIN` only for the roles `support` and `tenant`.
    #[schema(value_type = Option<PermissionWord>, required, nullable = false)]
    pub permission: Option<String>,
    /// The time from which the key is refused. The default is in 180 days; the latest is in 366, unless the operator sets another.
    #[serde(rename = "expiresAt")]
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub expires_at: Option<String>,
}

/// A new key, and its text, which is shown only once.
#[derive(Debug, Clone)]
pub struct CreatedApiKey {
    /// The key.
    pub api_key: ApiKey,
    /// The text that the client sends.
    pub token: ApiKeyToken,
}

impl ApiKeys {
    /// Creates a key for a user of the caller's tenant.
    ///
    /// The text of the key is not stored, so a repeated request is refused with the id of the key that the first one
    /// created.
    pub async fn create(
        &self,
        caller: &Caller,
        input: Input<CreateApiKey>,
        request: Option<IdempotentRequest>,
    ) -> Result<CreatedApiKey, ApiKeyError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        let idempotent =
            Idempotent::new(request, |id: ApiKeyId| Reply { status: 201, body: id.to_string().into_bytes() });
        match self
            .idempotency
            .run(caller, &idempotent, async || self.create_in(&scope, caller, input, &idempotent).await)
            .await?
        {
            Outcome::Fresh(created) => Ok(created),
            Outcome::Replayed(reply) => Err(ApiKeyError::already_created(&reply)),
        }
    }

    async fn create_in(
        &self,
        scope: &TenantScope,
        caller: &Caller,
        input: Input<CreateApiKey>,
        idempotent: &Idempotent<ApiKeyId>,
    ) -> Result<CreatedApiKey, ApiKeyError> {
        let command = input?;
        let mut reader = FieldReader::default();
        let name = reader.required::<_, ApiKeyName>("name", &command.name);
        let user_id = match &command.user_id {
            Some(_) => reader.required::<_, UserId>("user_id", &command.user_id),
            None => Some(caller.user_id()),
        };
        let permission = reader.required::<_, Permission>("permission", &command.permission);
        let expires_at = reader.given("expiresAt", &command.expires_at).map(Edge::instant);
        if let Err(error) = ApiKey::expiry(expires_at, self.max_key_age, self.ambient.now()) {
            reader.refuse("expiresAt", error);
        }
        let ((name, user_id), permission) = reader.finish(name.zip(user_id).zip(permission))?;

        let secret = self.ambient.secret();
        let token = ApiKeyToken::new(scope.workspace_id(), self.ambient.id(ApiKeyId::new), secret.clone());
        retry_stale(async || {
            let user = self.users.get(scope, user_id).await?;
            let user = user.ok_or_else(|| ApiKeyError::UserNotFound(not_found("user_id")))?;
            caller.may_handle(user.role())?;
            let (secret, name) = (secret.clone(), name.clone());
            let new = NewApiKey { id: token.id(), secret, name, permission, expires_at };
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let change = ApiKey::issue(new, &user, self.max_key_age, stamp)?;
            let api_key = self.repository.create(scope, &user, idempotent.sign(change, &token.id())).await?;
            Ok(CreatedApiKey { api_key, token: token.clone() })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::api_keys::MaxKeyAge;
    use domain::audit::Actor;
    use domain::idempotency::IdempotencyRecord;
    use domain::users::{ApiUser, NewApiUser, Role, UserStatus};
    use ports::{
        MockApiKeyQueries, MockApiKeyRepository, MockIdempotencyRepository, MockUserQueries, MockUserRepository,
    };
    use testkit::build;

    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::{Problem, ProblemKind};
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::over;

    fn request() -> IdempotentRequest {
        IdempotentRequest { key: "key-1".parse().expect("a key"), fingerprint: [1; 32] }
    }

    fn command() -> CreateApiKey {
        CreateApiKey {
            name: Some("A key".to_owned()),
            user_id: Some(build::id().to_string()),
            permission: Some("READ".to_owned()),
            expires_at: None,
        }
    }

    fn users() -> MockUserRepository {
        let mut users = MockUserRepository::new();
        users.expect_get().returning(|scope, id| {
            let new = NewApiUser {
                id,
                name: "Grace Hopper".parse().expect("a name"),
                email: None,
                role: Role::Venue,
                status: UserStatus::Active,
                workplace: None,
            };
            let stamp = scope.stamp(domain::ids::AuditId::new(build::id()), build::at());
            Ok(Some(ApiUser::create(new, scope, &build::administrator(), stamp).expect("allowed").after))
        });
        users
    }

    async fn create(
        repository: MockApiKeyRepository,
        users: MockUserRepository,
        idempotency: MockIdempotencyRepository,
    ) -> Result<CreatedApiKey, ApiKeyError> {
        let (queries, user_queries) = (Arc::new(MockApiKeyQueries::new()), Arc::new(MockUserQueries::new()));
        let (repository, users) = (Arc::new(repository), Arc::new(users));
        let api_keys = ApiKeys {
            repository,
            queries,
            users,
            user_queries,
            idempotency: over(idempotency),
            ambient: ambient(),
            max_key_age: MaxKeyAge::default(),
        };
        api_keys.create(&build::channel(Permission::Admin), Ok(command()), Some(request())).await
    }

    #[tokio::test]
    async fn the_idempotency_record_of_a_key_holds_its_id_and_nothing_else() {
        let mut repository = MockApiKeyRepository::new();
        repository.expect_create().once().returning(|_, _, change| {
            let idempotency_record = change.idempotency_record.expect("asked for");
            assert_eq!(idempotency_record.reply.body, change.after.id().to_string().as_bytes());
            Ok(change.after)
        });
        let mut idempotency = MockIdempotencyRepository::new();
        idempotency.expect_get().once().returning(|_, _| Ok(None));
        create(repository, users(), idempotency).await.expect("created");
    }

    #[tokio::test]
    async fn a_repeated_request_makes_no_key_and_is_told_of_the_first() {
        for (body, kind, code) in [
            (build::token().id().to_string(), ProblemKind::Conflict, Code::KeyAlreadyCreated),
            ("corrupt".to_owned(), ProblemKind::Internal, Code::InternalError),
        ] {
            let mut idempotency = MockIdempotencyRepository::new();
            idempotency.expect_get().once().returning(move |scope, _| {
                let id = build::token().id();
                let actor = Actor::ApiUser { id: scope.user_id(), name: "Ada".to_owned(), api_key: id };
                let reply = Reply { status: 201, body: body.clone().into_bytes() };
                Ok(IdempotencyRecord::new(scope.workspace_id(), &actor, request(), reply, build::at()))
            });
            let refused = create(MockApiKeyRepository::new(), MockUserRepository::new(), idempotency).await;
            let refused = refused.expect_err("made before");
            assert_eq!((refused.kind(), refused.code()), (kind, code));
            assert_eq!(refused.members().extension.is_some(), kind == ProblemKind::Conflict);
        }
    }
}

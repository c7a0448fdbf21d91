//! The port of authentication: one query, unless the credential is cached.

use async_trait::async_trait;
use domain::access::{Credential, CredentialParts, TenantChoice, TenantStanding, UserStanding};
use domain::api_keys::{ApiKey, ApiKeyParts};
use domain::ids::{ApiKeyId, TenantId, UserId, WorkspaceId};
use domain::users::UserStatus;
use ports::{Credentials, RepositoryError};
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::engine::database::Database;
use crate::engine::query::Query;
use crate::engine::rows::{corrupt, stored};
use crate::tables::api_keys::Row;

/// The key, the status of its workspace, its user, the user's home and current tenants, and the tenant that the request names.
const FIND: &str = "\
    SELECT {columns}, workspace.status AS workspace_status, \
           api_user.id AS user_id, api_user.name AS user_name, api_user.role AS user_role, api_user.status AS user_status, \
           home.id AS home_id, home.name AS home_name, home.is_default AS home_is_default, home.status AS home_status, \
           current_tenant.id AS current_id, current_tenant.name AS current_name, \
           current_tenant.is_default AS current_is_default, current_tenant.status AS current_status, \
           named.id AS named_id, named.name AS named_name, named.is_default AS named_is_default, named.status AS named_status \
    FROM api_keys api_key \
    JOIN workspaces workspace ON workspace.id = $1 \
    JOIN users api_user ON api_user.workspace_id = $1 AND api_user.id = api_key.user_id \
    JOIN tenants home ON home.workspace_id = $1 AND home.id = api_user.home_tenant_id \
    JOIN tenants current_tenant \
      ON current_tenant.workspace_id = $1 AND current_tenant.id = api_user.current_tenant_id \
    LEFT JOIN tenants named ON named.workspace_id = $1 AND named.id = $3 \
    WHERE api_key.workspace_id = $1 AND api_key.id = $2";

#[derive(FromQueryResult)]
struct UserRow {
    id: Uuid,
    name: String,
    role: String,
    status: i16,
}

#[derive(FromQueryResult)]
pub(crate) struct StandingRow {
    id: Uuid,
    name: String,
    is_default: bool,
    status: String,
}

struct CredentialRow {
    key: Row,
    workspace_status: String,
    user: UserRow,
    home: StandingRow,
    current: StandingRow,
    named: Option<StandingRow>,
}

impl CredentialRow {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            key: Row::from_query_result(row, "")?,
            workspace_status: row.try_get("", "workspace_status")?,
            user: FromQueryResult::from_query_result(row, "user_")?,
            home: FromQueryResult::from_query_result(row, "home_")?,
            current: FromQueryResult::from_query_result(row, "current_")?,
            named: StandingRow::from_query_result_optional(row, "named_")?,
        })
    }
}

#[async_trait]
impl Credentials for Database {
    async fn get(
        &self,
        workspace_id: WorkspaceId,
        key: ApiKeyId,
        choice: TenantChoice,
    ) -> Result<Option<Credential>, RepositoryError> {
        let named = if let TenantChoice::Named(id) = choice { Some(id) } else { None };
        let presented = (workspace_id, key, named);
        // The current tenant is not cached: after another server has switched the user, the next request must not be
        // served in the previous tenant.
        let is_fixed = choice != TenantChoice::Current;
        if is_fixed && let Some(credential) = self.credentials().get(&presented) {
            return Ok(Some(credential));
        }
        // Read the change count first, so that a change during the read invalidates the credential.
        let changes = self.credentials().changes(workspace_id);
        // No tenant has the nil id. Citus cannot join by NULL.
        let named_id = named.map_or(Uuid::nil(), TenantId::as_uuid);
        let values = [workspace_id.as_uuid().into(), key.as_uuid().into(), named_id.into()];
        let row = self.first(Query::new(FIND, values).fill("columns", Row::COLUMNS)).await?;
        let Some(row) = row else { return Ok(None) };
        let CredentialRow { key, workspace_status, user, home, current, named } =
            CredentialRow::read(&row).map_err(|error| self.error(error))?;
        let credential = Credential::from_parts(CredentialParts {
            workspace_id,
            workspace_status: stored("workspace", &workspace_status)?,
            api_key: to_api_key(key)?,
            user: to_user_standing(user)?,
            home: to_standing(home)?,
            current: to_standing(current)?,
            named: named.map(to_standing).transpose()?,
        });
        // Refused credentials are not cached: they may be admitted at any moment.
        if is_fixed && credential.is_in_good_standing(choice) {
            self.credentials().insert(presented, changes, credential.clone());
        }
        Ok(Some(credential))
    }
}

pub(crate) fn to_api_key(row: Row) -> Result<ApiKey, RepositoryError> {
    const WHAT: &str = "API key";
    let Row { workspace_id, id, user_id, name, permission, secret_hash, created_at, expires_at, revoked_at } = row;
    Ok(ApiKey::from_parts(ApiKeyParts {
        workspace_id: WorkspaceId::new(workspace_id),
        id: ApiKeyId::new(id),
        user_id: UserId::new(user_id),
        name: stored(WHAT, &name)?,
        permission: stored(WHAT, &permission)?,
        secret_hash: stored(WHAT, &secret_hash)?,
        created_at,
        expires_at,
        revoked_at,
    }))
}

fn to_user_standing(row: UserRow) -> Result<UserStanding, RepositoryError> {
    const WHAT: &str = "user";
    let UserRow { id, name, role, status } = row;
    let status = UserStatus::try_from(i64::from(status)).map_err(|error| corrupt(WHAT, error))?;
    Ok(UserStanding { id: UserId::new(id), name: stored(WHAT, &name)?, role: stored(WHAT, &role)?, status })
}

pub(crate) fn to_standing(row: StandingRow) -> Result<TenantStanding, RepositoryError> {
    const WHAT: &str = "tenant";
    let StandingRow { id, name, is_default, status } = row;
    Ok(TenantStanding { id: TenantId::new(id), name: stored(WHAT, &name)?, is_default, status: stored(WHAT, &status)? })
}

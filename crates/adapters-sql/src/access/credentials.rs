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
use crate::tables::api_keys::Model;

/// The key, its user, the user's home and current tenants, and the tenant that the request names.
const FIND: &str = "\
    SELECT k.workspace_id AS k_workspace_id, k.id AS k_id, k.user_id AS k_user_id, k.name AS k_name, \
           k.permission AS k_permission, k.secret_hash AS k_secret_hash, k.created_at AS k_created_at, \
           k.expires_at AS k_expires_at, k.revoked_at AS k_revoked_at, \
           u.id AS u_id, u.name AS u_name, u.role AS u_role, u.status AS u_status, \
           h.id AS h_id, h.name AS h_name, h.is_default AS h_is_default, h.status AS h_status, \
           c.id AS c_id, c.name AS c_name, c.is_default AS c_is_default, c.status AS c_status, \
           n.id AS n_id, n.name AS n_name, n.is_default AS n_is_default, n.status AS n_status \
    FROM api_keys k \
    JOIN users u ON u.workspace_id = k.workspace_id AND u.id = k.user_id \
    JOIN tenants h ON h.workspace_id = u.workspace_id AND h.id = u.home_tenant_id \
    JOIN tenants c ON c.workspace_id = u.workspace_id AND c.id = u.current_tenant_id \
    LEFT JOIN tenants n ON n.workspace_id = k.workspace_id AND n.id = $3 \
    WHERE k.workspace_id = $1 AND k.id = $2";

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
    key: Model,
    user: UserRow,
    home: StandingRow,
    current: StandingRow,
    named: Option<StandingRow>,
}

impl CredentialRow {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            key: FromQueryResult::from_query_result(row, "k_")?,
            user: FromQueryResult::from_query_result(row, "u_")?,
            home: FromQueryResult::from_query_result(row, "h_")?,
            current: FromQueryResult::from_query_result(row, "c_")?,
            named: StandingRow::from_query_result_optional(row, "n_")?,
        })
    }
}

#[async_trait]
impl Credentials for Database {
    async fn find(
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
        let values = [workspace_id.as_uuid().into(), key.as_uuid().into(), named.map(TenantId::as_uuid).into()];
        let row = self.first(self.statement(Query::new(FIND, values))).await?;
        let Some(row) = row else { return Ok(None) };
        let CredentialRow { key, user, home, current, named } =
            CredentialRow::read(&row).map_err(|error| self.error(error))?;
        let credential = Credential::from_parts(CredentialParts {
            workspace_id,
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

pub(crate) fn to_api_key(row: Model) -> Result<ApiKey, RepositoryError> {
    const WHAT: &str = "API key";
    let Model { workspace_id, id, user_id, name, permission, secret_hash, created_at, expires_at, revoked_at } = row;
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

//! The port of authentication: one query for each request.

use async_trait::async_trait;
use domain::access::{Credential, CredentialParts, TenantStanding};
use domain::ids::{ApiKeyId, TenantId, WorkspaceId};
use ports::{Credentials, RepositoryError};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::database::Database;
use crate::entities::{api_keys as key_rows, users as user_rows};
use crate::query::Query;
use crate::rows::stored;
use crate::{api_keys, users};

/// The key, its user, the user's home and current tenants, and the tenant that the request names.
const FIND: &str = "\
    SELECT k.workspace_id AS k_workspace_id, k.id AS k_id, k.user_id AS k_user_id, k.name AS k_name, \
           k.permission AS k_permission, k.secret_hash AS k_secret_hash, k.created_at AS k_created_at, \
           k.expires_at AS k_expires_at, k.revoked_at AS k_revoked_at, \
           u.workspace_id AS u_workspace_id, u.id AS u_id, u.home_tenant_id AS u_home_tenant_id, \
           u.current_tenant_id AS u_current_tenant_id, u.location_id AS u_location_id, u.name AS u_name, \
           u.email AS u_email, u.email_folded AS u_email_folded, u.role AS u_role, u.status AS u_status, \
           u.created_at AS u_created_at, u.updated_at AS u_updated_at, \
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
struct StandingRow {
    id: Uuid,
    name: String,
    is_default: bool,
    status: String,
}

struct CredentialRow {
    key: key_rows::Model,
    user: user_rows::Model,
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
        named: Option<TenantId>,
    ) -> Result<Option<Credential>, RepositoryError> {
        let values = [workspace_id.as_uuid().into(), key.as_uuid().into(), named.map(TenantId::as_uuid).into()];
        let statement = Query::new(FIND, values).statement(self.reader().get_database_backend());
        let row = self.reader().query_one_raw(statement).await.map_err(|error| self.error(error))?;
        let Some(row) = row else { return Ok(None) };
        let CredentialRow { key, user, home, current, named } =
            CredentialRow::read(&row).map_err(|error| self.error(error))?;
        Ok(Some(Credential::from_parts(CredentialParts {
            workspace_id,
            api_key: api_keys::key(key)?,
            user: users::user(user)?,
            home: standing(home)?,
            current: standing(current)?,
            named: named.map(standing).transpose()?,
        })))
    }
}

fn standing(row: StandingRow) -> Result<TenantStanding, RepositoryError> {
    const WHAT: &str = "tenant";
    let StandingRow { id, name, is_default, status } = row;
    Ok(TenantStanding { id: TenantId::new(id), name: stored(WHAT, &name)?, is_default, status: stored(WHAT, &status)? })
}

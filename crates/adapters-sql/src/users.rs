//! The port of API users.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, TenantScope};
use domain::change::Change;
use domain::ids::{LocationId, TenantId, UserId, WorkspaceId};
use domain::tenants::{Tenant, TenantStatus, TenantSwitched};
use domain::text::fold;
use domain::users::{ApiUser, ApiUserParts, Email, UserStatus};
use ports::{RepositoryError, UserRepository};
use sea_orm::EntityTrait;

use crate::database::{Database, Transaction, guarded, inside};
use crate::entities::users::{Entity, Model};
use crate::query::Query;
use crate::rows::{corrupt, stored, stored_option};
use crate::tenants;

#[async_trait]
impl UserRepository for Database {
    async fn find_with_home(
        &self,
        _: &OperatorScope,
        workspace_id: WorkspaceId,
        id: UserId,
    ) -> Result<Option<(ApiUser, Tenant)>, RepositoryError> {
        let found = Entity::find_by_id((workspace_id.as_uuid(), id.as_uuid())).one(self.reader()).await;
        let Some(user) = found.map_err(|error| self.error(error))?.map(user).transpose()? else { return Ok(None) };
        let home = tenants::find(self, workspace_id, user.home_tenant_id()).await?;
        Ok(home.map(|home| (user, home)))
    }

    async fn create(&self, scope: &TenantScope, change: Change<ApiUser>) -> Result<ApiUser, RepositoryError> {
        let Change { after: user, audit, receipt: _ } = change;
        inside(scope.workspace_id(), user.workspace_id())?;
        let transaction = self.begin().await?;
        insert(&transaction, user.clone()).await?;
        transaction.append(audit).await?;
        transaction.commit().await?;
        Ok(user)
    }

    async fn switch(&self, scope: &TenantScope, change: Change<TenantSwitched>) -> Result<(), RepositoryError> {
        let Change { after: switched, audit, receipt: _ } = change;
        let transaction = self.begin().await?;
        // Whoever deactivates or deletes the target meanwhile waits for this, or this for them.
        let active = Query::new(
            "SELECT 1 FROM tenants WHERE workspace_id = $1 AND id = $2 AND status = $3",
            [
                scope.workspace_id().as_uuid().into(),
                switched.target.as_uuid().into(),
                TenantStatus::Active.as_str().into(),
            ],
        );
        transaction.expect_row(active.push(transaction.dialect().for_share())).await?;
        transaction.move_user(scope.workspace_id(), switched, audit.at).await?;
        transaction.append(audit).await?;
        transaction.commit().await
    }
}

impl Transaction {
    /// Moves the user's current tenant.
    pub(crate) async fn move_user(
        &self,
        workspace_id: WorkspaceId,
        TenantSwitched { user, target }: TenantSwitched,
        at: DateTime<Utc>,
    ) -> Result<(), RepositoryError> {
        let moved = Query::new(
            "UPDATE users SET current_tenant_id = $3, updated_at = $4 WHERE workspace_id = $1 AND id = $2",
            [workspace_id.as_uuid().into(), user.as_uuid().into(), target.as_uuid().into(), at.into()],
        );
        guarded(self.execute(moved).await?.rows_affected())
    }
}

pub(crate) async fn insert(transaction: &Transaction, user: ApiUser) -> Result<(), RepositoryError> {
    transaction.insert(row(user)).await
}

fn row(user: ApiUser) -> Model {
    let ApiUserParts {
        workspace_id,
        id,
        home_tenant_id,
        current_tenant_id,
        location_id,
        name,
        email,
        role,
        status,
        created_at,
        updated_at,
    } = user.into_parts();
    let email = email.as_ref().map(Email::as_str);
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        home_tenant_id: home_tenant_id.as_uuid(),
        current_tenant_id: current_tenant_id.as_uuid(),
        location_id: location_id.map(LocationId::as_uuid),
        name: name.into(),
        email: email.map(Into::into),
        email_folded: email.map(fold),
        role: role.as_str().to_owned(),
        status: status.as_i16(),
        created_at,
        updated_at,
    }
}

pub(crate) fn user(row: Model) -> Result<ApiUser, RepositoryError> {
    const WHAT: &str = "user";
    let Model {
        workspace_id,
        id,
        home_tenant_id,
        current_tenant_id,
        location_id,
        name,
        email,
        email_folded: _,
        role,
        status,
        created_at,
        updated_at,
    } = row;
    Ok(ApiUser::from_parts(ApiUserParts {
        workspace_id: WorkspaceId::new(workspace_id),
        id: UserId::new(id),
        home_tenant_id: TenantId::new(home_tenant_id),
        current_tenant_id: TenantId::new(current_tenant_id),
        location_id: location_id.map(LocationId::new),
        name: stored(WHAT, &name)?,
        email: stored_option(WHAT, email)?,
        role: stored(WHAT, &role)?,
        status: UserStatus::try_from(i64::from(status)).map_err(|error| corrupt(WHAT, error))?,
        created_at,
        updated_at,
    }))
}

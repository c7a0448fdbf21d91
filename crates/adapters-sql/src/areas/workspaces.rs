//! The port of workspaces.

use async_trait::async_trait;
use domain::access::{AdminScope, OperatorScope};
use domain::audit::AuditEntry;
use domain::change::Change;
use domain::ids::WorkspaceId;
use domain::percentages::Percentage;
use domain::workspaces::{Workspace, WorkspaceCreated, WorkspaceName, WorkspaceParts};
use ports::{RepositoryError, WorkspaceRepository, rules};
use sea_orm::ActiveValue::NotSet;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::areas::{api_keys, locations, tenants, users};
use crate::engine::database::Database;
use crate::engine::errors::inside;
use crate::engine::query::Query;
use crate::engine::rows::{corrupt, stored, whole};
use crate::engine::transaction::Transaction;
use crate::tables::workspaces::{ActiveModel, Column, Entity, Model};

#[async_trait]
impl WorkspaceRepository for Database {
    async fn create(&self, _: &OperatorScope, change: Change<WorkspaceCreated>) -> Result<Workspace, RepositoryError> {
        let Change { after, audit, idempotency_record } = change;
        store(self.begin(idempotency_record).await?, after, audit).await
    }

    async fn create_first(
        &self,
        _: &OperatorScope,
        change: Change<WorkspaceCreated>,
    ) -> Result<Workspace, RepositoryError> {
        let Change { after, audit, idempotency_record } = change;
        let transaction = self.begin(idempotency_record).await?;
        if let Some(lock) = transaction.dialect().first_workspace_lock() {
            transaction.execute(Query::new(lock, [])).await?;
        }
        transaction.refuse(Query::new("SELECT 1 FROM workspaces LIMIT 1", []), rules::FIRST_WORKSPACE).await?;
        store(transaction, after, audit).await
    }

    async fn is_named(&self, _: &OperatorScope, name: &WorkspaceName) -> Result<bool, RepositoryError> {
        Ok(self.found(Entity::find().filter(Column::Name.eq(name.as_str()))).await?.is_some())
    }

    async fn find(&self, scope: &AdminScope) -> Result<Workspace, RepositoryError> {
        let found = self.found(Entity::find_by_id(scope.workspace_id().as_uuid())).await?;
        // Workspaces are never deleted. If it is missing, an older database was restored since the scope was made.
        found.map_or(Err(RepositoryError::Stale), to_workspace)
    }

    async fn update(&self, scope: &AdminScope, change: Change<Workspace>) -> Result<Workspace, RepositoryError> {
        let Change { after: workspace, audit, idempotency_record } = change;
        inside(scope.workspace_id(), workspace.id())?;
        let transaction = self.begin(idempotency_record).await?;
        update(&transaction, workspace.clone()).await?;
        transaction.commit(audit).await?;
        Ok(workspace)
    }
}

async fn store(
    transaction: Transaction,
    created: WorkspaceCreated,
    audit: AuditEntry,
) -> Result<Workspace, RepositoryError> {
    let WorkspaceCreated { workspace, default_tenant, default_location, administrator, api_key } = created;
    transaction.insert(to_row(workspace.clone())).await?;
    tenants::insert(&transaction, default_tenant).await?;
    locations::insert(&transaction, default_location).await?;
    users::insert(&transaction, administrator).await?;
    api_keys::insert(&transaction, api_key).await?;
    transaction.commit(audit).await?;
    Ok(workspace)
}

/// Replaces the previous version of the workspace.
async fn update(transaction: &Transaction, workspace: Workspace) -> Result<(), RepositoryError> {
    let row = to_row(workspace);
    let (id, before) = (row.id, row.version - 1);
    // All columns except the key, which cannot be updated in a distributed table.
    let columns = ActiveModel { id: NotSet, ..row.into_active_model().reset_all() };
    let update = Entity::update_many().set(columns).filter(Column::Id.eq(id)).filter(Column::Version.eq(before));
    transaction.update_guarded(update).await
}

fn to_row(workspace: Workspace) -> Model {
    let WorkspaceParts {
        id,
        name,
        default_currency,
        default_discount,
        longest_importer_hold,
        most_importer_holds,
        version,
        created_at,
        updated_at,
    } = workspace.into_parts();
    Model {
        id: id.as_uuid(),
        name: name.into(),
        default_currency: default_currency.code().to_owned(),
        default_discount: default_discount.basis_points().into(),
        max_importer_hold_hours: longest_importer_hold.get(),
        max_importer_holds: most_importer_holds.get(),
        version,
        created_at,
        updated_at,
    }
}

fn to_workspace(row: Model) -> Result<Workspace, RepositoryError> {
    const WHAT: &str = "workspace";
    let Model {
        id,
        name,
        default_currency,
        default_discount,
        max_importer_hold_hours,
        max_importer_holds,
        version,
        created_at,
        updated_at,
    } = row;
    Ok(Workspace::from_parts(WorkspaceParts {
        id: WorkspaceId::new(id),
        name: stored(WHAT, &name)?,
        default_currency: stored(WHAT, &default_currency)?,
        default_discount: Percentage::try_from(i64::from(default_discount)).map_err(|error| corrupt(WHAT, error))?,
        longest_importer_hold: whole(WHAT, max_importer_hold_hours)?,
        most_importer_holds: whole(WHAT, max_importer_holds)?,
        version,
        created_at,
        updated_at,
    }))
}

//! The port of workspaces.

use async_trait::async_trait;
use domain::access::OperatorScope;
use domain::change::Change;
use domain::workspaces::{Workspace, WorkspaceCreated, WorkspaceParts};
use ports::{RepositoryError, WorkspaceRepository, rules};
use sea_orm::EntityTrait;

use crate::database::{Database, Transaction};
use crate::entities::workspaces::{Entity, Model};
use crate::query::Query;
use crate::{api_keys, locations, tenants, users};

#[async_trait]
impl WorkspaceRepository for Database {
    async fn create(&self, _: &OperatorScope, change: Change<WorkspaceCreated>) -> Result<Workspace, RepositoryError> {
        store(self.begin().await?, change).await
    }

    async fn create_first(
        &self,
        _: &OperatorScope,
        change: Change<WorkspaceCreated>,
    ) -> Result<Workspace, RepositoryError> {
        let transaction = self.begin().await?;
        if let Some(lock) = transaction.dialect().first_workspace_lock() {
            transaction.execute(Query::new(lock, [])).await?;
        }
        let any = Entity::find().one(transaction.connection()).await.map_err(|error| transaction.error(error))?;
        match any {
            Some(_) => Err(RepositoryError::Taken { rule: rules::FIRST_WORKSPACE }),
            None => store(transaction, change).await,
        }
    }
}

async fn store(transaction: Transaction, change: Change<WorkspaceCreated>) -> Result<Workspace, RepositoryError> {
    let Change { after, audit, receipt: _ } = change;
    let WorkspaceCreated { workspace, default_tenant, default_location, administrator, api_key } = after;
    transaction.insert(row(workspace.clone())).await?;
    tenants::insert(&transaction, default_tenant).await?;
    locations::insert(&transaction, default_location).await?;
    users::insert(&transaction, administrator).await?;
    api_keys::insert(&transaction, api_key).await?;
    transaction.append(audit).await?;
    transaction.commit().await?;
    Ok(workspace)
}

fn row(workspace: Workspace) -> Model {
    let WorkspaceParts { id, name, created_at, updated_at } = workspace.into_parts();
    Model { id: id.as_uuid(), name: name.into(), created_at, updated_at }
}

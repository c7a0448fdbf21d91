//! The port of API keys.

use async_trait::async_trait;
use domain::access::OperatorScope;
use domain::api_keys::{ApiKey, ApiKeyParts};
use domain::change::Change;
use domain::ids::{ApiKeyId, UserId, WorkspaceId};
use ports::{ApiKeyRepository, RepositoryError};

use crate::database::{Database, Transaction};
use crate::entities::api_keys::Model;
use crate::rows::stored;

#[async_trait]
impl ApiKeyRepository for Database {
    async fn create(&self, _: &OperatorScope, change: Change<ApiKey>) -> Result<ApiKey, RepositoryError> {
        let Change { after: key, audit, receipt: _ } = change;
        let transaction = self.begin().await?;
        insert(&transaction, key.clone()).await?;
        transaction.append(audit).await?;
        transaction.commit().await?;
        Ok(key)
    }
}

pub(crate) async fn insert(transaction: &Transaction, key: ApiKey) -> Result<(), RepositoryError> {
    transaction.insert(row(key)).await
}

fn row(key: ApiKey) -> Model {
    let ApiKeyParts { workspace_id, id, user_id, name, permission, secret_hash, created_at, expires_at, revoked_at } =
        key.into_parts();
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        user_id: user_id.as_uuid(),
        name: name.into(),
        permission: permission.as_str().to_owned(),
        secret_hash: secret_hash.to_hex(),
        created_at,
        expires_at,
        revoked_at,
    }
}

pub(crate) fn key(row: Model) -> Result<ApiKey, RepositoryError> {
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

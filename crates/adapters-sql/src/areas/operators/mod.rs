//! The ports of operators.

mod erasures;
mod records;
mod trail;
mod workspaces;

use async_trait::async_trait;
use domain::access::OperatorScope;
use domain::ids::OperatorKeyId;
use domain::operators::{OperatorEntry, OperatorKey, OperatorKeyParts};
use ports::{OperatorKeyRepository, RepositoryError};

use crate::engine::database::Database;
use crate::engine::query::Query;
use crate::engine::reach::Reach;
use crate::engine::rows::stored;
use crate::tables::operator_keys::{Model, Row};

const SELECT: &str = "SELECT {columns} FROM operator_keys operator_key";
const REVOKE: &str = "UPDATE operator_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";

#[async_trait]
impl OperatorKeyRepository for Database {
    async fn get(&self, id: OperatorKeyId) -> Result<Option<OperatorKey>, RepositoryError> {
        let query = Query::new(SELECT, [id.as_uuid().into()]).fill("columns", Row::COLUMNS);
        self.row(query.push(" WHERE operator_key.id = $1")).await?.map(to_key).transpose()
    }

    async fn list(&self, _: &OperatorScope) -> Result<Vec<OperatorKey>, RepositoryError> {
        let query = Query::new(SELECT, []).fill("columns", Row::COLUMNS).push(" ORDER BY operator_key.id");
        self.rows(query).await?.into_iter().map(to_key).collect()
    }

    async fn create(
        &self,
        _: &OperatorScope,
        key: OperatorKey,
        entry: OperatorEntry,
    ) -> Result<OperatorKey, RepositoryError> {
        let transaction = self.begin_writing(Reach::NOTHING).await?;
        let done = transaction.insert(to_row(key.clone())).await;
        transaction.end_for_operators(done.map(|()| key), entry).await
    }

    async fn revoke(
        &self,
        _: &OperatorScope,
        key: OperatorKey,
        entry: OperatorEntry,
    ) -> Result<OperatorKey, RepositoryError> {
        let transaction = self.begin_writing(Reach::NOTHING).await?;
        let revoke = Query::new(REVOKE, [key.id().as_uuid().into(), entry.at.into()]);
        let done = transaction.execute_guarded(revoke).await;
        transaction.end_for_operators(done.map(|()| key), entry).await
    }
}

fn to_row(key: OperatorKey) -> Model {
    let OperatorKeyParts { id, name, secret_hash, created_at, expires_at, revoked_at } = key.into_parts();
    Model { id: id.as_uuid(), name: name.into(), secret_hash: secret_hash.to_hex(), created_at, expires_at, revoked_at }
}

fn to_key(row: Row) -> Result<OperatorKey, RepositoryError> {
    const WHAT: &str = "operator key";
    let Row { id, name, secret_hash, created_at, expires_at, revoked_at } = row;
    Ok(OperatorKey::from_parts(OperatorKeyParts {
        id: OperatorKeyId::new(id),
        name: stored(WHAT, &name)?,
        secret_hash: stored(WHAT, &secret_hash)?,
        created_at,
        expires_at,
        revoked_at,
    }))
}

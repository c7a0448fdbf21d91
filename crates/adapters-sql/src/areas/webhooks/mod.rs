//! The ports of webhooks.

mod deliveries;
mod queries;
mod rows;

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::ids::{WebhookId, WorkspaceId};
use domain::webhooks::{
    Attempt, DisabledReason, MOST_ATTEMPTS, MOST_WEBHOOKS, Progress, Secrets, Webhook, WebhookDetails, WebhookParts,
};
use ports::{RepositoryError, WebhookRepository, rules};
use sea_orm::{EntityTrait, IntoActiveModel, Value};

use self::rows::{to_attempt_row, to_row, to_webhook};
use crate::engine::database::Database;
use crate::engine::errors::inside_tenant;
use crate::engine::query::Query;
use crate::engine::transaction::Transaction;
use crate::tables::webhook_attempts;
use crate::tables::webhooks::Row;

const SELECT: &str = "\
    SELECT {columns} FROM webhooks webhook WHERE webhook.workspace_id = $1 AND webhook.tenant_id = $2";

/// Stores the fields that decisions change over the previous version. A disabled webhook has no next attempt.
const UPDATE: &str = "\
    UPDATE webhooks SET url = $4, description = $5, types = $6, status = $7, disabled_reason = $8, secret = $9, \
           previous_secret = $10, previous_until = $11, version = $12, updated_at = $13, \
           next_attempt_at = CASE WHEN $7 = 'ENABLED' THEN next_attempt_at END{place} \
    WHERE workspace_id = $1 AND tenant_id = $2 AND id = $3 AND version = $12 - 1";

/// Deletes the attempts of the webhook `$2` before the last `$3`.
const PRUNE: &str = "\
    DELETE FROM webhook_attempts WHERE workspace_id = $1 AND webhook_id = $2 AND id < \
    (SELECT id FROM webhook_attempts WHERE workspace_id = $1 AND webhook_id = $2 ORDER BY id DESC LIMIT 1 OFFSET $3)";

#[async_trait]
impl WebhookRepository for Database {
    async fn get(&self, scope: &TenantScope, id: WebhookId) -> Result<Option<Webhook>, RepositoryError> {
        let query = Query::of_tenant(SELECT, scope).fill("columns", Row::COLUMNS);
        let row: Option<Row> = self.row(query.and("webhook.id = ?", Some(id.as_uuid()))).await?;
        row.map(to_webhook).transpose()
    }

    async fn create(&self, scope: &TenantScope, change: Change<Webhook>) -> Result<Webhook, RepositoryError> {
        let Change { after: webhook, audit, idempotency_record } = change;
        inside_tenant(scope, webhook.workspace_id(), webhook.tenant_id())?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            // Lock first, so that concurrent creations are counted.
            let tenant = Query::of_tenant("SELECT 1 FROM tenants WHERE workspace_id = $1 AND id = $2", scope);
            transaction.expect_row(tenant.push(transaction.dialect().for_no_key_update())).await?;
            let last = Query::of_tenant(SELECT, scope).fill("columns", "1");
            let last = last.push_bound(" LIMIT 1 OFFSET ?", i64::from(MOST_WEBHOOKS) - 1);
            transaction.refuse(last, rules::MOST_WEBHOOKS).await?;
            transaction.insert(to_row(webhook.clone())).await?;
            Ok(webhook)
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn update(&self, scope: &TenantScope, change: Change<Webhook>) -> Result<Webhook, RepositoryError> {
        let Change { after: webhook, audit, idempotency_record } = change;
        inside_tenant(scope, webhook.workspace_id(), webhook.tenant_id())?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = transaction.execute_guarded(update(&webhook).fill("place", "")).await;
        transaction.end(done.map(|()| webhook), audit).await
    }

    async fn enable(&self, scope: &TenantScope, change: Change<Webhook>) -> Result<Webhook, RepositoryError> {
        let Change { after: webhook, audit, idempotency_record } = change;
        inside_tenant(scope, webhook.workspace_id(), webhook.tenant_id())?;
        let Progress { position, .. } = *webhook.progress();
        // The server that delivers it loses its lease.
        let place = ", position = $14, consecutive_failures = 0, leased_by = NULL, leased_until = $13";
        let update = update(&webhook).bind([position.cast_signed().into()]);
        let update = update.fill("place", place);
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = transaction.execute_guarded(update).await;
        transaction.end(done.map(|()| webhook), audit).await
    }

    async fn delete(&self, scope: &TenantScope, change: Change<Webhook>) -> Result<(), RepositoryError> {
        let Change { after: webhook, audit, idempotency_record } = change;
        let named = || [scope.workspace_id().as_uuid().into(), webhook.id().as_uuid().into()];
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            // Lock first, so that concurrent deliveries wait and then see the deletion.
            let unchanged =
                Query::of_tenant("SELECT 1 FROM webhooks WHERE workspace_id = $1 AND tenant_id = $2", scope)
                    .and("id = ?", Some(webhook.id().as_uuid()))
                    .and("version = ?", Some(webhook.version()))
                    .push(transaction.dialect().for_update());
            transaction.expect_row(unchanged).await?;
            for delete in [
                "DELETE FROM webhook_attempts WHERE workspace_id = $1 AND webhook_id = $2",
                "DELETE FROM webhooks WHERE workspace_id = $1 AND id = $2",
            ] {
                transaction.execute(Query::new(delete, named())).await?;
            }
            Ok(())
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn add_test(&self, scope: &TenantScope, id: WebhookId, attempt: Attempt) -> Result<(), RepositoryError> {
        let transaction = self.begin_writing(scope).await?;
        let done = async {
            let webhook =
                Query::of_tenant(SELECT, scope).fill("columns", "1").and("webhook.id = ?", Some(id.as_uuid()));
            if transaction.has_row(webhook.push(transaction.dialect().for_key_share())).await? {
                transaction.add_attempts(scope.workspace_id(), id, vec![attempt]).await?;
            }
            Ok(())
        }
        .await;
        transaction.end_unaudited(done).await
    }
}

impl Transaction {
    /// Adds attempts of a webhook, and deletes those that are too many.
    async fn add_attempts(
        &self,
        workspace: WorkspaceId,
        webhook: WebhookId,
        mut attempts: Vec<Attempt>,
    ) -> Result<(), RepositoryError> {
        let kept = attempts.split_off(attempts.len().saturating_sub(MOST_ATTEMPTS as usize));
        if kept.is_empty() {
            return Ok(());
        }
        let rows = kept.into_iter().map(|attempt| to_attempt_row(workspace, webhook, attempt).into_active_model());
        self.run(&webhook_attempts::Entity::insert_many(rows)).await?;
        let named = [workspace.as_uuid().into(), webhook.as_uuid().into(), (i64::from(MOST_ATTEMPTS) - 1).into()];
        self.execute(Query::new(PRUNE, named)).await.map(drop)
    }
}

fn update(webhook: &Webhook) -> Query {
    let WebhookParts {
        workspace_id,
        id,
        tenant_id,
        details,
        status,
        disabled_reason,
        secrets,
        version,
        updated_at,
        ..
    } = webhook.parts();
    let WebhookDetails { url, description, types, scope: _ } = details;
    let Secrets { current, previous } = secrets;
    let values: [Value; 13] = [
        workspace_id.as_uuid().into(),
        tenant_id.as_uuid().into(),
        id.as_uuid().into(),
        url.as_str().into(),
        description.as_ref().map(ToString::to_string).into(),
        types.to_string().into(),
        status.as_str().into(),
        disabled_reason.map(DisabledReason::as_str).into(),
        current.as_str().into(),
        previous.as_ref().map(|(secret, _)| secret.as_str()).into(),
        previous.as_ref().map(|(_, until)| *until).into(),
        (*version).into(),
        (*updated_at).into(),
    ];
    Query::new(UPDATE, values)
}

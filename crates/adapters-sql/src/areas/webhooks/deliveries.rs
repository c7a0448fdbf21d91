//! The delivery of all webhooks: leases, and the places to which deliveries lead.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, TenantScope, TenantStanding};
use domain::change::Change;
use domain::ids::{TenantId, WebhookId, WorkspaceId};
use domain::webhooks::{Attempt, DisabledReason, Progress, Webhook, WebhookParts};
use ports::{DueWebhook, Lease, LeasedWebhook, Look, RepositoryError, WebhookDeliveries};
use sea_orm::prelude::{DateTimeUtc, Uuid};
use sea_orm::{FromQueryResult, Statement, Value};

use super::rows::to_webhook;
use crate::engine::database::Database;
use crate::engine::errors::inside_tenant;
use crate::engine::query::{FILTERS, Query};
use crate::engine::rows::stored;
use crate::engine::table::joined;
use crate::tables::webhooks::Row;

/// Webhooks that wait for their delivery at the time `$1`. An operator's statement: it looks for work in all workspaces.
const DUE: &str = "\
    SELECT webhook.workspace_id, webhook.tenant_id, webhook.id \
    FROM webhooks webhook \
    JOIN workspaces workspace ON workspace.id = webhook.workspace_id{log} \
    JOIN tenants tenant ON tenant.workspace_id = webhook.workspace_id AND tenant.id = webhook.tenant_id \
    WHERE {is_behind} AND webhook.leased_until <= $1 \
      AND (webhook.next_attempt_at IS NULL OR webhook.next_attempt_at <= $1) \
      AND tenant.status = 'ACTIVE' AND workspace.status = 'ACTIVE'{filters} \
    ORDER BY webhook.leased_until LIMIT $2";
const LOG: &str = " JOIN event_logs log ON log.workspace_id = webhook.workspace_id";
/// The numbering has noted an event after the position: few webhooks, by an index.
const IS_BEHIND: &str = "webhook.is_behind";
/// Events of others alone wake no webhook of a tenant, until its position would fall out of the log.
const IS_BEHIND_LOG: &str = "\
    webhook.status = 'ENABLED' AND webhook.position < log.position \
    AND (webhook.scope = 'workspace' OR webhook.position < log.oldest - 1 \
         OR webhook.position < (SELECT recipient.position FROM event_recipients recipient \
                                WHERE recipient.workspace_id = webhook.workspace_id AND recipient.tenant_id = webhook.tenant_id \
                                ORDER BY recipient.position DESC LIMIT 1))";

/// Whether the tenant of a webhook is active, and its workspace too.
const IS_ACTIVE: &str = "\
    EXISTS (SELECT 1 FROM tenants tenant JOIN workspaces workspace ON workspace.id = tenant.workspace_id \
            WHERE tenant.workspace_id = $1 AND tenant.id = tenant_id AND tenant.status = 'ACTIVE' \
              AND workspace.id = $1 AND workspace.status = 'ACTIVE')";

const LEASE: &str = "\
    UPDATE webhooks SET leased_by = $3, leased_until = $4 \
    WHERE workspace_id = $1 AND id = $2 AND status = 'ENABLED' AND leased_until <= $5 \
      AND (next_attempt_at IS NULL OR next_attempt_at <= $5) \
      AND {is_active}";

const LEASED: &str = "\
    SELECT {columns}, tenant.name, tenant.is_default, tenant.status \
    FROM webhooks webhook \
    JOIN tenants tenant ON tenant.workspace_id = $1 AND tenant.id = webhook.tenant_id \
    WHERE webhook.workspace_id = $1 AND webhook.id = $2";

const RENEW: &str = "\
    UPDATE webhooks SET leased_until = $4 \
    WHERE workspace_id = $1 AND id = $2 AND leased_by = $3 AND status = 'ENABLED' \
      AND {is_active}";

/// Stores the place to which attempts lead, over the place from which they began.
const RECORD: &str = "\
    UPDATE webhooks SET leased_until = $4, position = $5, consecutive_failures = $6, next_attempt_at = $7, \
           last_delivered_at = $8{status} \
    WHERE workspace_id = $1 AND id = $2 AND leased_by = $3 AND status = 'ENABLED' AND position = $9";

const RETURNING_ACTIVE: &str = " RETURNING {is_active} AS is_active";

/// The time of the oldest event that waits for a webhook.
const OLDEST: &str = "\
    SELECT MIN(CASE webhook.scope WHEN 'tenant' THEN \
      (SELECT event.numbered_at FROM event_recipients recipient CROSS JOIN events event \
       WHERE recipient.workspace_id = webhook.workspace_id AND recipient.tenant_id = webhook.tenant_id \
         AND recipient.position > webhook.position \
         AND event.workspace_id = recipient.workspace_id AND event.position = recipient.position \
       ORDER BY recipient.position LIMIT 1) \
    ELSE \
      (SELECT event.numbered_at FROM events event \
       WHERE event.workspace_id = webhook.workspace_id AND event.position > webhook.position \
       ORDER BY event.position LIMIT 1) \
    END) AS oldest_at \
    FROM webhooks webhook \
    JOIN workspaces workspace ON workspace.id = webhook.workspace_id \
    JOIN event_logs log ON log.workspace_id = webhook.workspace_id \
    JOIN tenants tenant ON tenant.workspace_id = webhook.workspace_id AND tenant.id = webhook.tenant_id \
    WHERE webhook.status = 'ENABLED' AND webhook.position < log.position AND tenant.status = 'ACTIVE' \
      AND workspace.status = 'ACTIVE'";

#[derive(FromQueryResult)]
struct DueRow {
    workspace_id: Uuid,
    tenant_id: Uuid,
    id: Uuid,
}

#[derive(FromQueryResult)]
struct RecordedRow {
    is_active: bool,
}

#[derive(FromQueryResult)]
struct OldestRow {
    oldest_at: Option<DateTimeUtc>,
}

joined! {
    struct LeasedRow {
        webhook: Row;
        name: String,
        is_default: bool,
        status: String,
    }
}

#[async_trait]
impl WebhookDeliveries for Database {
    async fn due(
        &self,
        _: &OperatorScope,
        look: Look,
        now: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<DueWebhook>, RepositoryError> {
        let rows = self.rows_of_all(|workspace| due(look, workspace, now, most)).await?;
        let due = |DueRow { workspace_id, tenant_id, id }| DueWebhook {
            workspace_id: WorkspaceId::new(workspace_id),
            tenant_id: TenantId::new(tenant_id),
            id: WebhookId::new(id),
        };
        Ok(rows.into_iter().map(due).collect())
    }

    async fn lease(
        &self,
        _: &OperatorScope,
        due: &DueWebhook,
        lease: &Lease,
    ) -> Result<Option<LeasedWebhook>, RepositoryError> {
        let named = || [due.workspace_id.as_uuid().into(), due.id.as_uuid().into()];
        let update = Query::new(LEASE, named());
        let update = update
            .bind([lease.server.as_uuid().into(), lease.until.into(), lease.now.into()])
            .fill("is_active", IS_ACTIVE);
        let transaction = self.begin_writing(due.workspace_id).await?;
        let done = async {
            if transaction.execute(update).await?.rows_affected() == 0 {
                return Ok(None);
            }
            transaction.row(Query::new(LEASED, named()).fill("columns", Row::COLUMNS)).await
        }
        .await;
        transaction.end_unaudited(done).await?.map(to_leased).transpose()
    }

    async fn renew(&self, _: &OperatorScope, webhook: &Webhook, lease: &Lease) -> Result<bool, RepositoryError> {
        let transaction = self.begin_writing(webhook.workspace_id()).await?;
        let done = transaction.execute(Query::new(RENEW, leased(webhook, lease)).fill("is_active", IS_ACTIVE)).await;
        transaction.end_unaudited(done.map(|renewed| renewed.rows_affected() > 0)).await
    }

    async fn record(
        &self,
        _: &OperatorScope,
        webhook: &Webhook,
        progress: Progress,
        attempts: Vec<Attempt>,
        lease: &Lease,
    ) -> Result<bool, RepositoryError> {
        let transaction = self.begin_writing(webhook.workspace_id()).await?;
        let done = async {
            let record =
                record(webhook, progress, lease).fill("status", "").push(RETURNING_ACTIVE).fill("is_active", IS_ACTIVE);
            let recorded = transaction.rows::<RecordedRow>(record).await?;
            let RecordedRow { is_active } = recorded.first().ok_or(RepositoryError::Stale)?;
            transaction.add_attempts(webhook.workspace_id(), webhook.id(), attempts).await?;
            Ok(*is_active)
        }
        .await;
        transaction.end_unaudited(done).await
    }

    async fn disable(
        &self,
        scope: &TenantScope,
        leased: &Webhook,
        change: Change<Webhook>,
        attempts: Vec<Attempt>,
        lease: &Lease,
    ) -> Result<(), RepositoryError> {
        let Change { after: webhook, audit, idempotency_record } = change;
        inside_tenant(scope, webhook.workspace_id(), webhook.tenant_id())?;
        let WebhookParts { status, disabled_reason, version, updated_at, .. } = webhook.parts();
        let record = record(leased, *webhook.progress(), lease)
            .bind([
                status.as_str().into(),
                disabled_reason.map(DisabledReason::as_str).into(),
                (*version).into(),
                (*updated_at).into(),
            ])
            .fill("status", ", status = $10, disabled_reason = $11, version = $12, updated_at = $13")
            .push(" AND version = $12 - 1");
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            transaction.execute_guarded(record).await?;
            transaction.add_attempts(webhook.workspace_id(), webhook.id(), attempts).await
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn oldest_undelivered(&self, _: &OperatorScope) -> Result<Option<DateTime<Utc>>, RepositoryError> {
        let oldest = |workspace| Query::new(OLDEST, []).and("webhook.workspace_id = ?", workspace);
        let rows = self.rows_of_all(oldest).await?;
        Ok(rows.into_iter().filter_map(|OldestRow { oldest_at }| oldest_at).min())
    }
}

impl Database {
    /// Returns the statements that look at the webhooks of all workspaces, for tests.
    #[doc(hidden)]
    pub fn webhook_deliveries_statements(&self, now: DateTime<Utc>) -> [Statement; 3] {
        [due(Look::Noted, None, now, 100), due(Look::All, None, now, 100), Query::new(OLDEST, [])]
            .map(|query| self.statement(query))
    }
}

fn due(look: Look, workspace: Option<Uuid>, now: DateTime<Utc>, most: u32) -> Query {
    let (log, is_behind) = match look {
        Look::Noted => ("", IS_BEHIND),
        Look::All => (LOG, IS_BEHIND_LOG),
    };
    let due = Query::new(DUE, [now.into(), i64::from(most).into()]).fill(FILTERS, "");
    let due = due.fill("log", log).fill("is_behind", is_behind);
    due.and("webhook.workspace_id = ?", workspace)
}

fn leased(webhook: &Webhook, lease: &Lease) -> [Value; 4] {
    [
        webhook.workspace_id().as_uuid().into(),
        webhook.id().as_uuid().into(),
        lease.server.as_uuid().into(),
        lease.until.into(),
    ]
}

fn record(webhook: &Webhook, progress: Progress, lease: &Lease) -> Query {
    let Progress { position, consecutive_failures, next_attempt_at, last_delivered_at } = progress;
    Query::new(RECORD, leased(webhook, lease)).bind([
        position.cast_signed().into(),
        consecutive_failures.cast_signed().into(),
        next_attempt_at.into(),
        last_delivered_at.into(),
        webhook.progress().position.cast_signed().into(),
    ])
}

fn to_leased(row: LeasedRow) -> Result<LeasedWebhook, RepositoryError> {
    let LeasedRow { webhook, name, is_default, status } = row;
    let webhook = to_webhook(webhook)?;
    let tenant = TenantStanding {
        id: webhook.tenant_id(),
        name: stored("tenant", &name)?,
        is_default,
        status: stored("tenant", &status)?,
    };
    Ok(LeasedWebhook { webhook, tenant })
}

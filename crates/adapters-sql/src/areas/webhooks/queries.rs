//! Lists and counts of webhooks and of their attempts.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::event_consumers::Unread;
use domain::ids::WebhookId;
use domain::webhooks::{Attempt, MOST_ATTEMPTS, Webhook};
use ports::{Page, RepositoryError, Slice, WebhookQueries};
use sea_orm::Statement;
use sea_orm::prelude::DateTimeUtc;

use super::SELECT;
use super::rows::{to_attempt, to_webhook};
use crate::engine::database::Database;
use crate::engine::query::Query;
use crate::engine::table::joined;
use crate::tables::webhooks::Row;
use crate::tables::{webhook_attempts, webhooks};

/// The webhook, the number of events in its feed that it has not delivered, at most `$3`, and the time of the oldest one.
const WITH_LAG: &str = "\
    {row}, \
    CASE webhook.scope WHEN 'tenant' THEN \
      (SELECT COUNT(*) FROM (SELECT 1 FROM event_recipients recipient \
                             WHERE recipient.workspace_id = $1 AND recipient.tenant_id = $2 \
                               AND recipient.position > webhook.position LIMIT $3) unread) \
    ELSE \
      (SELECT COUNT(*) FROM (SELECT 1 FROM events event \
                             WHERE event.workspace_id = $1 AND event.position > webhook.position LIMIT $3) unread) \
    END, \
    CASE webhook.scope WHEN 'tenant' THEN \
      (SELECT event.numbered_at FROM event_recipients recipient CROSS JOIN events event \
       WHERE recipient.workspace_id = $1 AND recipient.tenant_id = $2 AND recipient.position > webhook.position \
         AND event.workspace_id = $1 AND event.position = recipient.position \
       ORDER BY recipient.position LIMIT 1) \
    ELSE \
      (SELECT event.numbered_at FROM events event \
       WHERE event.workspace_id = $1 AND event.position > webhook.position \
       ORDER BY event.position LIMIT 1) \
    END";

const ATTEMPTS: &str = "\
    SELECT {columns} FROM webhook_attempts attempt \
    JOIN webhooks webhook ON webhook.workspace_id = $1 AND webhook.id = attempt.webhook_id \
    WHERE webhook.tenant_id = $2 AND attempt.webhook_id = $3 AND attempt.workspace_id = $1 \
    ORDER BY attempt.id DESC LIMIT $4";

joined! {
    struct ListedRow {
        webhook: Row;
        unread: i64,
        oldest_at: Option<DateTimeUtc>,
    }
}

#[async_trait]
impl WebhookQueries for Database {
    async fn list(&self, scope: &TenantScope, page: Page) -> Result<Slice<(Webhook, Unread)>, RepositoryError> {
        self.page_of(with_lag(scope), page, to_listed).await
    }

    async fn count(&self, scope: &TenantScope) -> Result<u64, RepositoryError> {
        self.count_of(Query::of_tenant(SELECT, scope).fill("columns", "COUNT(*) AS count")).await
    }

    async fn attempts(&self, scope: &TenantScope, id: WebhookId) -> Result<Vec<Attempt>, RepositoryError> {
        let query = Query::of_tenant(ATTEMPTS, scope).bind([id.as_uuid().into(), i64::from(MOST_ATTEMPTS).into()]);
        let rows: Vec<_> = self.rows(query.fill("columns", webhook_attempts::Row::COLUMNS)).await?;
        rows.into_iter().map(to_attempt).collect()
    }
}

impl Database {
    /// Returns the statement of a list, for tests.
    #[doc(hidden)]
    pub fn webhooks_statement(&self, scope: &TenantScope, page: Page) -> Statement {
        self.statement(with_lag(scope).page(page))
    }
}

fn with_lag(scope: &TenantScope) -> Query {
    Query::of_tenant(SELECT, scope)
        .bind([i64::from(Unread::MOST).into()])
        .fill("columns", WITH_LAG.replace("{row}", webhooks::Row::COLUMNS))
        .keyed("webhook.id")
}

fn to_listed(row: ListedRow) -> Result<(Webhook, Unread), RepositoryError> {
    let ListedRow { webhook, unread, oldest_at } = row;
    Ok((to_webhook(webhook)?, Unread { events: unread.unsigned_abs(), oldest_at }))
}

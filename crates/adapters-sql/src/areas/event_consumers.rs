//! The ports of event consumers.

use async_trait::async_trait;
use domain::access::{EventScope, TenantScope};
use domain::event_consumers::{ConsumerName, EventConsumer, EventConsumerParts, MOST_CONSUMERS, Unread};
use domain::ids::{EventConsumerId, TenantId, WorkspaceId};
use ports::{EventConsumerQueries, EventConsumerRepository, Page, RepositoryError, Slice, rules};
use sea_orm::Statement;
use sea_orm::entity::prelude::DateTimeUtc;

use crate::engine::database::Database;
use crate::engine::errors::inside_tenant;
use crate::engine::query::Query;
use crate::engine::rows::stored;
use crate::engine::table::joined;
use crate::tables::event_consumers::{Model, Row};

const SELECT: &str = "\
    SELECT {columns} FROM event_consumers consumer WHERE consumer.workspace_id = $1 AND consumer.tenant_id = $2";

const DELETE: &str = "\
    DELETE FROM event_consumers WHERE workspace_id = $1 AND tenant_id = $2 AND name = $3 AND version = $4";

/// The columns of a list: the consumer, the number of events in the tenant's feed that it has not read, at most `$3`, and
/// the time of the oldest one.
const LAG_IN_FEED: &str = "\
    {row}, \
    (SELECT COUNT(*) FROM (SELECT 1 FROM event_recipients recipient \
                           WHERE recipient.workspace_id = $1 AND recipient.tenant_id = $2 \
                           AND recipient.position > consumer.position ORDER BY recipient.position LIMIT $3) unread), \
    (SELECT entry.at FROM events event CROSS JOIN audit entry \
     WHERE event.workspace_id = $1 \
     AND event.position = (SELECT recipient.position FROM event_recipients recipient \
                           WHERE recipient.workspace_id = $1 AND recipient.tenant_id = $2 \
                           AND recipient.position > consumer.position ORDER BY recipient.position LIMIT 1) \
     AND entry.workspace_id = $1 AND entry.id = event.entry_id)";

/// The columns of a list, where the events are those of the whole log.
const LAG_IN_LOG: &str = "\
    {row}, \
    (SELECT COUNT(*) FROM (SELECT 1 FROM events event \
                           WHERE event.workspace_id = $1 AND event.position > consumer.position \
                           ORDER BY event.position LIMIT $3) unread), \
    (SELECT entry.at FROM events event CROSS JOIN audit entry \
     WHERE event.workspace_id = $1 \
     AND event.position = (SELECT later.position FROM events later \
                           WHERE later.workspace_id = $1 AND later.position > consumer.position \
                           ORDER BY later.position LIMIT 1) \
     AND entry.workspace_id = $1 AND entry.id = event.entry_id)";

joined! {
    struct ListedRow {
        consumer: Row;
        unread: i64,
        oldest_at: Option<DateTimeUtc>,
    }
}

#[async_trait]
impl EventConsumerRepository for Database {
    async fn get(&self, scope: &TenantScope, name: &ConsumerName) -> Result<Option<EventConsumer>, RepositoryError> {
        let query = Query::of_tenant(SELECT, scope).fill("columns", Row::COLUMNS);
        let row: Option<Row> = self.row(query.and("consumer.name = ?", Some(name.as_str()))).await?;
        row.as_ref().map(to_consumer).transpose()
    }

    async fn create(&self, scope: &TenantScope, consumer: EventConsumer) -> Result<EventConsumer, RepositoryError> {
        inside_tenant(scope, consumer.workspace_id(), consumer.tenant_id())?;
        let transaction = self.begin_writing(scope).await?;
        let done = async {
            // Lock first, so that concurrent creations are counted.
            let tenant = Query::of_tenant("SELECT 1 FROM tenants WHERE workspace_id = $1 AND id = $2", scope);
            transaction.expect_row(tenant.push(transaction.dialect().for_no_key_update())).await?;
            let consumers = || Query::of_tenant(SELECT, scope).fill("columns", "1");
            if transaction.has_row(consumers().and("consumer.name = ?", Some(consumer.name().as_str()))).await? {
                return Err(RepositoryError::Stale);
            }
            let last = consumers().push_bound(" LIMIT 1 OFFSET ?", i64::from(MOST_CONSUMERS) - 1);
            transaction.refuse(last, rules::EVENT_CONSUMERS).await?;
            transaction.insert(to_row(consumer.clone())).await?;
            Ok(consumer)
        }
        .await;
        transaction.end_unaudited(done).await
    }

    async fn update(&self, scope: &TenantScope, consumer: EventConsumer) -> Result<EventConsumer, RepositoryError> {
        inside_tenant(scope, consumer.workspace_id(), consumer.tenant_id())?;
        let transaction = self.begin_writing(scope).await?;
        let done = transaction.replace(to_row(consumer.clone()), None).await;
        transaction.end_unaudited(done.map(|()| consumer)).await
    }

    async fn delete(&self, scope: &TenantScope, consumer: EventConsumer) -> Result<(), RepositoryError> {
        let EventConsumerParts { name, version, .. } = consumer.into_parts();
        let delete = Query::of_tenant(DELETE, scope);
        let transaction = self.begin_writing(scope).await?;
        let done = transaction.execute_guarded(delete.bind([name.as_str().into(), version.into()])).await;
        transaction.end_unaudited(done).await
    }
}

#[async_trait]
impl EventConsumerQueries for Database {
    async fn list(
        &self,
        scope: &TenantScope,
        feed: &EventScope,
        page: Page,
    ) -> Result<Slice<(EventConsumer, Unread)>, RepositoryError> {
        self.whole_page_of(listed(scope, feed, page), page, |ListedRow { consumer, unread, oldest_at }| {
            Ok((to_consumer(&consumer)?, Unread { events: unread.unsigned_abs(), oldest_at }))
        })
        .await
    }

    async fn count(&self, scope: &TenantScope) -> Result<u64, RepositoryError> {
        self.count_of(Query::of_tenant(SELECT, scope).fill("columns", "COUNT(*) AS count")).await
    }
}

impl Database {
    /// Returns the statement of a list, for tests.
    #[doc(hidden)]
    pub fn event_consumers_statement(&self, scope: &TenantScope, feed: &EventScope, page: Page) -> Statement {
        self.statement(listed(scope, feed, page))
    }
}

fn listed(scope: &TenantScope, feed: &EventScope, page: Page) -> Query {
    let lag = if feed.tenant_id().is_some() { LAG_IN_FEED } else { LAG_IN_LOG };
    Query::of_tenant(SELECT, scope)
        .bind([i64::from(Unread::MOST).into()])
        .fill("columns", lag.replace("{row}", Row::COLUMNS))
        .keyed("consumer.id")
        .page(page)
}

fn to_row(consumer: EventConsumer) -> Model {
    let EventConsumerParts { workspace_id, tenant_id, id, name, position, version, created_at, updated_at } =
        consumer.into_parts();
    Model {
        workspace_id: workspace_id.as_uuid(),
        tenant_id: tenant_id.as_uuid(),
        name: name.to_string(),
        id: id.as_uuid(),
        position: position.cast_signed(),
        version,
        created_at,
        updated_at,
    }
}

fn to_consumer(row: &Row) -> Result<EventConsumer, RepositoryError> {
    Ok(EventConsumer::from_parts(EventConsumerParts {
        workspace_id: WorkspaceId::new(row.workspace_id),
        tenant_id: TenantId::new(row.tenant_id),
        id: EventConsumerId::new(row.id),
        name: stored("event consumer", &row.name)?,
        position: row.position.unsigned_abs(),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}

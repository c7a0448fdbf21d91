//! The port that reads the event log of a workspace, and the feeds of its tenants.
//!
//! A page is one statement, so its events and the bounds of the log are of one snapshot.

use async_trait::async_trait;
use domain::access::EventScope;
use domain::events::{Event, EventType, Relation, TypePattern};
use domain::ids::{EventId, TenantId};
use ports::{EventFilter, EventPage, EventQueries, LogState, RepositoryError};
use sea_orm::entity::prelude::{Json, Uuid};
use sea_orm::{DbErr, FromQueryResult, QueryResult, Statement};

use super::waiting::to_trace;
use crate::areas::audit::to_record;
use crate::areas::facts::{named, to_datum};
use crate::engine::database::Database;
use crate::engine::query::Query;
use crate::engine::rows::{sound, stored};
use crate::engine::table::Columns;
use crate::tables::audit;

const WHAT: &str = "event";
/// The maximum number of events among which one statement looks for those of some types.
const REACH: i64 = 10_000;

/// The maximum number of events of a page.
const MOST: u32 = 100;

/// The bounds of the log, and the events of a page, if there are any. The number in the text tells PostgreSQL that these
/// are few, as it does not know the bound one when it plans.
const READ: &str = "\
    SELECT log.position, log.oldest, {end}, page.position, page.relation, page.data, \
    event.id, event.type, event.tenant_id, event.data, event.trace, {entry} \
    FROM event_logs log \
    LEFT JOIN (SELECT * FROM ({page}) few ORDER BY few.position LIMIT 101) page ON TRUE \
    LEFT JOIN events event ON event.workspace_id = $1 AND event.position = page.position \
    LEFT JOIN audit entry ON entry.workspace_id = $1 AND entry.id = event.entry_id \
    WHERE log.workspace_id = $1 \
    ORDER BY page.position";

/// The events after the position `$2` that concern the tenant `$4`, by position, at most `$3`.
const FEED: &str = "\
    SELECT recipient.position, recipient.relation, recipient.data, recipient.type FROM event_recipients recipient \
    WHERE recipient.workspace_id = $1 AND recipient.tenant_id = $4 AND recipient.position > $2 \
    ORDER BY recipient.position LIMIT $3";

/// All events after the position `$2`, by position, at most `$3`. The tenant `$4` reads the log.
const LOG: &str = "\
    SELECT event.position, $4 AS relation, NULL AS data, event.type FROM events event \
    WHERE event.workspace_id = $1 AND event.position > $2 \
    ORDER BY event.position LIMIT $3";

#[async_trait]
impl EventQueries for Database {
    async fn read(&self, scope: &EventScope, filter: &EventFilter) -> Result<EventPage, RepositoryError> {
        let rows: Vec<Found> = self.rows(page(scope, filter)).await?;
        let Some(Found { log, end, .. }) = rows.first() else {
            return Ok(EventPage { events: vec![], position: 0, has_more: false, oldest: 1 });
        };
        let (log, end) = (*log, *end);
        let events = rows.into_iter().filter_map(|row| row.event).map(|row| to_event(row, scope));
        let mut events = events.collect::<Result<Vec<_>, _>>()?;
        let limit = usize::try_from(filter.limit.min(MOST)).unwrap_or(usize::MAX);
        let is_full = events.len() > limit;
        events.truncate(limit);
        let (position, has_more) = match (events.last(), end) {
            (Some(last), _) if is_full => (last.position, true),
            // Events of other types take the whole reach.
            (_, Some(end)) => (end.unsigned_abs(), true),
            (_, None) => (log.position, false),
        };
        Ok(EventPage { events, position, has_more, oldest: log.oldest })
    }

    async fn log(&self, scope: &EventScope) -> Result<LogState, RepositoryError> {
        let query = "SELECT log.position, log.oldest FROM event_logs log WHERE log.workspace_id = $1";
        let bounds: Option<Bounds> = self.row(Query::new(query, [scope.workspace_id().as_uuid().into()])).await?;
        Ok(bounds.map_or(LogState { position: 0, oldest: 1 }, |Bounds(log)| log))
    }
}

impl Database {
    /// Returns the statement of a page, for tests.
    #[doc(hidden)]
    pub fn events_statement(&self, scope: &EventScope, filter: &EventFilter) -> Statement {
        self.statement(page(scope, filter))
    }
}

/// Reads a page and, if it is limited to some types, the end of the reach.
fn page(scope: &EventScope, filter: &EventFilter) -> Query {
    let EventFilter { after, types, limit } = filter;
    let most = i64::from((*limit).min(MOST)) + 1;
    let (source, reader) = match scope.tenant_id() {
        Some(tenant) => (FEED, tenant.as_uuid().into()),
        None => (LOG, Relation::Own.as_str().into()),
    };
    let query = Query::new(READ, [scope.workspace_id().as_uuid().into(), after.cast_signed().into()])
        .fill("entry", audit::Row::COLUMNS);
    let names = names(types);
    if names.is_empty() {
        return query.bind([most.into(), reader]).fill("end", "NULL").fill("page", source);
    }
    let end = format!("(SELECT reached.position FROM ({source}) reached ORDER BY reached.position LIMIT 1 OFFSET $5)");
    let first = 7;
    let names_bound = (first..first + names.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
    let page = format!(
        "SELECT reached.position, reached.relation, reached.data FROM ({source}) reached \
         WHERE reached.type IN ({names_bound}) ORDER BY reached.position LIMIT $6"
    );
    query
        .bind([REACH.into(), reader, (REACH - 1).into(), most.into()])
        .bind(names.into_iter().map(Into::into))
        .fill("end", end)
        .fill("page", page)
}

/// Returns the names of all types that match, the last one repeated up to a power of two, so that few statements are
/// prepared.
fn names(types: &[TypePattern]) -> Vec<&'static str> {
    let all = EventType::ALL.iter().map(|known| known.as_str());
    let mut names: Vec<_> = all.filter(|name| types.iter().any(|pattern| pattern.matches(name))).collect();
    if let Some(last) = names.last().copied() {
        names.resize(names.len().next_power_of_two(), last);
    }
    names
}

/// The bounds of a log.
struct Bounds(LogState);

impl Bounds {
    fn read(columns: &mut Columns<'_>) -> Result<LogState, DbErr> {
        let (position, oldest): (i64, i64) = (columns.next()?, columns.next()?);
        Ok(LogState { position: position.unsigned_abs(), oldest: oldest.unsigned_abs() })
    }
}

impl FromQueryResult for Bounds {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Self::read(&mut Columns::of(row)).map(Self)
    }
}

/// A row of a page. An empty page has one row, without an event.
struct Found {
    log: LogState,
    end: Option<i64>,
    event: Option<EventRow>,
}

struct EventRow {
    position: i64,
    relation: String,
    told: Option<Json>,
    id: Uuid,
    event_type: String,
    tenant_id: Uuid,
    data: Json,
    trace: Option<String>,
    entry: audit::Row,
}

impl FromQueryResult for Found {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        let columns = &mut Columns::of(row);
        let (log, end) = (Bounds::read(columns)?, columns.next()?);
        let position: Option<i64> = columns.next()?;
        let event = position.map(|position| {
            Ok::<_, DbErr>(EventRow {
                position,
                relation: columns.next()?,
                told: columns.next()?,
                id: columns.next()?,
                event_type: columns.next()?,
                tenant_id: columns.next()?,
                data: columns.next()?,
                trace: columns.next()?,
                entry: audit::Row::read(columns)?,
            })
        });
        Ok(Self { log, end, event: event.transpose()? })
    }
}

fn to_event(row: EventRow, scope: &EventScope) -> Result<Event, RepositoryError> {
    let entry = to_record(row.entry)?;
    let event = Event {
        id: EventId::new(row.id),
        position: row.position.unsigned_abs(),
        event_type: row.event_type,
        at: entry.at,
        tenant_id: scope.tenant_id().unwrap_or(TenantId::new(row.tenant_id)),
        actor: entry.actor,
        resource_kind: entry.resource_kind,
        resource_id: entry.resource_id,
        before: entry.before,
        after: entry.after,
        data: sound(WHAT, named(row.told.unwrap_or(row.data), to_datum))?,
        trace: row.trace.as_deref().and_then(to_trace),
    };
    Ok(event.for_reader(stored(WHAT, &row.relation)?))
}

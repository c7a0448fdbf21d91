//! Plans of SQLite for the event log, and reading of one with many events.

use domain::access::{EventScope, Permission};
use ports::{EventFilter, EventQueries, Page, PageStart};
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use std::str::FromStr;
use testkit::build;

use crate::file;
use crate::plans::plan;

/// Creates 48,000 events of two tenants by turns. One event in 11,000 of a tenant has another type.
const EVENTS: [&str; 4] = [
    "INSERT INTO event_logs (workspace_id, position, oldest) VALUES ($1, 48000, 1)",
    "INSERT INTO audit (workspace_id, id, at, tenant_id, tenant_name, actor_name, action, resource_kind, resource_id, \
     resource_name, before, after) \
     VALUES ($1, x'00000000000000000000000000000001', '2030-01-01 00:00:00+00:00', x'00000000000000000000000000000002', 'Tenant', \
     'operator', 'user.create', 'user', x'00000000000000000000000000000003', 'User', '{}', '{}')",
    "INSERT INTO events (workspace_id, position, id, entry_id, numbered_at, type, tenant_id, data) \
     WITH numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 48000) \
     SELECT $1, n, randomblob(16), x'00000000000000000000000000000001', '2030-01-01 00:00:00+00:00', \
     CASE n % 22000 WHEN 21999 THEN 'user.deleted' ELSE 'user.created' END, \
     CASE n % 2 WHEN 0 THEN x'00000000000000000000000000000001' ELSE x'00000000000000000000000000000002' END, '{}' FROM numbers",
    "INSERT INTO event_recipients (workspace_id, tenant_id, position, type, relation) \
     SELECT workspace_id, tenant_id, position, type, 'own' FROM events WHERE workspace_id = $1",
];

fn feed() -> EventScope {
    build::channel(Permission::Read).event_scope(false).expect("a tenant")
}

fn log() -> EventScope {
    build::administrator().event_scope(true).expect("the default tenant")
}

fn filter(after: u64, types: &[&str]) -> EventFilter {
    EventFilter { after, types: types.iter().map(|name| name.parse().expect("a type")).collect(), limit: 50 }
}

#[tokio::test]
async fn a_page_is_one_range_of_an_index() {
    let (_folder, url, sqlite) = file().await;
    let database = sqlite.database();
    for (scope, range) in [
        (
            feed(),
            "SEARCH recipient USING INDEX sqlite_autoindex_event_recipients_1 (workspace_id=? AND tenant_id=? AND position>?)",
        ),
        (log(), "SEARCH event USING INDEX sqlite_autoindex_events_1 (workspace_id=? AND position>?)"),
    ] {
        for types in [&[][..], &["user.deleted"], &["user.*", "listing.*"]] {
            let plan = plan(&url, database.events_statement(&scope, &filter(7, types))).await;
            let ranges = plan.iter().filter(|line| line.replace("COVERING ", "") == range).count();
            // The end of what is looked at is found in the same range.
            assert_eq!(ranges, if types.is_empty() { 1 } else { 2 }, "{plan:#?}");
            let page = ["SCAN few", "SCAN page", "SCAN reached"];
            let mut scans = plan.iter().filter(|line| line.starts_with("SCAN"));
            assert!(scans.all(|line| page.iter().any(|page| line.starts_with(page))), "{plan:#?}");
        }
    }
    let scope = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("a tenant");
    let page = Page { start: PageStart::Number(1), size: 20 };
    for feed in [feed(), log()] {
        let plan = plan(&url, database.event_consumers_statement(&scope, &feed, page)).await;
        let scans = plan.iter().filter(|line| line.starts_with("SCAN") && !line.starts_with("SCAN unread"));
        assert_eq!(scans.count(), 0, "{plan:#?}");
    }
}

#[tokio::test]
async fn the_position_of_a_feed_is_one_look_into_an_index() {
    let (_folder, url, sqlite) = file().await;
    let plan = plan(&url, sqlite.database().event_positions_statement(&[feed(), log(), feed()])).await;
    for look in [
        "SEARCH log USING INDEX sqlite_autoindex_event_logs_1 (workspace_id=?)",
        "SEARCH recipient USING COVERING INDEX sqlite_autoindex_event_recipients_1 (workspace_id=? AND tenant_id=?)",
    ] {
        assert!(plan.iter().any(|line| line == look), "{plan:#?}");
    }
    let mut others = plan.iter().filter(|line| line.starts_with("SCAN") || line.contains("TEMP B-TREE"));
    assert!(others.all(|line| line == "SCAN feed" || line.ends_with("CONSTANT ROWS")), "{plan:#?}");
}

#[tokio::test]
async fn a_page_looks_at_so_many_events_for_those_of_a_type() {
    let (_folder, url, sqlite) = file().await;
    // This test does not need foreign keys.
    let options = SqliteConnectOptions::from_str(&url).expect("an address").foreign_keys(false);
    let pool = SqlitePool::connect_with(options).await.expect("a connection");
    for statement in EVENTS {
        sqlx::query(statement).bind(build::workspace_id().as_uuid()).execute(&pool).await.expect("it runs");
    }
    let database = sqlite.database();
    let (mut after, mut pages) = (0, Vec::new());
    loop {
        let page = database.read(&feed(), &filter(after, &["user.deleted"])).await.expect("a page");
        pages.push((page.events.iter().map(|event| event.position).collect::<Vec<_>>(), page.position, page.has_more));
        if !page.has_more {
            break;
        }
        after = page.position;
    }
    assert_eq!(pages, [(vec![], 19_999, true), (vec![21_999], 39_999, true), (vec![43_999], 48_000, false)]);
}

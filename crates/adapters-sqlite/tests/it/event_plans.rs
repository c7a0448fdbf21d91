//! Plans of SQLite for the event log, and reading of one with many events.

use domain::access::{EventScope, Permission};
use ports::{EventFilter, EventQueries, Page, PageStart};
use sea_orm::Statement;
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
async fn the_numbering_looks_into_indexes() {
    let (_folder, url, sqlite) = file().await;
    let [workspaces, logs, waiting, importers, owners, tenants, storing] =
        sqlite.database().numbering_statements(build::workspace_id(), build::at());
    // SQLite explains one statement at a time.
    let Statement { sql, values, db_backend } = storing;
    let [_, _, done, of_tenants, of_workspaces, log] = sql.split("; ").collect::<Vec<_>>()[..] else {
        panic!("six statements: {sql}")
    };
    let [done, of_tenants, of_workspaces, log] = [done, of_tenants, of_workspaces, log].map(|sql| Statement {
        sql: sql.to_owned(),
        values: values.clone(),
        db_backend,
    });
    for (statement, search) in [
        (workspaces, "SEARCH waiting USING COVERING INDEX unnumbered_events_by_workspace (workspace_id>?)"),
        (logs, "SEARCH log USING INDEX sqlite_autoindex_event_logs_1 (workspace_id=?)"),
        (waiting, "SEARCH waiting USING INDEX unnumbered_events_by_workspace (workspace_id=? AND sequence=?)"),
        (importers, "SEARCH import USING COVERING INDEX importers_by_listing (workspace_id=? AND listing_id=?)"),
        (owners, "SEARCH listing USING INDEX sqlite_autoindex_listings_1 (workspace_id=? AND id=?)"),
        (tenants, "SEARCH tenant USING INDEX tenant_default (workspace_id=?)"),
        (done, "SEARCH unnumbered_events USING INTEGER PRIMARY KEY (rowid=?)"),
        (of_tenants, "SEARCH webhooks USING INDEX webhooks_by_tenant (workspace_id=? AND tenant_id=?)"),
        (of_workspaces, "SEARCH webhooks USING INDEX webhooks_of_workspace (workspace_id=?)"),
        (log, "SEARCH event_logs USING COVERING INDEX sqlite_autoindex_event_logs_1 (workspace_id=?)"),
    ] {
        let plan = plan(&url, statement).await;
        assert!(plan.iter().any(|line| line == search), "{search}: {plan:#?}");
        let first = "SCAN waiting USING COVERING INDEX unnumbered_events_by_workspace";
        let known = [first, "SCAN found", "SCAN few", "SCAN item VIRTUAL TABLE INDEX 1:"];
        let mut scans = plan.iter().filter(|line| line.starts_with("SCAN") || line.contains("TEMP B-TREE"));
        assert!(scans.all(|line| known.contains(&line.as_str()) || line.ends_with("CONSTANT ROW")), "{plan:#?}");
    }
}

#[tokio::test]
async fn webhooks_that_are_due_are_found_among_those_that_are_behind() {
    let (_folder, url, sqlite) = file().await;
    let [noted, ..] = sqlite.database().webhook_deliveries_statements(build::at());
    let plan = plan(&url, noted).await;
    let mut scans = plan.iter().filter(|line| line.starts_with("SCAN"));
    assert!(scans.all(|line| line == "SCAN webhook USING INDEX webhooks_behind"), "{plan:#?}");
}

#[tokio::test]
async fn each_webhook_takes_one_look_into_its_feed_where_all_are_looked_at() {
    let (_folder, url, sqlite) = file().await;
    let [_, all, oldest] = sqlite.database().webhook_deliveries_statements(build::at());
    for statement in [all, oldest] {
        let plan = plan(&url, statement).await;
        let look =
            "SEARCH recipient USING COVERING INDEX sqlite_autoindex_event_recipients_1 (workspace_id=? AND tenant_id=?";
        let looks = plan.iter().filter(|line| line.starts_with(look));
        assert_eq!(looks.count(), 1, "{plan:#?}");
        let mut scans = plan.iter().filter(|line| line.starts_with("SCAN"));
        assert!(scans.all(|line| line.starts_with("SCAN webhook") || line.starts_with("SCAN log")), "{plan:#?}");
    }
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

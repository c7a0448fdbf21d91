//! Plans of PostgreSQL for the event log, and reading of one with many events.

use adapters_postgres::Postgres;
use domain::access::{EventScope, Permission};
use ports::{EventFilter, EventQueries, Page, PageStart};
use sqlx::{AssertSqlSafe, Executor};
use testkit::build;

use crate::fresh;
use crate::plans::{IMPORTS, LISTINGS, filled, plan, sides};
use crate::wall::walled;

/// Creates 48,000 events of two tenants by turns, so many that a sequential scan would be slow. One event in 11,000 has
/// another type.
const EVENTS: [&str; 5] = [
    "INSERT INTO event_logs (workspace_id, position, oldest) VALUES ($1, 48000, 1)",
    "INSERT INTO audit (workspace_id, id, at, tenant_id, tenant_name, actor_name, action, resource_kind, resource_id, \
     resource_name, before, after) \
     SELECT $1, lpad(n::text, 32, '0')::uuid, now(), lpad((n % 2 + 1)::text, 32, '0')::uuid, 'Tenant', 'operator', \
     'user.create', 'user', gen_random_uuid(), 'User', '{}', '{}' FROM generate_series(1, 48000) n",
    "INSERT INTO events (workspace_id, position, id, entry_id, numbered_at, type, tenant_id, data) \
     SELECT $1, n, gen_random_uuid(), lpad(n::text, 32, '0')::uuid, now(), \
     CASE n % 22000 WHEN 21999 THEN 'user.deleted' ELSE 'user.created' END, lpad((n % 2 + 1)::text, 32, '0')::uuid, '{}' \
     FROM generate_series(1, 48000) n",
    "INSERT INTO event_recipients (workspace_id, tenant_id, position, type, relation) \
     SELECT workspace_id, tenant_id, position, type, 'own' FROM events",
    "ANALYZE",
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
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..1], &EVENTS].concat()).await;
    for (pool, database) in sides(&server, pool).await {
        for (scope, index, range) in [
            (feed(), "event_recipients_pkey on event_recipients recipient", "(tenant_id = $4) AND (\"position\" > $2)"),
            (log(), "events_pkey on events event", "(workspace_id = $1) AND (\"position\" > $2)"),
        ] {
            for types in [&[][..], &["user.deleted"], &["user.*", "listing.*"]] {
                let plan = plan(&pool, database.events_statement(&scope, &filter(7, types))).await;
                let ranges =
                    plan.windows(2).filter(|lines| lines[0].contains(index) && lines[1].contains(range)).count();
                // The end of what is looked at is found in the same range.
                assert_eq!(ranges, if types.is_empty() { 1 } else { 2 }, "{plan:#?}");
                assert!(
                    !plan.iter().any(|line| line.contains("Seq Scan on") && !line.contains("event_logs")),
                    "{plan:#?}"
                );
                assert!(!plan.iter().any(|line| line.contains("Hash")), "only events of the page are read: {plan:#?}");
            }
        }
        let scope = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("a tenant");
        let page = Page { start: PageStart::Number(1), size: 20 };
        for (feed, index) in [(feed(), "event_recipients_pkey"), (log(), "events_pkey")] {
            let plan = plan(&pool, database.event_consumers_statement(&scope, &feed, page)).await;
            assert!(plan.iter().any(|line| line.contains(&format!("using {index} on"))), "{plan:#?}");
            let scans = plan.iter().filter(|line| line.contains("Seq Scan on"));
            assert!(scans.clone().all(|line| line.contains("event_consumers")), "{plan:#?}");
        }
    }
}

#[tokio::test]
async fn the_position_of_a_feed_is_one_look_into_an_index() {
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..1], &EVENTS].concat()).await;
    for (pool, database) in sides(&server, pool).await {
        let plan = plan(&pool, database.event_positions_statement(&[feed(), log(), feed()])).await;
        let last = "Index Only Scan Backward using event_recipients_pkey on event_recipients recipient";
        let range = "(workspace_id = \"*VALUES*\".column1) AND (tenant_id = \"*VALUES*\".column2)";
        let looks = plan.windows(2).filter(|lines| lines[0].contains(last) && lines[1].contains(range));
        assert_eq!(looks.count(), 1, "{plan:#?}");
        assert!(!plan.iter().any(|line| line.contains("Seq Scan on") && !line.contains("event_logs")), "{plan:#?}");
    }
}

#[tokio::test]
async fn the_numbering_looks_into_indexes_even_if_it_was_planned_while_nothing_waited() {
    const TENANTS: &str = "\
        INSERT INTO tenants (workspace_id, id, name, name_folded, search_text, domain, is_default, status, version, \
        created_at, updated_at) SELECT $1, gen_random_uuid(), 'Tenant', 'tenant', '', 't-' || n, false, 'ACTIVE', 1, now(), \
        now() FROM generate_series(1, 2000) n";
    let server = fresh();
    let pool = filled(server.url(), &[&LISTINGS[..4], &[TENANTS], &IMPORTS, &EVENTS].concat()).await;
    // So does its transaction.
    for join in ["seqscan", "hashjoin", "mergejoin"] {
        pool.execute(AssertSqlSafe(format!("SET enable_{join} = off"))).await.expect("a setting");
    }
    let database = Postgres::new(server.url()).expect("an address").database();
    let [workspaces, logs, waiting, importers, owners, tenants, storing] =
        database.numbering_statements(build::workspace_id(), build::at());
    for (statement, indexes) in [
        (workspaces, &["Index Only Scan using unnumbered_events_pkey on unnumbered_events waiting"][..]),
        (
            logs,
            &[
                "Index Scan using event_logs_pkey on event_logs log",
                "Index Only Scan using unnumbered_events_pkey on unnumbered_events waiting",
            ],
        ),
        (
            waiting,
            &[
                "Index Scan using unnumbered_events_pkey on unnumbered_events waiting",
                "Index Only Scan using unnumbered_events_pkey on unnumbered_events early",
                "Index Scan using audit_pkey on audit entry",
            ],
        ),
        (
            importers,
            &["Index Only Scan using importers_by_listing on imports import", "using listings_pkey on listings"],
        ),
        (owners, &["Index Scan using listings_pkey on listings listing"]),
        (tenants, &["using tenant_default on tenants tenant"]),
        (
            storing,
            &[
                "Index Scan using unnumbered_events_pkey on unnumbered_events",
                "Index Scan using webhooks_by_tenant on webhooks",
                "Index Scan using webhooks_of_workspace on webhooks",
                "Index Scan using event_logs_pkey on event_logs",
            ],
        ),
    ] {
        let plan = plan(&pool, statement).await;
        for index in indexes {
            assert!(plan.iter().any(|line| line.contains(index)), "{index}: {plan:#?}");
        }
        assert!(!plan.iter().any(|line| line.contains("Seq Scan") || line.contains("Sort")), "{plan:#?}");
    }
}

/// Creates 10,000 webhooks of the tenants, all of them at rest.
const WEBHOOKS: [&str; 2] = [
    "INSERT INTO webhooks (workspace_id, id, tenant_id, url, types, scope, base_url, status, position, \
     consecutive_failures, secret, version, created_at, updated_at, leased_until, newest) \
     SELECT $1, gen_random_uuid(), id, '', '*', 'tenant', '', 'ENABLED', n, 0, '', 1, now(), now(), now(), n \
     FROM tenants, generate_series(1, 10000) n",
    "ANALYZE",
];

#[tokio::test]
async fn webhooks_that_are_due_are_found_among_those_that_are_behind() {
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..2], &WEBHOOKS].concat()).await;
    for (pool, database) in sides(&server, pool).await {
        let [noted, ..] = database.webhook_deliveries_statements(build::at());
        let plan = plan(&pool, noted).await;
        assert!(plan.iter().any(|line| line.contains("using webhooks_behind on webhooks")), "{plan:#?}");
        assert!(!plan.iter().any(|line| line.contains("Seq Scan on webhooks")), "{plan:#?}");
    }
}

#[tokio::test]
async fn each_webhook_takes_one_look_into_its_feed_where_all_are_looked_at() {
    let server = fresh();
    let pool = filled(server.url(), &[&LISTINGS[..2], &EVENTS, &WEBHOOKS].concat()).await;
    let database = Postgres::new(server.url()).expect("an address").database();
    let [_, all, oldest] = database.webhook_deliveries_statements(build::at());
    for statement in [all, oldest] {
        let plan = plan(&pool, statement).await;
        let look = "using event_recipients_pkey on event_recipients recipient";
        assert!(plan.iter().any(|line| line.contains(look)), "{plan:#?}");
        let mut scans = plan.iter().filter(|line| line.contains("Seq Scan on event"));
        assert!(scans.all(|line| line.contains("on event_logs")), "{plan:#?}");
    }
}

#[tokio::test]
async fn old_events_are_looked_for_at_the_beginning_of_each_log() {
    let server = fresh();
    let pool = filled(server.url(), &[&LISTINGS[..1], &EVENTS].concat()).await;
    let database = Postgres::new(server.url()).expect("an address").database();
    let plan = plan(&pool, database.old_events_statement(build::at())).await;
    let look = plan.windows(2).any(|lines| {
        lines[0].contains("Index Scan using events_pkey on events event")
            && lines[1].contains("\"position\" = log.oldest")
    });
    assert!(look && !plan.iter().any(|line| line.contains("Seq Scan on events")), "{plan:#?}");
}

#[tokio::test]
async fn a_page_looks_at_so_many_events_for_those_of_a_type() {
    let server = fresh();
    filled(server.url(), &[&LISTINGS[..1], &EVENTS].concat()).await;
    let database = Postgres::new(server.url()).expect("an address").database();
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

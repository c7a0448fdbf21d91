//! Plans of SQLite for statements that must be fast with any number of listings.

use domain::access::Permission;
use domain::geography::Around;
use domain::ids::{ListingId, TenantId};
use domain::stays::Stay;
use ports::{AuditFilter, FreeNights, ListingFilter, Page, PageStart, ReservationFilter, TenantFilter, UserFilter};
use sea_orm::{ConnectionTrait, SqlxSqliteConnector, Statement};
use sqlx::SqlitePool;
use testkit::build;

use crate::file;

#[tokio::test]
async fn a_tenants_trail_is_read_from_the_indexes_of_its_own_and_of_others_entries() {
    let (_folder, url, sqlite) = file().await;
    let scope = build::channel(Permission::Admin).audit_scope().expect("an administrator");
    for start in [PageStart::Number(2), PageStart::After(build::id())] {
        let page = Page { start, size: 20 };
        let statement = sqlite.database().audit_statement(&scope, &AuditFilter::default(), page);
        let plan = plan(&url, statement).await;
        for index in [
            "audit_by_tenant (workspace_id=? AND tenant_id=?",
            "audit_by_other_tenant (workspace_id=? AND other_tenant_id=?",
        ] {
            let search = format!("SEARCH entry USING COVERING INDEX {index}");
            assert!(plan.iter().any(|line| line.starts_with(&search)), "{search}: {plan:#?}");
        }
        assert!(!plan.iter().any(|line| line.starts_with("SCAN entry")), "{plan:#?}");
        assert!(!plan.iter().any(|line| line.starts_with("USE TEMP B-TREE")), "it is merged unsorted: {plan:#?}");
    }
}

#[tokio::test]
async fn a_text_is_found_by_the_index_of_its_scope_and_a_page_reads_its_rows_only() {
    let (_folder, url, sqlite) = file().await;
    let page = Page { start: PageStart::Number(300), size: 10 };
    let admin = build::administrator().admin_scope(Permission::Read).expect("an administrator");
    let tenant = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
    let text = Some("tenant 1234".parse().expect("a text"));
    let database = sqlite.database();
    let searched = TenantFilter { q: text.clone(), ..TenantFilter::default() };
    let named = UserFilter { name: text, ..UserFilter::default() };
    for (statement, row) in [
        (database.tenants_statement(&admin, &searched, page), "tenant"),
        (database.tenants_count_statement(&admin, &searched), "tenant"),
        (database.users_statement(&tenant, &named, page), "api_user"),
        (database.users_count_statement(&tenant, &named), "api_user"),
    ] {
        let plan = plan(&url, statement).await;
        // The text, and the first and last row of the scope.
        let index =
            plan.iter().position(|line| line.starts_with("SCAN ") && line.ends_with("VIRTUAL TABLE INDEX 0:M1><"));
        let rows = plan.iter().position(|line| *line == format!("SEARCH {row} USING INTEGER PRIMARY KEY (rowid=?)"));
        assert!(index.is_some() && index < rows, "{plan:#?}");
    }
    for (statement, steps) in [
        (
            database.tenants_statement(&admin, &TenantFilter::default(), page),
            [
                "SEARCH tenant USING COVERING INDEX sqlite_autoindex_tenants_1 (workspace_id=?)",
                "SEARCH tenant USING INDEX sqlite_autoindex_tenants_1 (workspace_id=? AND id>?)",
            ],
        ),
        (
            database.users_statement(&tenant, &UserFilter::default(), page),
            [
                "SEARCH api_user USING COVERING INDEX users_by_home (workspace_id=? AND home_tenant_id=?)",
                "SEARCH api_user USING INDEX users_by_home (workspace_id=? AND home_tenant_id=? AND id>?)",
            ],
        ),
    ] {
        let plan = plan(&url, statement).await;
        for step in steps {
            assert!(plan.iter().any(|line| line == step), "{step}: {plan:#?}");
        }
        assert!(!plan.iter().any(|line| line.starts_with("SCAN")), "{plan:#?}");
    }
}

#[tokio::test]
async fn a_page_far_away_skips_in_an_index() {
    let (_folder, url, sqlite) = file().await;
    let database = sqlite.database();
    let page = Page { start: PageStart::Number(300), size: 10 };
    let tenant = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
    let trail = build::administrator().audit_scope().expect("an administrator");
    for (statement, skips) in [
        (
            database.listings_statement(&tenant, &ListingFilter::default(), page),
            &[
                "listing USING COVERING INDEX listings_by_account (workspace_id=? AND integration_account_id=?)",
                "listing USING COVERING INDEX listings_by_account (workspace_id=? AND integration_account_id=? AND id<?)",
                "import USING INDEX sqlite_autoindex_imports_1 (workspace_id=? AND tenant_id=?)",
            ][..],
        ),
        (
            database.reservations_statement(&tenant, &ReservationFilter::default(), page),
            &[
                "reservation USING COVERING INDEX reservations_by_account (workspace_id=? AND integration_account_id=?)",
                "reservation USING COVERING INDEX reservations_by_account (workspace_id=? AND integration_account_id=? AND id<?)",
                "reservation USING COVERING INDEX reservations_by_importer (workspace_id=? AND sold_by=?)",
            ],
        ),
        (
            database.audit_statement(&trail, &AuditFilter::default(), page),
            &["entry USING COVERING INDEX sqlite_autoindex_audit_1 (workspace_id=?)"],
        ),
    ] {
        let plan = plan(&url, statement).await;
        for skip in skips {
            assert!(plan.contains(&format!("SEARCH {skip}")), "{skip}: {plan:#?}");
        }
        if skips.len() > 1 {
            assert!(plan.iter().any(|line| line == "MERGE (UNION ALL)"), "{plan:#?}");
            let sort = plan.iter().position(|line| line.starts_with("USE TEMP B-TREE"));
            let of_others = plan.iter().position(|line| line.contains("id<?"));
            assert!(of_others < sort, "only those of other accounts than the first are sorted: {plan:#?}");
        }
    }
}

#[tokio::test]
async fn few_changes_are_found_by_their_index_and_many_by_id() {
    let (_folder, url, sqlite) = file().await;
    let database = sqlite.database();
    let tenant = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
    let updated_since = "2030-01-10T00:00:00Z".parse().ok();
    let listings = ListingFilter { updated_since, ..ListingFilter::default() };
    let reservations = ReservationFilter { updated_since, ..ReservationFilter::default() };
    let by_account = "(workspace_id=? AND integration_account_id=? AND updated_at>?)";
    for start in [PageStart::Number(2), PageStart::After(build::id())] {
        let page = Page { start, size: 20 };
        for (few, many, steps) in [
            (
                database.changed_listings_statement(&tenant, &listings, page),
                database.listings_statement(&tenant, &listings, page),
                [
                    format!("SEARCH listing USING COVERING INDEX listings_by_change {by_account}"),
                    format!("SEARCH changed USING COVERING INDEX listings_by_change {by_account}"),
                ],
            ),
            (
                database.changed_reservations_statement(&tenant, &reservations, page),
                database.reservations_statement(&tenant, &reservations, page),
                [
                    format!("SEARCH reservation USING COVERING INDEX reservations_by_change {by_account}"),
                    "SEARCH changed USING COVERING INDEX reservations_by_change_of_importer \
                     (workspace_id=? AND sold_by=? AND updated_at>?)"
                        .to_owned(),
                ],
            ),
        ] {
            let plan_of_few = plan(&url, few).await;
            for step in steps {
                assert!(plan_of_few.contains(&step), "{step}: {plan_of_few:#?}");
            }
            let plan_of_many = plan(&url, many).await;
            assert!(!plan_of_many.iter().any(|line| line.contains("_by_change")), "{plan_of_many:#?}");
            assert!(plan_of_many.iter().any(|line| line.contains("s_by_account (")), "{plan_of_many:#?}");
            assert!(plan_of_many.iter().any(|line| line == "MERGE (UNION ALL)"), "{plan_of_many:#?}");
        }
    }
}

#[tokio::test]
async fn a_search_and_a_list_of_many_begin_with_the_tree_of_places() {
    let (_folder, url, sqlite) = file().await;
    let scope = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
    let around =
        Around { place: "40.7128,-74.0060".parse().expect("a place"), radius: "50".parse().expect("a radius") };
    let page = Page { start: PageStart::Number(2), size: 20 };
    let [check_in, check_out] = ["2030-01-10", "2030-01-12"].map(|date| date.parse().expect("a date"));
    let nights = FreeNights { stay: Stay::new(check_in, check_out).expect("nights"), at: build::at() };
    let filter = ListingFilter { free: Some(nights), ..ListingFilter::default() };
    for statement in [
        sqlite.database().listings_search_statement(&scope, around, around.radius, &filter, page),
        sqlite.database().listings_in_ring_statement(&scope, around, &filter, page),
    ] {
        begins_with_the_tree(&plan(&url, statement).await);
    }
}

fn begins_with_the_tree(plan: &[String]) {
    let line = |text: &str| plan.iter().position(|line| line.starts_with(text));
    // The R-tree is searched with conditions: without any, its index would be `2:` and nothing more.
    let tree = line("SCAN place VIRTUAL TABLE INDEX 2:").filter(|line| !plan[*line].ends_with("2:"));
    let listings = line("SEARCH listing USING INTEGER PRIMARY KEY");
    assert!(tree.is_some() && listings.is_some() && tree < listings, "{plan:#?}");
    assert!(!plan.iter().any(|line| line.starts_with("SCAN listing")), "{plan:#?}");
    // The owner and the page are looked up from the results of the tree: SQLite cannot tell how few there are.
    for step in ["SEARCH account USING ", "SEARCH owner USING "] {
        assert!(line(step) > listings, "{plan:#?}");
    }
    assert!(
        line("SEARCH listing USING INDEX sqlite_autoindex_listings_1 (workspace_id=? AND id=?)").is_some(),
        "{plan:#?}"
    );
    for night in ["SEARCH night USING ", "SEARCH stay USING INDEX reservations_by_listing"] {
        assert!(line(night).is_some(), "{plan:#?}");
    }
}

#[tokio::test]
async fn a_list_is_filtered_within_the_index_of_the_account() {
    let (_folder, url, sqlite) = file().await;
    let scope = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
    let price = |text: &str| Some(text.parse().expect("an amount"));
    let filter = ListingFilter {
        guests: Some(4.try_into().expect("a number")),
        bedroom_count: Some(2.try_into().expect("a number")),
        min_price: price("50"),
        max_price: price("200"),
        ..ListingFilter::default()
    };
    let page = Page { start: PageStart::Number(1), size: 20 };
    let plan = plan(&url, sqlite.database().listings_statement(&scope, &filter, page)).await;
    for step in [
        "SEARCH account USING INDEX integration_accounts_by_tenant (workspace_id=? AND tenant_id=?)",
        "SEARCH listing USING COVERING INDEX listings_by_account (workspace_id=? AND integration_account_id=?)",
        "SEARCH listing USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH listing USING INDEX sqlite_autoindex_listings_1 (workspace_id=? AND id=?)",
    ] {
        assert!(plan.iter().any(|line| line == step), "{step} is not in {plan:#?}");
    }
}

#[tokio::test]
async fn an_import_finds_each_of_its_listings_by_its_id() {
    let (_folder, url, sqlite) = file().await;
    let scope = build::channel(Permission::Write).tenant_scope(Permission::Write).expect("an active tenant");
    let ids: Vec<_> = (0..1000).map(|_| ListingId::new(build::id())).collect();
    let plan = plan(&url, sqlite.database().candidates_statement(&scope, &ids)).await;
    let listings = "SEARCH listing USING INDEX sqlite_autoindex_listings_1 (workspace_id=? AND id=?)";
    assert_eq!(plan.first().map(String::as_str), Some(listings), "{plan:#?}");
}

#[tokio::test]
async fn a_hold_counts_those_of_its_importer_only() {
    let (_folder, url, sqlite) = file().await;
    let [importer, owner] = [(); 2].map(|()| TenantId::new(build::id()));
    let statement = sqlite.database().holds_statement(build::workspace_id(), importer, owner, build::at());
    let plan = plan(&url, statement).await;
    let holds = "SEARCH reservation USING INDEX reservations_held_by_importer (workspace_id=? AND sold_by=? AND hold_expires_at>?)";
    assert!(plan.iter().any(|line| line == holds), "{plan:#?}");
}

#[tokio::test]
async fn a_move_finds_imports_by_their_account() {
    let (_folder, url, sqlite) = file().await;
    let account = build::listing_account().id;
    let statements = sqlite.database().move_statements(build::workspace_id(), account, TenantId::new(build::id()));
    for (statement, expected) in statements.into_iter().zip([
        "USING COVERING INDEX imports_by_account (workspace_id=? AND integration_account_id=? AND tenant_id=?)",
        "USING COVERING INDEX imports_by_account (workspace_id=? AND integration_account_id=?)",
    ]) {
        let plan = plan(&url, statement).await;
        assert!(matches!(&plan[..], [only] if only.ends_with(expected)), "{plan:#?}");
    }
}

pub(crate) async fn plan(url: &str, statement: Statement) -> Vec<String> {
    let Statement { sql, values, db_backend } = statement;
    let explain = Statement { sql: format!("EXPLAIN QUERY PLAN {sql}"), values, db_backend };
    let pool = SqlitePool::connect(url).await.expect("a connection");
    let rows = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool).query_all_raw(explain).await;
    rows.expect("a plan").into_iter().map(|row| row.try_get("", "detail").expect("a line")).collect()
}

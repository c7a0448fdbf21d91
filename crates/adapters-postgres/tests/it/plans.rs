//! Plans of PostgreSQL for statements that must be fast with any number of listings.

use std::str::FromStr;

use adapters_postgres::{Database, PLANNED_ONCE, Postgres};
use domain::access::Permission;
use domain::geography::Around;
use domain::ids::{IntegrationAccountId, TenantId};
use domain::stays::Stay;
use ports::{AuditFilter, FreeNights, ListingFilter, Page, PageStart, ReservationFilter, TenantFilter, UserFilter};
use sea_orm::{Statement, Value};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Executor, PgPool};
use testkit::build;

use crate::wall::{limited, walled};

/// Creates listings of the default tenant in so many places all over the globe that a sequential scan would be slow.
pub(crate) const LISTINGS: [&str; 7] = [
    "INSERT INTO workspaces (id, name, default_currency, default_discount, max_importer_hold_hours, max_importer_holds, version, \
     created_at, updated_at) VALUES ($1, 'Stays Inc.', 'USD', 0, 72, 100, 1, now(), now())",
    "INSERT INTO tenants (workspace_id, id, name, name_folded, search_text, domain, is_default, status, version, created_at, \
     updated_at) SELECT $1, gen_random_uuid(), 'Tenant', 'tenant', '', 'default', true, 'ACTIVE', 1, now(), now()",
    "INSERT INTO integration_accounts (workspace_id, id, tenant_id, name, provider, account_identifier, auth_type, status, \
     allow_import, markup, distribution_markup, version, created_at, updated_at) \
     SELECT $1, gen_random_uuid(), id, 'Stays', 'OTHER', '1', 'API_KEY', 'ACTIVE', true, 0, 0, 1, now(), now() \
     FROM tenants WHERE workspace_id = $1",
    "INSERT INTO listings (workspace_id, id, integration_account_id, provider_id, name, status, pictures, latitude, longitude, \
     x, y, z, minimum_nights, max_occupancy, bedroom_count, bathroom_tenths, start_price, start_price_scaled, currency, \
     amenities, amenities_folded, version, created_at, updated_at) \
     SELECT $1, gen_random_uuid(), a.id, n::text, 'Loft', 'ACTIVE', '[]', 0, 0, cos(n) * sqrt(1 - z ^ 2), \
     sin(n) * sqrt(1 - z ^ 2), z, 1, 2, 1, 10, 10000, 1000000, 'USD', '[]', '', 1, now(), now() \
     FROM integration_accounts a, (SELECT n, n / 10000.0 - 1 AS z FROM generate_series(1, 19999) n) spiral \
     WHERE a.workspace_id = $1",
    "INSERT INTO calendar_nights (workspace_id, listing_id, night, is_blocked) \
     SELECT workspace_id, id, DATE '2030-01-01' + n, true FROM listings, generate_series(1, 3) n",
    "INSERT INTO reservations (workspace_id, id, listing_id, integration_account_id, check_in, check_out, guests, currency, \
     base_price, markup_percentage, markup, default_discount_percentage, default_discount, fees, taxes, type, status, \
     guest_first_name, guest_last_name, version, created_at, updated_at) \
     SELECT workspace_id, gen_random_uuid(), id, integration_account_id, DATE '2030-01-01' + 3 * n, DATE '2030-01-03' + 3 * n, \
     2, 'USD', 0, 0, 0, 0, 0, 0, 0, 'INSTANT_BOOKING', 'CONFIRMED', 'Grace', 'Hopper', 1, now(), now() \
     FROM listings, generate_series(1, 3) n",
    "ANALYZE",
];

/// Creates imports of the listings of 100 accounts by 20 tenants: so many that a sequential scan would be slow.
/// Foreign keys are off, so the tenants and listings need not exist.
pub(crate) const IMPORTS: [&str; 3] = [
    "SET session_replication_role = replica",
    "INSERT INTO imports (workspace_id, tenant_id, listing_id, integration_account_id, imported_at) \
     SELECT $1, lpad(tenant::text, 32, '0')::uuid, gen_random_uuid(), lpad(account::text, 32, '0')::uuid, now() \
     FROM generate_series(1, 20) tenant, generate_series(1, 100) account, generate_series(1, 20) listing",
    "ANALYZE",
];

/// Creates so many tenants, and users of some of them, that a sequential scan would be slow.
pub(crate) const TEXTS: [&str; 3] = [
    "INSERT INTO tenants (workspace_id, id, name, name_folded, search_text, domain, is_default, status, version, created_at, \
     updated_at) SELECT $1, gen_random_uuid(), 'Tenant', 'tenant', 'tenant ' || n, 't-' || n, false, 'ACTIVE', 1, now(), now() \
     FROM generate_series(1, 20000) n",
    "INSERT INTO users (workspace_id, id, home_tenant_id, current_tenant_id, name, search_text, role, status, version, created_at, \
     updated_at) SELECT $1, gen_random_uuid(), t.id, t.id, 'User', 'user ' || n, 'venue', 1, 1, now(), now() \
     FROM (SELECT id FROM tenants LIMIT 20) t, generate_series(1, 1000) n",
    "ANALYZE",
];

/// Distributes the listings and reservations over ten accounts, the sales over 20 importers, and creates audit entries of 20 tenants.
pub(crate) const ACCOUNTS: [&str; 5] = [
    "INSERT INTO integration_accounts (workspace_id, id, tenant_id, name, provider, account_identifier, auth_type, status, \
     allow_import, markup, distribution_markup, version, created_at, updated_at) \
     SELECT workspace_id, lpad(n::text, 32, '0')::uuid, tenant_id, name, provider, 'a' || n, auth_type, status, allow_import, \
     markup, distribution_markup, version, created_at, updated_at FROM integration_accounts, generate_series(1, 10) n",
    "UPDATE listings SET integration_account_id = lpad((provider_id::int % 10 + 1)::text, 32, '0')::uuid",
    "UPDATE reservations SET integration_account_id = listing.integration_account_id, \
     sold_by = lpad((listing.provider_id::int % 20 + 1)::text, 32, '0')::uuid FROM listings listing WHERE listing.id = reservations.listing_id",
    "INSERT INTO audit (workspace_id, id, at, tenant_id, tenant_name, other_tenant_id, actor_name, action, resource_kind, \
     resource_id, resource_name, before, after) \
     SELECT $1, gen_random_uuid(), now(), lpad((n % 20)::text, 32, '0')::uuid, 'Tenant', \
     lpad(((n + 1) % 20)::text, 32, '0')::uuid, 'operator', 'tenant.create', 'tenant', gen_random_uuid(), 'Tenant', '{}', '{}' \
     FROM generate_series(1, 20000) n",
    "ANALYZE",
];

fn stay(check_in: &str, check_out: &str) -> Stay {
    Stay::new(check_in.parse().expect("a date"), check_out.parse().expect("a date")).expect("nights")
}

#[tokio::test]
async fn a_search_and_a_list_of_many_walk_the_index_of_places_nearest_first() {
    let server = walled();
    let pool = filled(server.url(), &LISTINGS).await;
    for (is_walled, (pool, database)) in [false, true].into_iter().zip(sides(&server, pool).await) {
        let scope = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
        let page = Page { start: PageStart::Number(2), size: 20 };
        let nights = FreeNights { stay: stay("2030-01-10", "2030-01-12"), at: build::at() };
        let free = ListingFilter { free: Some(nights), ..ListingFilter::default() };
        let cases = ["1", "50", "1000"]
            .into_iter()
            .flat_map(|radius| [(radius, ListingFilter::default()), (radius, free.clone())]);
        for (radius, filter) in cases {
            let around = Around {
                place: "40.7128,-74.0060".parse().expect("a place"),
                radius: radius.parse().expect("a radius"),
            };
            for statement in [
                database.listings_search_statement(&scope, around, around.radius, &filter, page),
                database.listings_in_ring_statement(&scope, around, &filter, page),
            ] {
                let plan = plan(&pool, statement).await;
                if is_walled { reads_the_box(&plan) } else { walks_nearest_first(&plan) }
            }
        }
    }
}

/// The box is read by an index, although `&&` is not leakproof.
fn reads_the_box(plan: &[String]) {
    let read = plan.windows(2).filter(|lines| lines[0].contains("listings_by_position"));
    let by_place = |line: &str| line.contains("Index Cond: ((workspace_id = ") && line.contains("(\"position\" && ");
    assert_eq!(read.filter(|lines| by_place(&lines[1])).count(), 1, "{plan:#?}");
    for table in ["listings", "calendar_nights", "reservations"] {
        assert!(!plan.iter().any(|line| line.contains(&format!("Seq Scan on {table}"))), "{plan:#?}");
    }
}

fn walks_nearest_first(plan: &[String]) {
    let walk = plan.iter().position(|line| line.contains("Index Scan using listings_by_position on listings"));
    let walk = walk.unwrap_or_else(|| panic!("no index is used: {plan:#?}"));
    let of_the_walk = |condition: &str| plan[walk..].iter().take(4).any(|line| line.contains(condition));
    assert!(of_the_walk("Index Cond: ((workspace_id = "), "{plan:#?}");
    assert!(of_the_walk("Order By: (\"position\" <-> "), "{plan:#?}");
    for table in ["listings", "calendar_nights", "reservations"] {
        assert!(!plan.iter().any(|line| line.contains(&format!("Seq Scan on {table}"))), "{plan:#?}");
    }
    assert!(!plan.iter().any(|line| line.contains("Hash")), "only near listings are read: {plan:#?}");
}

#[tokio::test]
async fn a_text_is_found_by_the_index_of_its_scope_and_a_page_reads_its_rows_only() {
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..1], &TEXTS].concat()).await;
    for (pool, database) in sides(&server, pool).await {
        let page = Page { start: PageStart::Number(300), size: 10 };
        let admin = build::administrator().admin_scope(Permission::Read).expect("an administrator");
        let tenant = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
        let text = Some("tenant 1234".parse().expect("a text"));
        let described = TenantFilter { description: text.clone(), ..TenantFilter::default() };
        let searched = TenantFilter { q: text.clone(), ..TenantFilter::default() };
        let named = UserFilter { name: text, ..UserFilter::default() };
        let in_workspace = ("tenants_by_text", "(workspace_id = $1) AND (searchable(");
        let in_tenant = ("users_by_text", "(workspace_id = $1) AND (home_tenant_id = $2) AND (searchable(");
        for (statement, (index, condition)) in [
            (database.tenants_statement(&admin, &searched, page), in_workspace),
            (database.tenants_count_statement(&admin, &searched), in_workspace),
            (database.tenants_statement(&admin, &described, page), in_workspace),
            (database.users_statement(&tenant, &named, page), in_tenant),
            (database.users_count_statement(&tenant, &named), in_tenant),
        ] {
            let plan = plan(&pool, statement).await;
            let by_text = plan.iter().position(|line| line.contains(&format!("Bitmap Index Scan on {index}")));
            let by_text = by_text.unwrap_or_else(|| panic!("the index is not used: {plan:#?}"));
            assert!(plan[by_text + 1].contains(condition), "{plan:#?}");
        }
        for (statement, index) in [
            (database.tenants_statement(&admin, &TenantFilter::default(), page), "tenants_pkey on tenants tenant_1 "),
            (database.users_statement(&tenant, &UserFilter::default(), page), "users_by_home on users api_user_1 "),
        ] {
            let plan = plan(&pool, statement).await;
            let skip = format!("Index Only Scan using {index}");
            assert!(plan.iter().any(|line| line.contains(&skip)), "{skip}: {plan:#?}");
            for table in ["tenants", "users"] {
                assert!(!plan.iter().any(|line| line.contains(&format!("Seq Scan on {table}"))), "{plan:#?}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_far_away_skips_in_an_index() {
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..], &ACCOUNTS].concat()).await;
    for (pool, database) in sides(&server, pool).await {
        let page = Page { start: PageStart::Number(300), size: 10 };
        let tenant = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
        let trail = build::administrator().audit_scope().expect("an administrator");
        let trail_of_tenant = build::channel(Permission::Admin).audit_scope().expect("an administrator");
        for (statement, indexes) in [
            (database.listings_statement(&tenant, &ListingFilter::default(), page), &["listings_by_account"][..]),
            (
                database.reservations_statement(&tenant, &ReservationFilter::default(), page),
                &["reservations_by_account", "reservations_by_importer"],
            ),
            (database.audit_statement(&trail, &AuditFilter::default(), page), &["audit_pkey"]),
            (
                database.audit_statement(&trail_of_tenant, &AuditFilter::default(), page),
                &["audit_by_tenant", "audit_by_other_tenant"],
            ),
        ] {
            let plan = plan(&pool, statement).await;
            for index in indexes {
                let skip = format!("Index Only Scan using {index}");
                assert!(plan.iter().any(|line| line.contains(&skip)), "{skip}: {plan:#?}");
            }
            for table in ["listings", "reservations", "audit"] {
                assert!(!plan.iter().any(|line| line.contains(&format!("Seq Scan on {table} "))), "{plan:#?}");
            }
        }
    }
}

#[tokio::test]
async fn a_list_reads_the_listings_of_its_accounts_although_nearly_all_are_of_another() {
    let server = walled();
    let pool = filled(server.url(), &LISTINGS).await;
    for (pool, database) in sides(&server, pool).await {
        let scope = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
        let page = Page { start: PageStart::Number(1), size: 20 };
        let plan = plan(&pool, database.listings_statement(&scope, &ListingFilter::default(), page)).await;
        assert!(plan.iter().any(|line| line.contains("using listings_by_account on listings")), "{plan:#?}");
        assert!(!plan.iter().any(|line| line.contains("Filter: (integration_account_id = ")), "{plan:#?}");
    }
}

#[tokio::test]
async fn a_list_around_a_place_counts_no_more_of_what_the_tenant_sees_than_it_compares() {
    let server = walled();
    let pool = filled(server.url(), &LISTINGS).await;
    fill(&pool, &IMPORTS).await;
    for (pool, database) in sides(&server, pool).await {
        let scope = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
        let plan = plan(&pool, database.visible_listings_statement(&scope, 4_000)).await;
        // Row-level security compares the workspace in between, once.
        let read: Vec<_> = plan.iter().filter(|line| !line.contains("Result") && !line.contains("One-Time")).collect();
        for index in ["listings_by_account", "imports_pkey"] {
            let limited =
                read.windows(2).any(|lines| lines[0].contains("Limit") && lines[1].contains(&format!("using {index}")));
            assert!(limited, "{index} is not read in order: {plan:#?}");
        }
    }
}

#[tokio::test]
async fn a_move_finds_imports_by_their_account() {
    let server = walled();
    let pool = filled(server.url(), &IMPORTS).await;
    for (pool, database) in sides(&server, pool).await {
        let (account, target) = (IntegrationAccountId::new(Uuid::from_u128(7)), TenantId::new(Uuid::from_u128(7)));
        for statement in database.move_statements(build::workspace_id(), account, target) {
            let plan = plan(&pool, statement).await;
            let by_account = |line: &String| line.contains("Index") && line.contains("imports_by_account");
            assert!(plan.iter().any(by_account), "{plan:#?}");
            assert!(!plan.iter().any(|line| line.contains("Seq Scan")), "{plan:#?}");
        }
    }
}

/// Returns the database as its owner sees it, which row-level security does not bind, and as the role of a server.
pub(crate) async fn sides(server: &testkit::Postgres, owner: PgPool) -> [(PgPool, Database); 2] {
    let options = PgConnectOptions::from_str(&server.url_of_role()).expect("an address");
    let workspace = ("tenantry.workspace", build::workspace_id().to_string());
    let options = options.options([PLANNED_ONCE]).options([workspace]);
    let role = PgPoolOptions::new().max_connections(1).connect_with(options).await.expect("a connection");
    let plain = Postgres::new(server.url()).expect("an address").database();
    [(owner, plain), (role, limited(server).await.database())]
}

/// Returns a connection to a database that these statements have filled.
pub(crate) async fn filled(url: &str, statements: &[&'static str]) -> PgPool {
    let options = PgConnectOptions::from_str(url).expect("an address").options([PLANNED_ONCE]);
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.expect("a connection");
    fill(&pool, statements).await;
    pool
}

/// Runs statements in the workspace `$1`.
pub(crate) async fn fill(pool: &PgPool, statements: &[&'static str]) {
    for statement in statements {
        let query = sqlx::query(*statement);
        let query = if statement.contains("$1") { query.bind(build::workspace_id().as_uuid()) } else { query };
        query.execute(pool).await.expect("a valid statement");
    }
}

/// Returns the generic plan, which does not depend on the values.
pub(crate) async fn plan(pool: &PgPool, Statement { sql, values, .. }: Statement) -> Vec<String> {
    let values = values.map(|values| values.0).unwrap_or_default();
    let in_parentheses = |list: Vec<_>| if list.is_empty() { String::new() } else { format!("({})", list.join(", ")) };
    let nulls = in_parentheses(vec!["NULL"; values.len()]);
    let types = values.iter().map(|it| if matches!(it, Value::Uuid(_)) { "uuid" } else { "unknown" });
    let types = in_parentheses(types.collect());
    let prepare = AssertSqlSafe(format!("PREPARE statement {types} AS {sql}"));
    let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE statement {nulls}"));
    pool.execute(prepare).await.expect("a valid statement");
    let plan = sqlx::query_scalar(explain).fetch_all(pool).await.expect("a plan");
    pool.execute("DEALLOCATE statement").await.expect("it is prepared");
    plan
}

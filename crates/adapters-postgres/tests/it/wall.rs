//! Row-level security: what the role of a server reaches, whatever its statements say.

use adapters_postgres::{Postgres, WallError};
use adapters_sql::{ACROSS_WORKSPACES, Pool, Reach, TABLES};
use sea_orm::{DbBackend, Statement};
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Connection as _, Executor, PgConnection};
use testkit::contract::{self, Ports};
use testkit::twins::workspace_column;
use url::Url;

use crate::{fresh, migrate, ports};

/// Turns row-level security on, on a thread without a runtime.
fn raise(url: &str, role: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let postgres = Postgres::new(url).expect("an address");
    runtime.block_on(postgres.raise_wall(Some(role))).expect("a wall");
}

/// Returns a fresh database with row-level security.
pub(crate) fn walled() -> testkit::Postgres {
    testkit::Postgres::walled(migrate, raise)
}

/// Returns the database for the role that row-level security limits.
pub(crate) async fn limited(server: &testkit::Postgres) -> Postgres {
    let postgres = Postgres::new(&server.url_of_role()).expect("an address").discover().await.expect("a connection");
    postgres.expect_bound().expect("the role is bound");
    postgres
}

pub(crate) async fn open() -> Ports {
    let server = walled();
    ports(limited(&server).await.database(), server).await
}

/// Fills every table, in several workspaces.
async fn fill(server: &testkit::Postgres) {
    let ports = ports(limited(server).await.database(), fresh()).await;
    contract::events::importers_are_told_that_their_imports_ended(ports.clone()).await;
    contract::events::an_importer_is_told_nothing_of_what_sleeps(ports.clone()).await;
    contract::bookings::a_quote_is_booked_with_once(ports.clone()).await;
    contract::calendars::a_calendar_comes_back_as_it_was_written(ports.clone()).await;
    contract::charges::an_offer_has_the_charges_of_its_listing(ports.clone()).await;
    contract::event_consumers::a_consumer_comes_back_as_it_was_stored(ports.clone()).await;
    contract::idempotency::an_idempotency_record_comes_back_as_it_was_kept(ports.clone()).await;
    contract::imports::what_is_imported_is_there_until_it_is_removed(ports.clone()).await;
    contract::assignments::of_twenty_who_assign_the_same_listings_one_wins(ports.clone()).await;
    contract::webhook_deliveries::attempts_are_stored_with_the_place_to_which_they_lead(ports.clone()).await;
    // The last one leaves changes that wait, which the others would number.
    contract::integration_accounts::a_deleted_account_is_gone_with_its_listings_and_their_imports(ports).await;
    let mut owner = PgConnection::connect(server.url()).await.expect("a connection");
    let assign = "INSERT INTO promotion_listings (workspace_id, promotion_id, listing_id) \
                  SELECT listing.workspace_id, promotion.id, listing.id \
                  FROM promotions promotion JOIN listings listing USING (workspace_id, integration_account_id)";
    owner.execute(assign).await.expect("assigned");
}

async fn count(connection: &mut PgConnection, table: &str, condition: &str) -> i64 {
    let count = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table} WHERE {condition}"));
    sqlx::query_scalar(count).fetch_one(connection).await.expect("a count")
}

async fn run(connection: &mut PgConnection, statement: String) -> sqlx::Result<u64> {
    Ok(connection.execute(AssertSqlSafe(statement)).await?.rows_affected())
}

#[tokio::test]
async fn a_statement_without_a_condition_reaches_the_rows_of_its_workspace_only() {
    let server = walled();
    fill(&server).await;
    let mut owner = PgConnection::connect(server.url()).await.expect("a connection");
    let mut role = PgConnection::connect(&server.url_of_role()).await.expect("a connection");
    for table in TABLES {
        assert_eq!(count(&mut role, table, "true").await, 0, "{table}: the connection has no workspace yet");
    }
    let workspaces = sqlx::query_scalar("SELECT id FROM workspaces").fetch_all(&mut owner).await;
    let workspaces: Vec<Uuid> = workspaces.expect("workspaces");
    for (workspace, other) in workspaces.iter().zip(workspaces.iter().cycle().skip(1)) {
        run(&mut role, format!("SET tenantry.workspace = '{workspace}'")).await.expect("a setting");
        let mut own = vec![];
        for table in TABLES {
            let key = workspace_column(table);
            let rows = count(&mut owner, table, &format!("{key} = '{workspace}'")).await;
            assert_eq!(count(&mut role, table, "true").await, rows, "{table}");
            let changed = run(&mut role, format!("UPDATE {table} SET {key} = {key}")).await.expect("an update");
            assert_eq!(changed, rows.unsigned_abs(), "{table}");
            if rows > 0 {
                let taken = run(&mut role, format!("UPDATE {table} SET {key} = '{other}'")).await.expect_err(table);
                assert!(taken.to_string().contains("row-level security policy"), "{table}: {taken}");
            }
            own.push((table, rows.unsigned_abs()));
        }
        run(&mut role, "BEGIN".to_owned()).await.expect("a transaction");
        // What refers to a row goes first.
        for (table, rows) in own.into_iter().rev() {
            assert_eq!(run(&mut role, format!("DELETE FROM {table}")).await.expect("deleted"), rows, "{table}");
        }
        run(&mut role, "ROLLBACK".to_owned()).await.expect("rolled back");
    }
    let mut filled = vec![];
    for table in TABLES {
        filled.push((table, count(&mut owner, table, "true").await > 0));
    }
    assert_eq!(filled, TABLES.map(|table| (table, true)), "every table has rows");
}

#[tokio::test]
async fn the_service_looks_across_workspaces_in_few_tables() {
    let server = walled();
    fill(&server).await;
    let mut owner = PgConnection::connect(server.url()).await.expect("a connection");
    let mut role = PgConnection::connect(&server.url_of_role()).await.expect("a connection");
    run(&mut role, format!("SET tenantry.workspace = '{}'", Uuid::nil())).await.expect("a setting");
    for table in TABLES {
        let all = count(&mut owner, table, "true").await;
        let expected = if ACROSS_WORKSPACES.contains(&table) { all } else { 0 };
        assert_eq!(count(&mut role, table, "true").await, expected, "{table}");
        let key = workspace_column(table);
        assert_eq!(run(&mut role, format!("UPDATE {table} SET {key} = {key}")).await.expect("an update"), 0, "{table}");
    }
}

#[tokio::test]
async fn views_show_the_rows_of_the_workspace_only() {
    let server = walled();
    fill(&server).await;
    let mut owner = PgConnection::connect(server.url()).await.expect("a connection");
    let mut role = PgConnection::connect(&server.url_of_role()).await.expect("a connection");
    let workspaces: Vec<Uuid> =
        sqlx::query_scalar("SELECT id FROM workspaces").fetch_all(&mut owner).await.expect("workspaces");
    let views =
        sqlx::query_scalar("SELECT viewname FROM pg_views WHERE viewname LIKE 'walled_%'").fetch_all(&mut owner);
    let views: Vec<String> = views.await.expect("views");
    assert_eq!(views.len(), 4, "{views:?}");
    for view in views {
        let table = view.trim_start_matches("walled_");
        for workspace in &workspaces {
            run(&mut role, format!("SET tenantry.workspace = '{workspace}'")).await.expect("a setting");
            let rows = count(&mut owner, table, &format!("workspace_id = '{workspace}'")).await;
            assert_eq!(count(&mut role, &view, "true").await, rows, "{view}");
        }
    }
}

#[tokio::test]
async fn a_role_that_policies_do_not_bind_is_refused() {
    let server = walled();
    let owner = Postgres::new(server.url()).expect("an address").discover().await.expect("a connection");
    assert!(matches!(owner.expect_bound(), Err(WallError::Unbound(_))));
    let user = Url::parse(server.url()).expect("a URL").username().to_owned();
    assert!(matches!(owner.raise_wall(Some(&user)).await, Err(WallError::Unbound(refused)) if refused == user));
    assert!(matches!(owner.raise_wall(Some("nobody")).await, Err(WallError::NoRole(_))));
    let open = fresh();
    let owner = Postgres::new(open.url()).expect("an address").discover().await.expect("a connection");
    owner.expect_bound().expect("without policies, any role serves");
}

#[tokio::test]
async fn a_later_migration_completes_the_policies() {
    let server = walled();
    let mut owner = PgConnection::connect(server.url()).await.expect("a connection");
    for lost in [
        "DROP POLICY tenantry_workspace ON quotes",
        "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
        "REVOKE ALL ON quotes FROM tenantry_test_role",
        "DROP VIEW walled_users",
        "CREATE POLICY tenantry_service ON listings USING (true)",
    ] {
        owner.execute(lost).await.expect("a change");
    }
    Postgres::new(server.url()).expect("an address").raise_wall(None).await.expect("raised");
    let mut role = PgConnection::connect(&server.url_of_role()).await.expect("a connection");
    for table in ["quotes", "listings", "walled_users"] {
        assert_eq!(count(&mut role, table, "true").await, 0);
    }
    let is_on = "SELECT relrowsecurity FROM pg_class WHERE relname = 'users'";
    assert!(sqlx::query_scalar::<_, bool>(is_on).fetch_one(&mut owner).await.expect("a table"));
    let policies = "SELECT COUNT(*) FROM pg_policies WHERE tablename = 'listings'";
    assert_eq!(sqlx::query_scalar::<_, i64>(policies).fetch_one(&mut owner).await.expect("a count"), 1);
    let open = fresh();
    Postgres::new(open.url()).expect("an address").raise_wall(None).await.expect("nothing to do");
    let mut open = PgConnection::connect(open.url()).await.expect("a connection");
    assert_eq!(count(&mut open, "pg_policies", "true").await, 0, "without a role, nothing is turned on");
}

#[tokio::test]
async fn a_connection_is_lent_to_the_workspace_that_had_it() {
    let server = walled();
    let connections = limited(&server).await.connections("two", 2);
    let [one, other] = [1, 2].map(|workspace| Reach::Workspace(Uuid::from_u128(workspace)));
    let work = async |connection: &mut Box<dyn adapters_sql::Connection>| -> i32 {
        let pid = Statement::from_string(DbBackend::Postgres, "SELECT pg_backend_pid() AS pid");
        connection.first(pid).await.expect("an answer").expect("a row").try_get("", "pid").expect("a number")
    };
    let mut first = connections.acquire_for(one).await.expect("a connection");
    let mut second = connections.acquire_for(other).await.expect("a connection");
    let (of_one, of_other) = (work(&mut first).await, work(&mut second).await);
    assert_ne!(of_one, of_other);
    drop((first, second));
    for _ in 0..2 {
        for (reach, expected) in [(one, of_one), (other, of_other)] {
            let mut connection = connections.acquire_for(reach).await.expect("a connection");
            assert_eq!(work(&mut connection).await, expected);
        }
    }
}

/// The setting is changed by the statement that begins the transaction, and is rolled back with it.
#[tokio::test]
async fn a_connection_keeps_no_workspace_of_a_transaction_that_was_rolled_back() {
    let server = walled();
    let connections = limited(&server).await.connections("one", 1);
    let workspace = async |connection: &mut Box<dyn adapters_sql::Connection>| -> String {
        let setting = "SELECT current_setting('tenantry.workspace', true) AS workspace";
        let setting = Statement::from_string(DbBackend::Postgres, setting);
        connection.first(setting).await.expect("an answer").expect("a row").try_get("", "workspace").expect("a text")
    };
    let ids = [1, 2, 1].map(Uuid::from_u128);
    for ends in [true, false] {
        for id in ids {
            let mut connection = connections.acquire_for(Reach::Workspace(id)).await.expect("a connection");
            connection.begin("BEGIN").await.expect("a transaction");
            assert_eq!(workspace(&mut connection).await, id.to_string());
            if ends {
                connection.rollback().await.expect("rolled back");
                assert_eq!(workspace(&mut connection).await, id.to_string());
            }
        }
    }
}

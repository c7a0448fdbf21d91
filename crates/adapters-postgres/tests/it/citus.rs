//! Citus, as far as a PostgreSQL with stand-ins for its functions shows it.

use std::sync::Arc;

use adapters_postgres::{DistributionError, Postgres};
use adapters_sql::TABLES;
use domain::access::OperatorScope;
use ports::{EventLog, IdempotencyRepository, Numbered, RepositoryError, WorkspaceRepository, rules};
use sqlx::{AssertSqlSafe, Executor, PgPool};
use testkit::build;
use testkit::contract::{Ports, new_workspace};

use crate::{Server, fresh, migrate};

/// Stand-ins of the coordinator: `pg_dist_partition` has the distributed tables in order.
const COORDINATOR: &str = "\
    CREATE FUNCTION citus_is_coordinator() RETURNS boolean LANGUAGE sql AS 'SELECT true'; \
    CREATE TABLE pg_dist_partition (number serial, logicalrelid regclass PRIMARY KEY, key text, colocated text); \
    CREATE FUNCTION create_distributed_table(name regclass, key text, colocate_with text) RETURNS void LANGUAGE sql \
    AS 'INSERT INTO pg_dist_partition (logicalrelid, key, colocated) VALUES ($1, $2, $3)'";

const DISTRIBUTED: &str = "SELECT CAST(logicalrelid AS text), key, colocated FROM pg_dist_partition ORDER BY number";

/// Two workspaces, each with a change that waits for its number and with an expired idempotency record, of which the first is
/// on a machine that is away: reading one of its rows fails, and only the other shard answers.
const AWAY: &str = "\
    INSERT INTO workspaces (id, name, default_currency, default_discount, max_importer_hold_hours, max_importer_holds, version, \
     created_at, updated_at) SELECT lpad(n::text, 32, '0')::uuid, 'W', 'EUR', 0, 1, 1, 1, now(), now() FROM generate_series(1, 2) n; \
    INSERT INTO audit (workspace_id, id, at, tenant_id, tenant_name, actor_name, action, resource_kind, resource_id, \
     resource_name, before, after) SELECT id, id, now(), id, 'T', 'operator', 'location.create', 'location', id, 'L', '{}', '{}' \
     FROM workspaces; \
    INSERT INTO unnumbered_events (workspace_id, entry_id, data) SELECT id, id, '{\"told\": {}}' FROM workspaces; \
    INSERT INTO idempotency_records (workspace_id, user_id, idempotency_key, api_key_id, fingerprint, status, body, created_at) \
     SELECT id, id, 'old', id, '', 200, '', '2000-01-01' FROM workspaces; \
    CREATE FUNCTION citus_is_coordinator() RETURNS boolean LANGUAGE sql AS 'SELECT true'; \
    CREATE FUNCTION is_reached(workspace_id uuid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN \
        IF workspace_id = lpad('1', 32, '0')::uuid THEN \
            RAISE EXCEPTION 'connection to the remote node failed' USING ERRCODE = '08006'; \
        END IF; RETURN true; END $$; \
    CREATE FUNCTION run_command_on_shards(name regclass, command text, OUT shardid bigint, OUT success boolean, OUT result text) \
     RETURNS SETOF record LANGUAGE sql AS $$ SELECT 1, false, 'connection refused' UNION ALL \
     SELECT 2, true, lpad('2', 32, '0')::uuid::text $$";

/// Runs statements as the owner of the database.
async fn run(pool: &PgPool, statements: &str) {
    pool.execute(AssertSqlSafe(statements.to_owned())).await.expect("valid statements");
}

#[tokio::test]
async fn all_tables_are_distributed_by_workspace_parents_first_and_new_ones_later() {
    let server = testkit::Postgres::empty(migrate);
    let pool = PgPool::connect(server.url()).await.expect("a connection");
    let postgres = Postgres::new(server.url()).expect("an address");
    let refused = postgres.distribute().await.expect_err("there is no Citus");
    assert!(matches!(refused, DistributionError::NoCitus), "{refused}");

    run(&pool, COORDINATOR).await;
    postgres.distribute().await.expect("distributed");
    let rows =
        async || sqlx::query_as::<_, (String, String, String)>(DISTRIBUTED).fetch_all(&pool).await.expect("the tables");
    let expected = TABLES.map(|table| match table {
        "workspaces" => (table.to_owned(), "id".to_owned(), "none".to_owned()),
        _ => (table.to_owned(), "workspace_id".to_owned(), "workspaces".to_owned()),
    });
    assert_eq!(rows().await, expected);
    postgres.distribute().await.expect("it may be repeated");
    run(&pool, "DELETE FROM pg_dist_partition WHERE logicalrelid = CAST('webhooks' AS regclass)").await;
    postgres.migrate().await.expect("a schema");
    let mut tables: Vec<_> = rows().await.into_iter().map(|(table, ..)| table).collect();
    assert_eq!(tables.len(), TABLES.len(), "{tables:?}");
    assert_eq!(tables.pop().as_deref(), Some("webhooks"), "a plain migration distributes what is not yet");

    let settings = "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase \
                    WHERE datname = current_database() ORDER BY 1";
    let settings: Vec<String> = sqlx::query_scalar(settings).fetch_all(&pool).await.expect("the settings");
    assert_eq!(settings, ["lock_timeout=1500", "max_parallel_workers_per_gather=0"], "those of the workers' sessions");

    run(&pool, "ALTER TABLE workspaces ENABLE ROW LEVEL SECURITY").await;
    let refused = postgres.distribute().await.expect_err("workers know no workspace of a connection");
    assert!(matches!(refused, DistributionError::Walled), "{refused}");

    run(&pool, "CREATE OR REPLACE FUNCTION citus_is_coordinator() RETURNS boolean LANGUAGE sql AS 'SELECT false'")
        .await;
    let refused = postgres.distribute().await.expect_err("this is a worker");
    assert!(matches!(refused, DistributionError::NoCoordinator), "{refused}");
}

#[tokio::test]
async fn citus_plans_each_statement_for_its_values() {
    let server = testkit::Postgres::empty(migrate);
    let pool = PgPool::connect(server.url()).await.expect("a connection");
    let mode = async || {
        let postgres = Postgres::new(server.url()).expect("an address").discover().await.expect("a connection");
        let connections = postgres.connections("one", 1);
        let mut one = connections.get().await.expect("a connection");
        let mode = sqlx::query_scalar::<_, String>("SHOW plan_cache_mode").fetch_one(one.start()).await;
        one.finish(mode).expect("a mode")
    };
    assert_eq!(mode().await, "force_generic_plan");
    run(&pool, COORDINATOR).await;
    assert_eq!(mode().await, "auto");
}

/// The lists, with the statements of a distributed database.
mod lists {
    testkit::suite! { crate::citus::open;
        listing_lists {
            every_filter_keeps_what_matches,
            pages_over_accounts_and_imports_join_without_gaps,
            an_imported_listing_says_so_and_whether_it_sleeps,
            an_import_that_sleeps_matches_no_filter_but_the_origin,
            a_list_shows_the_beginning_of_what_is_long,
        }
    }
}

async fn open() -> Ports {
    let server = fresh();
    let pool = PgPool::connect(server.url()).await.expect("another connection");
    run(&pool, "CREATE FUNCTION citus_is_coordinator() RETURNS boolean LANGUAGE sql AS 'SELECT true'").await;
    let postgres = Postgres::new(server.service_url()).expect("an address").discover().await.expect("a connection");
    Ports::of(&Arc::new(postgres.database()), Server(pool), server)
}

#[tokio::test]
async fn a_machine_that_is_away_stops_only_the_work_in_its_own_workspaces() {
    // The connection failed, or was lost during a statement or a commit.
    for code in ["08006", "XX000"] {
        only_its_own_workspaces_stop(&AWAY.replace("08006", code)).await;
    }
}

async fn only_its_own_workspaces_stop(away: &str) {
    let server = testkit::Postgres::empty(migrate);
    Postgres::new(server.url()).expect("an address").migrate().await.expect("a schema");
    let pool = PgPool::connect(server.url()).await.expect("a connection");
    run(&pool, away).await;
    let (_, name) = server.url().rsplit_once('/').expect("a database");
    let role = format!("limited_{name}");
    run(&pool, &format!("CREATE ROLE {role} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}")).await;
    for table in TABLES {
        let key = if table == "workspaces" { "id" } else { "workspace_id" };
        let policy = format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY away ON {table} USING (is_reached({key}))"
        );
        run(&pool, &policy).await;
    }
    let url = server.url().replacen("postgres@", &format!("{role}@"), 1);
    let database = Postgres::new(&url).expect("an address").discover().await.expect("a connection").database();
    let operator = OperatorScope::new();

    let numbered = database.number(&operator, build::at(), 10).await.expect("numbered");
    assert_eq!(numbered, Numbered { events: 1, has_more: false });
    let forgotten = IdempotencyRepository::forget(&database, &operator, build::at(), 10).await;
    assert_eq!(forgotten.expect("forgotten"), 1);
    assert!(!database.is_named(&operator, &"No".parse().expect("a name")).await.expect("the others are looked at"));
    let first = database.create_first(&operator, new_workspace().0).await.expect_err("there is one");
    assert!(matches!(first, RepositoryError::Taken { rule: rules::FIRST_WORKSPACE }), "{first:?}");

    run(&pool, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

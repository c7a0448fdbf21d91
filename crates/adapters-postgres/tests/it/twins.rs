//! Contract of every port beside a workspace with the same ids. A statement that reads a row of another workspace fails.

use std::sync::Arc;

use adapters_postgres::Postgres;
use adapters_sql::TABLES;
use async_trait::async_trait;
use sqlx::{AssertSqlSafe, PgPool};
use testkit::contract::{Ports, Trail};
use testkit::twins::{insertion_of_twins, tables_with_twins, workspace_column};

use crate::wall::walled;

/// The columns that a statement may write, by table.
const COLUMNS: &str = "\
    SELECT table_name::text, array_agg(column_name::text) FROM information_schema.columns \
    WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name";

/// Refuses a row that row-level security hides from a connection. It costs more than a comparison, so it sees only rows that the
/// conditions of the statement let through.
const FUNCTIONS: &str = "
    CREATE FUNCTION is_own(workspace uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN
        IF current_setting('tenantry.workspace')::uuid NOT IN (workspace, '00000000-0000-0000-0000-000000000000') THEN
            RAISE 'a statement reads a row of another workspace';
        END IF;
        RETURN true;
    END $$;
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE 'a row of another workspace is changed or deleted';
    END $$;";

struct WithoutTwins(PgPool);

#[async_trait]
impl Trail for WithoutTwins {
    async fn actions(&self) -> Vec<String> {
        let actions = format!("SELECT action FROM audit WHERE NOT {} ORDER BY id", is_twin("workspace_id"));
        sqlx::query_scalar(AssertSqlSafe(actions)).fetch_all(&self.0).await.expect("the trail")
    }
}

fn is_twin(workspace: &str) -> String {
    format!("substr({workspace}::text, 27, 2) <> '01'")
}

fn with_byte(workspace: &str, byte: &str) -> String {
    format!("overlay({workspace}::text PLACING '{byte}' FROM 27)::uuid")
}

async fn add_twins(pool: &PgPool) {
    let columns: Vec<(String, Vec<String>)> = sqlx::query_as(COLUMNS).fetch_all(pool).await.expect("the columns");
    let policies = TABLES.map(|table| {
        format!("ALTER POLICY tenantry_workspace ON {table} USING (is_own({}));", workspace_column(table))
    });
    let triggers = tables_with_twins(&TABLES).map(|table| {
        let (_, columns) = columns.iter().find(|(name, _)| name == table).expect("a table");
        let workspace = workspace_column(table);
        let (is_new, is_old) = (is_twin(&format!("NEW.{workspace}")), is_twin(&format!("OLD.{workspace}")));
        let insertion = insertion_of_twins(table, columns, with_byte);
        format!(
            "CREATE FUNCTION add_twin_of_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
                {insertion}
                RETURN NEW;
            END $$;
            CREATE TRIGGER twin BEFORE INSERT ON {table} FOR EACH ROW WHEN (NOT {is_new})
                EXECUTE FUNCTION add_twin_of_{table}();
            CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW WHEN ({is_old})
                EXECUTE FUNCTION refuse();"
        )
    });
    let statements = [FUNCTIONS.to_owned()].into_iter().chain(policies).chain(triggers).collect::<String>();
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(pool).await.expect("triggers and policies");
}

async fn open() -> Ports {
    let server = walled();
    let pool = PgPool::connect(server.url()).await.expect("another connection");
    add_twins(&pool).await;
    let postgres = Postgres::new(&server.url_of_role()).expect("an address");
    let limited = postgres.clone().discover().await.expect("a connection");
    // The statements are those for a database without row-level security.
    let database = postgres.database_on(Arc::new(limited.connections("postgres", 8)));
    Ports::of(&Arc::new(database), WithoutTwins(pool), server)
}

testkit::suite!(crate::twins::open);

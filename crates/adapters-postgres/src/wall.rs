//! Row-level security: a second wall between workspaces, beside the conditions of the statements.
//!
//! A connection has a setting with its workspace, and policies hide the rows of all others from a role that owns nothing. The
//! setting is changed only when the connection works for another workspace.

use adapters_sql::{ACROSS_WORKSPACES, Enter, OPERATOR_TABLES, Reach, TABLES};
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use thiserror::Error;

use crate::Postgres;
use crate::dialect::view;
use crate::server::ServerFacts;

/// The workspace of the connection.
const WORKSPACE: &str = "NULLIF(current_setting('tenantry.workspace', true), '')::uuid";
/// Whether the service looks for work in all workspaces. A subquery is evaluated once, not for each row.
const IS_SERVICE: &str =
    "(SELECT current_setting('tenantry.workspace', true) = '00000000-0000-0000-0000-000000000000')";
const OF_WORKSPACE: &str = "tenantry_workspace";
const OF_SERVICE: &str = "tenantry_service";

/// The tables that are read by operators which are not leakproof: under a policy, their indexes could not be used. Views with
/// the rights of their owner, and the condition of the policy, read them.
const VIEWED: [&str; 4] = ["tenants", "users", "listings", "reservations"];

const IS_UNBOUND: &str = "\
    SELECT rolsuper OR rolbypassrls OR pg_has_role(pg_roles.oid, relowner, 'USAGE') FROM pg_roles, pg_class \
    WHERE rolname = $1 AND pg_class.oid = to_regclass('workspaces')";

const POLICIES: &str = "SELECT tablename FROM pg_policies WHERE schemaname = current_schema() AND policyname = $1";
const ENABLED: &str = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND rowsecurity";

/// The roles that may read the tables, but for their owner.
const ROLES: &str = "\
    SELECT DISTINCT grantee::regrole::text FROM pg_class, aclexplode(relacl) \
    WHERE oid = to_regclass('workspaces') AND grantee NOT IN (0, relowner) AND privilege_type = 'SELECT'";

/// The reason why there is no wall.
#[derive(Debug, Error)]
pub enum WallError {
    /// A role that does not exist.
    #[error("there is no role {0:?}: make it with CREATE ROLE … LOGIN")]
    NoRole(String),
    /// A role that policies do not bind.
    #[error("row-level security does not bind the role {0:?}: it is a superuser, acts for the owner, or has BYPASSRLS")]
    Unbound(String),
    /// Citus, whose workers do not know the workspace of a connection.
    #[error("row-level security does not work on Citus")]
    Citus,
    /// An error of the database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Returns the way in which a connection is given its workspace.
pub(crate) fn enter(is_pooled: bool) -> Enter {
    Enter {
        statement: if is_pooled { |reach| set("SET LOCAL", reach) } else { |reach| set("SET", reach) },
        is_local: is_pooled,
    }
}

fn set(set: &str, reach: Reach) -> String {
    let workspace = match reach {
        Reach::Service => Uuid::nil(),
        // A key may name any workspace.
        Reach::Workspace(workspace) if workspace.is_nil() => Uuid::max(),
        Reach::Workspace(workspace) => workspace,
    };
    format!("{set} tenantry.workspace = '{workspace}'")
}

impl Postgres {
    /// Checks that row-level security binds this role, where it is on.
    pub fn expect_bound(&self) -> Result<(), WallError> {
        match self.server {
            ServerFacts { is_walled: true, is_bound: false, .. } => {
                Err(WallError::Unbound(self.options.get_username().to_owned()))
            }
            ServerFacts { .. } => Ok(()),
        }
    }

    /// Turns row-level security on, and grants the role what a server needs. Without a role, completes it where it is on:
    /// migrations may have added tables.
    pub async fn raise_wall(&self, role: Option<&str>) -> Result<(), WallError> {
        let mut connection = self.options.connect().await?;
        let is_up = ServerFacts::of(&mut connection).await?.is_walled;
        if let Some(role) = role {
            check(&mut connection, role).await?;
        }
        if is_up || role.is_some() {
            let mut transaction = connection.begin().await?;
            raise(&mut transaction).await?;
            grant(&mut transaction, role).await?;
            transaction.commit().await?;
        }
        Ok(connection.close().await?)
    }
}

async fn check(connection: &mut PgConnection, role: &str) -> Result<(), WallError> {
    let citus = sqlx::query("SELECT 1 FROM pg_extension WHERE extname = 'citus'");
    if citus.fetch_optional(&mut *connection).await?.is_some() {
        return Err(WallError::Citus);
    }
    match sqlx::query_scalar(IS_UNBOUND).bind(role).fetch_optional(connection).await? {
        None => Err(WallError::NoRole(role.to_owned())),
        Some(true) => Err(WallError::Unbound(role.to_owned())),
        Some(false) => Ok(()),
    }
}

/// Creates the missing policies and views, and turns the policies on.
async fn raise(connection: &mut PgConnection) -> sqlx::Result<()> {
    let enabled: Vec<String> = sqlx::query_scalar(ENABLED).fetch_all(&mut *connection).await?;
    let of_workspace: Vec<String> = sqlx::query_scalar(POLICIES).bind(OF_WORKSPACE).fetch_all(&mut *connection).await?;
    let of_service: Vec<String> = sqlx::query_scalar(POLICIES).bind(OF_SERVICE).fetch_all(&mut *connection).await?;
    let mut statements = vec![];
    let mut state = |statement: String| statements.push(statement);
    let is_among = |tables: &[String], table| tables.iter().any(|known| known == table);
    for table in TABLES {
        let key = if table == "workspaces" { "id" } else { "workspace_id" };
        if !is_among(&of_workspace, table) {
            state(format!("CREATE POLICY {OF_WORKSPACE} ON {table} USING ({key} = {WORKSPACE})"));
        }
        if !is_among(&enabled, table) {
            state(format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"));
        }
        match (ACROSS_WORKSPACES.contains(&table), is_among(&of_service, table)) {
            (true, false) => state(format!("CREATE POLICY {OF_SERVICE} ON {table} FOR SELECT USING ({IS_SERVICE})")),
            (false, true) => state(format!("DROP POLICY {OF_SERVICE} ON {table}")),
            _ => {}
        }
    }
    for table in VIEWED {
        let view = view(table);
        state(format!("CREATE OR REPLACE VIEW {view} AS SELECT * FROM {table} WHERE workspace_id = {WORKSPACE}"));
    }
    run(connection, statements).await
}

/// Grants the role, and those that have had the rights, what a server needs.
async fn grant(connection: &mut PgConnection, role: Option<&str>) -> sqlx::Result<()> {
    let mut roles: Vec<String> = sqlx::query_scalar(ROLES).fetch_all(&mut *connection).await?;
    if let Some(role) = role {
        roles.push(sqlx::query_scalar("SELECT quote_ident($1)").bind(role).fetch_one(&mut *connection).await?);
    }
    let schema: String = sqlx::query_scalar("SELECT quote_ident(current_schema())").fetch_one(&mut *connection).await?;
    let (tables, views) = (TABLES.join(", "), VIEWED.map(view).join(", "));
    let of_operators = OPERATOR_TABLES.join(", ");
    let statements = roles.iter().flat_map(|role| {
        [
            format!("GRANT USAGE ON SCHEMA {schema} TO {role}"),
            format!("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"),
            format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {tables}, {of_operators} TO {role}"),
            format!("GRANT SELECT ON _sqlx_migrations, {views} TO {role}"),
        ]
    });
    run(connection, statements.collect()).await
}

async fn run(connection: &mut PgConnection, statements: Vec<String>) -> sqlx::Result<()> {
    for statement in statements {
        // Safe: it consists of fixed texts and quoted names.
        connection.execute(AssertSqlSafe(statement)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_workspace_reaches_what_the_service_reaches() {
        let entered = |reach| set("SET", reach);
        for workspace in [Uuid::nil(), Uuid::max(), Uuid::from_u128(7)] {
            assert_ne!(entered(Reach::Workspace(workspace)), entered(Reach::Service));
        }
        assert_eq!(entered(Reach::Workspace(Uuid::nil())), entered(Reach::NOTHING), "no workspace has these ids");
    }
}

//! Isolation by row-level security alone: all statements run without their conditions on the workspace.

use std::sync::Arc;

use adapters_sql::{Connection, Pool, PoolUse, Reach};
use async_trait::async_trait;
use sea_orm::{DbErr, ExecResult, QueryResult, Statement};
use testkit::contract::{self, Ports};

use crate::wall::{limited, walled};
use crate::{Postgres, fresh, ports};

/// The beginning of a condition on the workspace, as written by hand and by the query builder.
const CONDITIONS: [&str; 2] = ["workspace_id = ", "\"workspace_id\" = "];

/// Returns the statement without its conditions on the workspace. A value that it compares is compared to itself.
fn without_conditions(sql: &str) -> String {
    CONDITIONS.iter().fold(sql.to_owned(), |sql, condition| {
        let mut parts = sql.split(condition);
        let mut changed = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_.\"$".contains(c);
            // The name of the row before the column.
            let name = changed.trim_end_matches(is_of_name).len();
            changed.truncate(name);
            let end = part.find(|c| !is_of_name(c)).unwrap_or(part.len());
            let (value, rest) = part.split_at(end);
            if value.starts_with('$') {
                changed.extend([value, " = ", value]);
            } else {
                changed.push_str("true");
            }
            changed.push_str(rest);
        }
        changed
    })
}

struct Unconditioned(Arc<dyn Pool>);

#[async_trait]
impl Pool for Unconditioned {
    async fn acquire(&self) -> Result<Box<dyn Connection>, DbErr> {
        self.acquire_for(Reach::NOTHING).await
    }

    async fn acquire_for(&self, reach: Reach) -> Result<Box<dyn Connection>, DbErr> {
        Ok(Box::new(UnconditionedConnection(self.0.acquire_for(reach).await?)))
    }

    fn in_use(&self) -> PoolUse {
        self.0.in_use()
    }
}

struct UnconditionedConnection(Box<dyn Connection>);

fn changed(Statement { sql, values, db_backend }: Statement) -> Statement {
    Statement { sql: without_conditions(&sql), values, db_backend }
}

#[async_trait]
impl Connection for UnconditionedConnection {
    async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.0.execute(changed(statement)).await
    }

    async fn first(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.0.first(changed(statement)).await
    }

    async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.0.all(changed(statement)).await
    }

    async fn enter(&mut self, reach: Reach) -> Result<(), DbErr> {
        self.0.enter(reach).await
    }

    async fn begin(&mut self, statement: &'static str) -> Result<(), DbErr> {
        self.0.begin(statement).await
    }

    async fn commit(&mut self) -> Result<(), DbErr> {
        self.0.commit().await
    }

    async fn rollback(&mut self) -> Result<(), DbErr> {
        self.0.rollback().await
    }
}

async fn unconditioned(postgres: &Postgres, server: testkit::Postgres) -> Ports {
    let pool = Unconditioned(Arc::new(postgres.connections("postgres", 8)));
    ports(postgres.database_on(Arc::new(pool)), server).await
}

pub(crate) async fn open() -> Ports {
    let server = walled();
    let postgres = limited(&server).await;
    unconditioned(&postgres, server).await
}

testkit::isolation_suite!(crate::unconditioned::open);

/// Otherwise the suite without conditions would prove nothing.
#[tokio::test]
#[should_panic(expected = "")]
async fn without_row_level_security_a_statement_without_its_condition_finds_the_rows_of_others() {
    let server = fresh();
    let postgres = Postgres::new(server.url()).expect("an address");
    contract::audit::another_workspace_has_another_trail(unconditioned(&postgres, server).await).await;
}

#[test]
fn conditions_on_the_workspace_are_removed() {
    for (sql, expected) in [
        ("WHERE a.workspace_id = $1 AND a.id = $2", "WHERE $1 = $1 AND a.id = $2"),
        ("ON b.workspace_id = a.workspace_id AND b.id = a.b_id", "ON true AND b.id = a.b_id"),
        ("WHERE (workspace_id = $1)", "WHERE ($1 = $1)"),
        (r#"WHERE "version" = $1 - 1 AND "workspace_id" = $2"#, r#"WHERE "version" = $1 - 1 AND $2 = $2"#),
        ("INSERT INTO a (workspace_id, id) VALUES ($1, $2)", "INSERT INTO a (workspace_id, id) VALUES ($1, $2)"),
    ] {
        assert_eq!(without_conditions(sql), expected);
    }
}

//! A database file, as a test looks into it.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};

/// The tables of workspaces, each with an expression of its columns.
const TABLES: &str = "\
    SELECT known.name, (\
        SELECT group_concat('quote(\"' || part.name || '\")', ' || '','' || ') FROM pragma_table_info(known.name) part \
        WHERE part.name NOT IN ('number', 'sequence') OR part.pk = 0), \
        EXISTS (SELECT 1 FROM pragma_table_info(known.name) part WHERE part.name = 'sequence') \
    FROM pragma_table_list known \
    WHERE known.schema = 'main' AND known.type = 'table' AND known.name NOT IN ('workspace_numbers', 'erasures') \
      AND known.name NOT LIKE 'operator\\_%' ESCAPE '\\' \
      AND known.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND known.name NOT LIKE '\\_sqlx\\_%' ESCAPE '\\'";

/// A database file of the service, which no server has open.
pub struct SqliteFile(PathBuf);

impl SqliteFile {
    /// Names a file that exists.
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Returns the rows of each table of workspaces, except the numbers that SQLite has drawn. Rows whose order matters are in it.
    pub fn tables(&self) -> BTreeMap<String, Vec<String>> {
        self.with(async |connection| {
            let mut tables = BTreeMap::new();
            let known: Vec<(String, String, bool)> = sqlx::query_as(TABLES).fetch_all(&mut *connection).await?;
            for (table, columns, is_ordered) in known {
                let order = if is_ordered { "ORDER BY sequence" } else { "ORDER BY 1" };
                let select = format!("SELECT {columns} FROM {table} {order}");
                let rows = sqlx::query_scalar(AssertSqlSafe(select)).fetch_all(&mut *connection).await?;
                tables.insert(table, rows);
            }
            Ok(tables)
        })
    }

    /// Returns the number that a SELECT yields.
    pub fn number(&self, select: &'static str) -> i64 {
        self.with(async |connection| sqlx::query_scalar(select).fetch_one(connection).await)
    }

    /// Runs statements.
    pub fn execute(&self, statements: &'static str) {
        self.with(async |connection| sqlx::raw_sql(statements).execute(connection).await.map(drop));
    }

    /// Runs work on a connection of its own; can be called on any thread, including a runtime's.
    fn with<T: Send>(&self, work: impl AsyncFnOnce(&mut SqliteConnection) -> sqlx::Result<T> + Send) -> T {
        let run = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be built").block_on(async {
                let options = SqliteConnectOptions::new().filename(&self.0).foreign_keys(false);
                let mut connection = options.connect().await?;
                let done = work(&mut connection).await?;
                connection.close().await.map(|()| done)
            })
        };
        let done = thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|panic| resume_unwind(panic));
        done.expect("a database")
    }
}

//! The rows of a table: read by pages in the order of its key, and written a few in a statement.

use domain::ids::{TenantId, WorkspaceId};
use sea_orm::{QueryResult, Value};

use super::columns::{Column, columns};
use super::error::{CopyError, failed};
use super::rules::Rule;
use crate::engine::query::Query;
use crate::engine::transaction::Transaction;

/// The number of rows that are in memory at once.
const PAGE: usize = 200;

/// The table whose rows are keyed by `id` alone.
pub(super) const WORKSPACES: &str = "workspaces";

/// A copy on its way.
pub(super) struct Copy<'c> {
    pub(super) source: &'c Transaction,
    pub(super) target: &'c Transaction,
    pub(super) workspace_id: WorkspaceId,
    pub(super) tenant_id: Option<TenantId>,
    pub(super) progress: &'c (dyn Fn(&'static str, u64) + Send + Sync),
}

impl Copy<'_> {
    /// Copies a table, and returns the number of its rows.
    pub(super) async fn table(&self, rule: &Rule) -> Result<u64, CopyError> {
        let table = rule.table;
        let known = columns(table, self.source, self.target).await?;
        let copied: Vec<_> = known.iter().filter(|column| !column.is_drawn).collect();
        let key: Vec<_> = known.iter().filter(|column| rule.key.contains(&&*column.name)).collect();
        let (mut rows, mut after) = (0, vec![]);
        loop {
            let page = self.source.all(self.select(rule, &copied, &key, after)).await;
            let page = page.map_err(failed(format!("{table} cannot be read")))?;
            let values = page.iter().map(|row| self.read(table, row, &copied, 0)).collect::<Result<_, _>>()?;
            self.insert(table, &copied, values).await?;
            rows += u64::try_from(page.len()).unwrap_or(u64::MAX);
            (self.progress)(table, rows);
            match page.last() {
                Some(row) if page.len() == PAGE => after = self.read(table, row, &key, copied.len())?,
                _ => return Ok(rows),
            }
        }
    }

    /// Returns the SELECT of the next rows: the columns to copy, then the key.
    fn select(&self, rule: &Rule, copied: &[&Column], key: &[&Column], after: Vec<Value>) -> Query {
        let Rule { table, key: _, condition, replaced } = *rule;
        let replaced = if self.tenant_id.is_some() { replaced } else { &[] };
        let value = |column: &Column| {
            let replaced = replaced.iter().find(|(name, _)| *name == column.name);
            replaced.map_or_else(|| format!("copied.\"{}\"", column.name), |(_, value)| (*value).to_owned())
        };
        let (copied, key) = (list(copied, value), list(key, |column| format!("copied.\"{}\"", column.name)));
        let workspace = if table == WORKSPACES { "id" } else { "workspace_id" };
        let select = format!("SELECT {copied}, {key} FROM {table} copied WHERE copied.{workspace} = $1");
        let mut query = Query::new(select, [self.workspace_id.as_uuid().into()]);
        if let Some(tenant_id) = self.tenant_id {
            query = query.bind([tenant_id.as_uuid().into()]).push(" AND ").push(condition);
        }
        if !after.is_empty() {
            query = query.push(&format!(" AND ({key}) > ")).push_list(after);
        }
        query.push(&format!(" ORDER BY {key} LIMIT {PAGE}"))
    }

    /// Reads the values of some columns, which begin at a place of a row.
    fn read(&self, table: &str, row: &QueryResult, columns: &[&Column], first: usize) -> Result<Vec<Value>, CopyError> {
        let values = (first..).zip(columns).map(|(place, column)| column.read(row, place)).collect::<Result<_, _>>();
        values.map_err(|error| failed(format!("a row of {table} cannot be read"))(self.source.error(error)))
    }

    /// Writes rows that the target must not have.
    async fn insert(
        &self,
        table: &'static str,
        columns: &[&Column],
        mut rows: Vec<Vec<Value>>,
    ) -> Result<(), CopyError> {
        let names = list(columns, |column| format!("\"{}\"", column.name));
        while !rows.is_empty() {
            let few: Vec<_> = rows.drain(..rows.len().min(self.target.dialect().rows_of_insert())).collect();
            let expected = u64::try_from(few.len()).unwrap_or(u64::MAX);
            let insert = Query::new(format!("INSERT INTO {table} ({names}) VALUES "), []).push_rows(few);
            // Waits for another transaction that writes the same ids.
            let inserted = self.target.execute(insert.push(" ON CONFLICT DO NOTHING")).await;
            let inserted = inserted.map_err(failed(format!("{table} cannot be written")))?.rows_affected();
            if inserted != expected && table == WORKSPACES {
                return Err(CopyError::Exists(self.workspace_id));
            } else if inserted != expected {
                return Err(CopyError::Left(table));
            }
        }
        Ok(())
    }
}

fn list(columns: &[&Column], text: impl Fn(&Column) -> String) -> String {
    columns.iter().map(|column| text(column)).collect::<Vec<_>>().join(", ")
}

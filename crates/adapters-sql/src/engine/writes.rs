//! Writes of a transaction that are sent in one exchange.

use std::mem;

use sea_orm::{EntityName, EntityTrait, IdenStatic, Iterable, ModelTrait, Statement, Value};

use crate::engine::dialect::Dialect;
use crate::engine::query::Query;

/// The maximum number of inserts in one exchange.
const MOST: usize = 16;

/// A row to insert.
pub(crate) struct Insert {
    table: &'static str,
    columns: Vec<&'static str>,
    row: Vec<Value>,
}

impl Insert {
    /// Inserts values into these columns of a table.
    pub(crate) fn new(table: &'static str, row: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let (columns, row) = row.into_iter().unzip();
        Self { table, columns, row }
    }

    /// Inserts a row of an entity.
    pub(crate) fn model<M: ModelTrait>(row: &M) -> Self {
        let columns = <M::Entity as EntityTrait>::Column::iter();
        Self::new(M::Entity::default().table_name(), columns.map(|column| (column.as_str(), row.get(column))))
    }
}

/// Writes that were not sent, each of one row. All but the first are inserts. If the first writes no row, none of the others
/// does.
#[derive(Default)]
pub(crate) struct Writes {
    first: Option<Query>,
    inserts: Vec<Insert>,
}

impl Writes {
    /// Sets the first write. None may be left from before.
    pub(crate) fn begin(&mut self, first: Query) {
        self.first = Some(first);
    }

    /// Whether they are to be sent before another one is added.
    pub(crate) const fn are_many(&self) -> bool {
        self.inserts.len() >= MOST
    }

    pub(crate) fn push(&mut self, insert: Insert) {
        self.inserts.push(insert);
    }

    /// Takes the statements that make these writes: a single one, unless the engine cannot join them.
    pub(crate) fn take(&mut self, dialect: &dyn Dialect) -> Vec<Statement> {
        let Self { first, inserts } = mem::take(self);
        let mut statements = vec![];
        let (mut texts, mut values) = (vec![], vec![]);
        if let Some(Statement { sql, values: bound, .. }) = first.map(|first| first.statement(dialect.backend())) {
            texts.push(sql);
            values.extend(bound.into_iter().flatten());
        }
        for Insert { table, columns, row } in inserts {
            if !texts.is_empty() && !dialect.joins_writes() {
                let (texts, values) = (mem::take(&mut texts), mem::take(&mut values));
                statements.push(statement(dialect, &texts, values));
            }
            let numbers: Vec<_> = (values.len() + 1..).take(row.len()).map(|number| format!("${number}")).collect();
            let numbers = numbers.join(", ");
            let selected = match texts.len() {
                0 => format!("VALUES ({numbers})"),
                before => format!("SELECT {numbers}{}", dialect.after_write(before - 1)),
            };
            texts.push(format!("INSERT INTO {table} (\"{}\") {selected}", columns.join("\", \"")));
            values.extend(row);
        }
        if !texts.is_empty() {
            statements.push(statement(dialect, &texts, values));
        }
        statements
    }
}

fn statement(dialect: &dyn Dialect, texts: &[String], values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(dialect.backend(), dialect.in_order(texts), values)
}

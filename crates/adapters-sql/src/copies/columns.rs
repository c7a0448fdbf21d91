//! The columns of the tables, as a database describes them.
//!
//! PostgreSQL knows the types of all columns, SQLite only how they are stored. So a copy has the types of PostgreSQL, unless both
//! databases are SQLite, whose values are then copied as they are stored.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DbBackend, DbErr, FromQueryResult, QueryResult, TryGetable, Value};
use uuid::Uuid;

use super::error::{CopyError, failed};
use crate::engine::query::Query;
use crate::engine::transaction::Transaction;

/// A column.
pub(super) struct Column {
    pub(super) name: String,
    kind: Kind,
    /// Whether the database draws or computes its values.
    pub(super) is_drawn: bool,
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uuid,
    Text,
    Small,
    Integer,
    Big,
    Boolean,
    Double,
    Instant,
    Date,
    Json,
    Bytes,
}

#[derive(FromQueryResult)]
struct Row {
    name: String,
    kind: String,
    is_drawn: bool,
}

/// Describes the columns of a table that both databases have.
pub(super) async fn columns(
    table: &'static str,
    source: &Transaction,
    target: &Transaction,
) -> Result<Vec<Column>, CopyError> {
    let described = if target.dialect().backend() == DbBackend::Postgres { target } else { source };
    let query = Query::new(described.dialect().columns_of_table(), [table.into()]);
    let rows = described.rows::<Row>(query).await.map_err(failed(format!("the columns of {table} cannot be read")))?;
    let column = |Row { name, kind, is_drawn }| match Kind::of(&kind) {
        Some(kind) => Ok(Column { name, kind, is_drawn }),
        // A value that is not copied need not be read.
        None if is_drawn => Ok(Column { name, kind: Kind::Text, is_drawn }),
        None => Err(CopyError::Type { table, column: name }),
    };
    rows.into_iter().map(column).collect()
}

impl Column {
    /// Reads the value at a place of a row.
    pub(super) fn read(&self, row: &QueryResult, place: usize) -> Result<Value, DbErr> {
        match self.kind {
            Kind::Uuid => value::<Uuid>(row, place),
            Kind::Text => value::<String>(row, place),
            Kind::Small => value::<i16>(row, place),
            Kind::Integer => value::<i32>(row, place),
            Kind::Big => value::<i64>(row, place),
            Kind::Boolean => value::<bool>(row, place),
            Kind::Double => value::<f64>(row, place),
            Kind::Instant => value::<DateTime<Utc>>(row, place),
            Kind::Date => value::<NaiveDate>(row, place),
            Kind::Json => value::<serde_json::Value>(row, place),
            Kind::Bytes => value::<Vec<u8>>(row, place),
        }
    }
}

fn value<T: TryGetable>(row: &QueryResult, place: usize) -> Result<Value, DbErr>
where
    Option<T>: Into<Value>,
{
    row.try_get_by_index::<Option<T>>(place).map(Into::into)
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "uuid" => Self::Uuid,
            "text" => Self::Text,
            "smallint" => Self::Small,
            "integer" => Self::Integer,
            "bigint" => Self::Big,
            "boolean" => Self::Boolean,
            "double precision" => Self::Double,
            "timestamp with time zone" => Self::Instant,
            "date" => Self::Date,
            "jsonb" => Self::Json,
            "bytea" => Self::Bytes,
            _ => return None,
        })
    }
}

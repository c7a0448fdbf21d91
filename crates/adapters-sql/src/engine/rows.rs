//! Conversion of rows to values of the domain.

use std::error::Error;
use std::str::FromStr;

use domain::percentages::Percentage;
use ports::RepositoryError;
use sea_orm::{DbErr, FromQueryResult, QueryResult, TryGetable};

/// A reader of the columns of a row, one after the other.
pub(crate) struct Columns<'a> {
    row: &'a QueryResult,
    next: usize,
}

impl<'a> Columns<'a> {
    /// Starts at the first column.
    pub(crate) const fn of(row: &'a QueryResult) -> Self {
        Self { row, next: 0 }
    }

    /// Reads the next column.
    pub(crate) fn next<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        let place = self.next;
        self.next += 1;
        self.row.try_get_by_index(place)
    }
}

/// Declares a row of a table with long lists. It is read by the positions of its columns, because a lookup by name
/// takes as long as reading the value. A SELECT begins with `COLUMNS`.
macro_rules! row {
    ($(#[$about:meta])* struct $name:ident of $table:ident {
        $first:ident: $first_type:ty, $($field:ident $(as $column:literal)?: $type:ty),+ $(,)?
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone)]
        pub(crate) struct $name {
            $first: $first_type,
            $($field: $type),+
        }

        impl $name {
            pub(crate) const COLUMNS: &'static str = concat!(
                stringify!($table), ".", stringify!($first)
                $(, ", ", stringify!($table), ".", $crate::engine::rows::column!($field $(as $column)?))+
            );

            fn read(columns: &mut $crate::engine::rows::Columns<'_>) -> Result<Self, sea_orm::DbErr> {
                Ok(Self { $first: columns.next()?, $($field: columns.next()?),+ })
            }
        }

        impl sea_orm::FromQueryResult for $name {
            fn from_query_result(row: &sea_orm::QueryResult, _: &str) -> Result<Self, sea_orm::DbErr> {
                Self::read(&mut $crate::engine::rows::Columns::of(row))
            }
        }
    };
}

/// Expands to the name of a column.
macro_rules! column {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident as $column:literal) => {
        $column
    };
}

pub(crate) use {column, row};

/// Reads a row, if a SELECT has found one.
pub(super) fn read_one<R: FromQueryResult>(row: Option<QueryResult>) -> Result<Option<R>, DbErr> {
    row.map(|row| R::from_query_result(&row, "")).transpose()
}

/// Reads the rows that a SELECT has found.
pub(super) fn read_all<R: FromQueryResult>(rows: &[QueryResult]) -> Result<Vec<R>, DbErr> {
    rows.iter().map(|row| R::from_query_result(row, "")).collect()
}

/// Parses a stored text to a value of the domain.
pub(crate) fn stored<T>(what: &'static str, text: &str) -> Result<T, RepositoryError>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    text.parse().map_err(|source| corrupt(what, source))
}

/// Parses a stored text to a value of the domain, if there is a text.
pub(crate) fn stored_option<T>(what: &'static str, text: Option<String>) -> Result<Option<T>, RepositoryError>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    text.map(|text| stored(what, &text)).transpose()
}

/// Converts a stored number to a value of the domain.
pub(crate) fn whole<T>(what: &'static str, number: i32) -> Result<T, RepositoryError>
where
    T: TryFrom<i64, Error: Error + Send + Sync + 'static>,
{
    sound(what, i64::from(number).try_into())
}

/// Converts stored basis points to a percentage.
pub(crate) fn percentage(what: &'static str, basis_points: i32) -> Result<Percentage, RepositoryError> {
    whole(what, basis_points)
}

/// Maps the error of a conversion to a corrupt row.
pub(crate) fn sound<T>(
    what: &'static str,
    value: Result<T, impl Error + Send + Sync + 'static>,
) -> Result<T, RepositoryError> {
    value.map_err(|source| corrupt(what, source))
}

/// Returns the error for a row that violates a rule of the domain.
pub(crate) fn corrupt(what: &'static str, source: impl Error + Send + Sync + 'static) -> RepositoryError {
    RepositoryError::Corrupt { what, source: Box::new(source) }
}

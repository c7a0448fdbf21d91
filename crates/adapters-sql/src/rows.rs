//! From rows to values of the domain.

use std::error::Error;
use std::str::FromStr;

use domain::percentages::Percentage;
use ports::RepositoryError;
use sea_orm::{DbErr, QueryResult, TryGetable};

/// The columns of a row, read one after the other.
pub(crate) struct Columns<'a> {
    row: &'a QueryResult,
    next: usize,
}

impl<'a> Columns<'a> {
    /// From the first on.
    pub(crate) const fn of(row: &'a QueryResult) -> Self {
        Self { row, next: 0 }
    }

    /// Reads the next one.
    pub(crate) fn next<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        let place = self.next;
        self.next += 1;
        self.row.try_get_by_index(place)
    }
}

/// A row of a table that long lists are made of. It is read by the places of its columns: to look each of them up by its name takes
/// as long as to read it. `COLUMNS` are what a SELECT has first.
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
                $(, ", ", stringify!($table), ".", $crate::rows::column!($field $(as $column)?))+
            );

            fn read(columns: &mut $crate::rows::Columns<'_>) -> Result<Self, sea_orm::DbErr> {
                Ok(Self { $first: columns.next()?, $($field: columns.next()?),+ })
            }
        }

        impl sea_orm::FromQueryResult for $name {
            fn from_query_result(row: &sea_orm::QueryResult, _: &str) -> Result<Self, sea_orm::DbErr> {
                Self::read(&mut $crate::rows::Columns::of(row))
            }
        }
    };
}

/// The name of a column.
macro_rules! column {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident as $column:literal) => {
        $column
    };
}

pub(crate) use {column, row};

/// A stored text as a value of the domain.
pub(crate) fn stored<T>(what: &'static str, text: &str) -> Result<T, RepositoryError>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    text.parse().map_err(|source| corrupt(what, source))
}

/// A stored text as a value of the domain, where there is one.
pub(crate) fn stored_option<T>(what: &'static str, text: Option<String>) -> Result<Option<T>, RepositoryError>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    text.map(|text| stored(what, &text)).transpose()
}

/// A stored number as a value of the domain.
pub(crate) fn whole<T>(what: &'static str, number: i32) -> Result<T, RepositoryError>
where
    T: TryFrom<i64, Error: Error + Send + Sync + 'static>,
{
    sound(what, i64::from(number).try_into())
}

/// Stored basis points as a share.
pub(crate) fn percentage(what: &'static str, basis_points: i32) -> Result<Percentage, RepositoryError> {
    whole(what, basis_points)
}

/// What a stored value is to the domain.
pub(crate) fn sound<T>(
    what: &'static str,
    value: Result<T, impl Error + Send + Sync + 'static>,
) -> Result<T, RepositoryError> {
    value.map_err(|source| corrupt(what, source))
}

/// A row that breaks a rule of the domain.
pub(crate) fn corrupt(what: &'static str, source: impl Error + Send + Sync + 'static) -> RepositoryError {
    RepositoryError::Corrupt { what, source: Box::new(source) }
}

//! Conversion of rows to values of the domain.

use std::error::Error;
use std::str::FromStr;

use domain::percentages::Percentage;
use ports::RepositoryError;
use sea_orm::{DbErr, FromQueryResult, QueryResult};

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

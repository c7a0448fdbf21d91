//! From rows to values of the domain.

use std::error::Error;
use std::str::FromStr;

use domain::percentages::Percentage;
use ports::RepositoryError;

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

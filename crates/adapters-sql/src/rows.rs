//! From rows to values of the domain.

use std::error::Error;
use std::str::FromStr;

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

/// A row that breaks a rule of the domain.
pub(crate) fn corrupt(what: &'static str, source: impl Error + Send + Sync + 'static) -> RepositoryError {
    RepositoryError::Corrupt { what, source: Box::new(source) }
}

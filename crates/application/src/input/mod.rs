//! Input of use cases: whether it could be read, and the values of its fields.

pub(crate) mod bodies;
pub mod enum_schemas;
pub(crate) mod listing_ids;
pub(crate) mod paging;
pub(crate) mod reader;
pub(crate) mod wire;

use std::fmt::{self, Display};

use domain::patch::Patch;
use thiserror::Error;
use validator::{ValidationErrors, ValidationErrorsKind};

use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Members, Problem};

/// The phrase for a missing field.
pub(crate) const REQUIRED: &str = "field is required.";

/// A command, or the error of reading it.
///
/// A use case looks at the error only after it has authorised the caller, so that a forbidden request is refused as
/// forbidden even if it is malformed.
pub type Input<C> = Result<C, Unreadable>;

/// A request that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// A syntax or type error; the text names its place.
    #[error("{0}")]
    Malformed(String),
    /// A body that exceeds the size limit.
    #[error("The request body is larger than {limit} bytes.")]
    TooLarge {
        /// The size limit, in bytes.
        limit: usize,
    },
    /// An unsupported media type.
    #[error("The request body must be of type application/json, in UTF-8 and without a content encoding.")]
    UnsupportedMediaType,
    /// Fields or parameters that a published contract has, and the service does not.
    #[error("The request asks for what is not supported.")]
    NotSupported(FieldErrors),
}

impl Problem for Unreadable {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Malformed(_) => Code::MalformedRequest.into(),
            Self::TooLarge { .. } => Code::PayloadTooLarge.into(),
            Self::UnsupportedMediaType => Code::UnsupportedMediaType.into(),
            Self::NotSupported(field_errors) => Code::NotSupported.with(field_errors),
        }
    }
}

/// Field errors: all of them, or the first ones if there are too many.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct InvalidInput {
    field_errors: FieldErrors,
    /// Whether reading stopped before the end.
    is_truncated: bool,
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The given data was invalid.")?;
        if self.is_truncated { f.write_str(" There are too many errors: the rest was not read.") } else { Ok(()) }
    }
}

impl InvalidInput {
    /// Creates the error of one field. `phrase` follows the field's name in the sentence.
    pub fn new(field: &str, phrase: impl Display) -> Self {
        field_error(field, phrase).into()
    }
}

impl From<FieldErrors> for InvalidInput {
    fn from(field_errors: FieldErrors) -> Self {
        Self { field_errors, is_truncated: false }
    }
}

/// The code of an error that says that the errors are truncated.
const TRUNCATED: &str = "truncated";

impl From<ValidationErrors> for InvalidInput {
    fn from(errors: ValidationErrors) -> Self {
        let mut invalid = Self::from(FieldErrors::new());
        for (path, kind) in errors.into_errors() {
            let ValidationErrorsKind::Field(errors) = kind else { continue };
            for error in errors {
                if error.code == TRUNCATED {
                    invalid.is_truncated = true;
                } else {
                    let sentence = sentence(&path, error.message.unwrap_or_default());
                    invalid.field_errors.entry(path.to_string()).or_default().push(sentence);
                }
            }
        }
        invalid
    }
}

impl Problem for InvalidInput {
    fn members(&self) -> Members<'_> {
        Code::ValidationFailed.with(&self.field_errors)
    }
}

/// Makes a sentence: `country_code` and `field is invalid.` become `The country code field is invalid.`
pub(crate) fn sentence(field: &str, phrase: impl Display) -> String {
    format!("The {} {phrase}", words(field))
}

/// Returns the error of one field. `phrase` follows the field's name in the sentence.
pub(crate) fn field_error(field: &str, phrase: impl Display) -> FieldErrors {
    FieldErrors::from([(field.to_owned(), vec![sentence(field, phrase)])])
}

/// Returns the error of a field that names a resource that does not exist.
pub(crate) fn not_found(field: &str) -> FieldErrors {
    field_error(field, "was not found.")
}

/// Returns the error of a field whose value another resource has.
pub(crate) fn taken(field: &str) -> FieldErrors {
    field_error(field, "has already been taken.")
}

/// Splits a field's name into words: `country_code` becomes `country code`, `defaultCurrency` `default currency`,
/// `workspaceID` `workspace ID`, and `guest.email` `guest email`.
fn words(field: &str) -> String {
    let mut words = String::with_capacity(field.len() + 4);
    let mut before = ' ';
    let mut characters = field.chars().peekable();
    while let Some(c) = characters.next() {
        let begins_word = before.is_ascii_lowercase() && c.is_ascii_uppercase();
        let is_abbreviation = characters.peek().is_none_or(char::is_ascii_uppercase);
        match c {
            '_' => words.push(' '),
            '.' if before.is_ascii_alphabetic() && characters.peek().is_some_and(char::is_ascii_alphabetic) => {
                words.push(' ');
            }
            c if begins_word && is_abbreviation => words.extend([' ', c]),
            c if begins_word => words.extend([' ', c.to_ascii_lowercase()]),
            c => words.push(c),
        }
        before = c;
    }
    words
}

/// Checks a field that cannot be changed: the request may repeat its value, ignoring case.
pub(crate) fn unchanged(field: &str, sent: &Patch<String>, is: impl Display) -> Result<(), InvalidInput> {
    let agrees = match sent {
        Patch::Keep => true,
        Patch::Clear => false,
        Patch::Set(text) => text.eq_ignore_ascii_case(&is.to_string()),
    };
    if agrees { Ok(()) } else { Err(InvalidInput::new(field, "never changes.")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_speak_of_the_field_as_people_do() {
        for (field, expected) in [
            ("name", "The name field is invalid."),
            ("country_code", "The country code field is invalid."),
            ("defaultCurrency", "The default currency field is invalid."),
            ("checkInDate", "The check in date field is invalid."),
            ("workspaceID", "The workspace ID field is invalid."),
            ("listingIDs.3", "The listing IDs.3 field is invalid."),
            ("thumbnailURL", "The thumbnail URL field is invalid."),
            ("guest.firstName", "The guest first name field is invalid."),
        ] {
            assert_eq!(sentence(field, "field is invalid."), expected);
        }
    }
}

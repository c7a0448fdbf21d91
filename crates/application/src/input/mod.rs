//! Input of use cases: whether it could be read, and the validation of its values.

pub(crate) mod listing_ids;
pub(crate) mod paging;
pub(crate) mod reader;

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::str::FromStr;

use domain::patch::Patch;
use domain::tenants::RestatedError;
use domain::users::UserStatus;
use thiserror::Error;
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Problem};
use crate::outcome::refusal::Refusal;

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
}

impl Problem for Unreadable {
    fn code(&self) -> Code {
        match self {
            Self::Malformed(_) => Code::MalformedRequest,
            Self::TooLarge { .. } => Code::PayloadTooLarge,
            Self::UnsupportedMediaType => Code::UnsupportedMediaType,
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
        if self.is_truncated { f.write_str(" So much is at fault that the rest was not looked at.") } else { Ok(()) }
    }
}

impl InvalidInput {
    /// Creates the error of one field. `phrase` follows the field's name in the sentence.
    pub fn new(field: &str, phrase: impl Display) -> Self {
        field_error(field, phrase).into()
    }

    /// Creates field errors that are truncated.
    pub(crate) fn cut(field_errors: FieldErrors) -> Self {
        Self { field_errors, is_truncated: true }
    }
}

impl From<FieldErrors> for InvalidInput {
    fn from(field_errors: FieldErrors) -> Self {
        Self { field_errors, is_truncated: false }
    }
}

impl Problem for InvalidInput {
    fn code(&self) -> Code {
        Code::ValidationFailed
    }

    fn field_errors(&self) -> Option<&FieldErrors> {
        Some(&self.field_errors)
    }
}

impl From<ValidationErrors> for InvalidInput {
    fn from(errors: ValidationErrors) -> Self {
        let mut field_errors = FieldErrors::new();
        for (field, kind) in errors.into_errors() {
            if let ValidationErrorsKind::Field(errors) = kind {
                for error in errors {
                    let field = wire_name(&field, &error);
                    // Only `validator`'s own `required` has no message.
                    let sentence = sentence(field, error.message.as_deref().unwrap_or(REQUIRED));
                    field_errors.entry(field.to_owned()).or_default().push(sentence);
                }
            }
        }
        field_errors.into()
    }
}

impl From<RestatedError> for InvalidInput {
    fn from(RestatedError { field_errors }: RestatedError) -> Self {
        let sentences =
            field_errors.into_iter().map(|(field, phrase)| (field.to_owned(), vec![sentence(field, phrase)]));
        sentences.collect::<FieldErrors>().into()
    }
}

/// Returns the field's name in the request: the `code` of its rule, or the name of the Rust field if the rule has no
/// code.
fn wire_name<'a>(field: &'a str, error: &'a ValidationError) -> &'a str {
    match &*error.code {
        RULE | "required" => field,
        name => name,
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

/// Returns the command if it could be read and is valid.
pub(crate) fn checked<C: Validate>(input: Input<C>) -> Result<C, Refusal> {
    let command = input?;
    valid(&command)?;
    Ok(command)
}

/// Checks that all values of the command are valid.
pub(crate) fn valid(command: &impl Validate) -> Result<(), InvalidInput> {
    command.validate().map_err(InvalidInput::from)
}

/// Merges the field errors of both results, if any.
pub(crate) fn together<E: Into<InvalidInput>>(
    one: Result<(), InvalidInput>,
    other: Result<(), E>,
) -> Result<(), InvalidInput> {
    match (one, other.map_err(Into::into)) {
        (Err(InvalidInput { mut field_errors, is_truncated }), Err(others)) => {
            for (field, sentences) in others.field_errors {
                field_errors.entry(field).or_default().extend(sentences);
            }
            Err(InvalidInput { field_errors, is_truncated: is_truncated || others.is_truncated })
        }
        (one, other) => one.and(other),
    }
}

/// The code of a rule that names no field: the request uses the same name as the command.
const RULE: &str = "rule";

/// Creates the error of one field, for `validator`.
///
/// If the request's name of the field differs from the command's, the rule has it as its code:
/// `#[validate(custom(function = edits::<Currency>, code = "defaultCurrency"))]`.
pub(crate) fn invalid(phrase: impl Display) -> ValidationError {
    ValidationError::new(RULE).with_message(Cow::Owned(phrase.to_string()))
}

/// Rule for `validator`: the text must be a valid `T`.
pub(crate) fn is<T: FromStr<Err: Display>>(text: &str) -> Result<(), ValidationError> {
    text.parse::<T>().map(drop).map_err(invalid)
}

/// Rule for `validator`: the text must be a valid `T` or blank, which means absent.
pub(crate) fn is_or_blank<T: FromStr<Err: Display>>(text: &str) -> Result<(), ValidationError> {
    if is_blank(text) { Ok(()) } else { is::<T>(text) }
}

/// Rule for `validator`: the number must be a user status.
pub(crate) fn is_user_status(number: i64) -> Result<(), ValidationError> {
    UserStatus::try_from(number).map(drop).map_err(invalid)
}

/// Parses an optional user status.
pub(crate) fn user_status(field: &str, number: Option<i64>) -> Result<Option<UserStatus>, InvalidInput> {
    number.map(UserStatus::try_from).transpose().map_err(|error| InvalidInput::new(field, error))
}

/// Parses a required field.
pub(crate) fn required<T: FromStr<Err: Display>>(field: &str, text: Option<&str>) -> Result<T, InvalidInput> {
    optional(field, text)?.ok_or_else(|| InvalidInput::new(field, REQUIRED))
}

/// Parses an optional field.
pub(crate) fn optional<T: FromStr<Err: Display>>(field: &str, text: Option<&str>) -> Result<Option<T>, InvalidInput> {
    text.map(str::parse).transpose().map_err(|error| InvalidInput::new(field, error))
}

/// Parses an optional field that may be blank.
pub(crate) fn unless_blank<T: FromStr<Err: Display>>(
    field: &str,
    text: Option<&str>,
) -> Result<Option<T>, InvalidInput> {
    optional(field, text.filter(|text| !is_blank(text)))
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

/// Whether the text is empty or consists of spaces. Other white space and control characters are not blank.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c == ' ')
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

    #[test]
    fn a_field_is_called_what_the_request_calls_it() {
        #[derive(Validate)]
        struct Command {
            #[validate(custom(function = is::<domain::countries::Country>, code = "homeCountry"))]
            country: Option<String>,
            #[validate(required)]
            name: Option<String>,
        }
        let error = valid(&Command { country: Some(String::new()), name: None }).expect_err("invalid");
        let field_errors = error.field_errors().expect("field errors");
        assert_eq!(
            field_errors["homeCountry"],
            ["The home country field is invalid. It must be ISO 3166-1 alpha-2 country code."]
        );
        assert_eq!(field_errors["name"], ["The name field is required."]);
    }

    #[test]
    fn every_field_at_field_error_is_named() {
        let mut errors = ValidationErrors::new();
        errors.add("name", invalid(REQUIRED));
        errors.add("name", invalid("may not be so."));
        errors.add("city", invalid("is too far."));
        let InvalidInput { field_errors, is_truncated: _ } = errors.into();
        assert_eq!(field_errors["name"], ["The name field is required.", "The name may not be so."]);
        assert_eq!(field_errors["city"], ["The city is too far."]);
    }
}

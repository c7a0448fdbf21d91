//! What was asked for: whether it could be read, and whether its values keep the rules.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::str::FromStr;

use domain::tenants::{FieldEdit, RestatedError};
use domain::users::UserStatus;
use thiserror::Error;
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::problem::{Faults, Problem, ProblemKind};
use crate::refusal::Refusal;

/// What is said of a field that is missing.
pub(crate) const REQUIRED: &str = "field is required.";

/// A command as far as it could be read.
///
/// It stays unread until the caller was authorised: somebody who may not do a thing is told that, and not that the
/// request was misspelt.
pub type Asked<C> = Result<C, Unreadable>;

/// Why a request cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// Not what it should be, at a place that the text names.
    #[error("{0}")]
    Malformed(String),
    /// Larger than is read.
    #[error("The request body is larger than {limit} bytes.")]
    TooLarge {
        /// The most that is read, in bytes.
        limit: usize,
    },
    /// Of a type that is not read.
    #[error("The request body must be of type application/json.")]
    UnsupportedMediaType,
}

impl Problem for Unreadable {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Malformed(_) => ProblemKind::Unreadable,
            Self::TooLarge { .. } => ProblemKind::TooLarge,
            Self::UnsupportedMediaType => ProblemKind::UnsupportedMediaType,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed_request",
            Self::TooLarge { .. } => "payload_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
        }
    }
}

/// Values that break rules: all of them, or as many as are told at once.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct InvalidInput {
    faults: Faults,
    /// Whether the rest was not looked at.
    is_cut: bool,
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The given data was invalid.")?;
        if self.is_cut { f.write_str(" So much is at fault that the rest was not looked at.") } else { Ok(()) }
    }
}

impl InvalidInput {
    /// One field at fault. `phrase` ends the sentence that begins with the field.
    pub fn new(field: &str, phrase: impl Display) -> Self {
        Faults::from([(field.to_owned(), vec![sentence(field, phrase)])]).into()
    }

    /// Faults behind which more may be.
    pub(crate) fn cut(faults: Faults) -> Self {
        Self { faults, is_cut: true }
    }
}

impl From<Faults> for InvalidInput {
    fn from(faults: Faults) -> Self {
        Self { faults, is_cut: false }
    }
}

impl Problem for InvalidInput {
    fn kind(&self) -> ProblemKind {
        ProblemKind::Invalid
    }

    fn code(&self) -> &'static str {
        "validation_failed"
    }

    fn faults(&self) -> Option<&Faults> {
        Some(&self.faults)
    }
}

impl From<ValidationErrors> for InvalidInput {
    fn from(errors: ValidationErrors) -> Self {
        let mut faults = Faults::new();
        for (field, kind) in errors.into_errors() {
            if let ValidationErrorsKind::Field(errors) = kind {
                for error in errors {
                    let field = wire_name(&field, &error);
                    // The only fault without a phrase of its own is `validator`'s own `required`.
                    let sentence = sentence(field, error.message.as_deref().unwrap_or(REQUIRED));
                    faults.entry(field.to_owned()).or_default().push(sentence);
                }
            }
        }
        faults.into()
    }
}

impl From<RestatedError> for InvalidInput {
    fn from(RestatedError { faults }: RestatedError) -> Self {
        let sentences = faults.into_iter().map(|(field, phrase)| (field.to_owned(), vec![sentence(field, phrase)]));
        sentences.collect::<Faults>().into()
    }
}

/// What the request calls the field: the `code` of its rule, or the name of the Rust field where the rule has no code
/// of its own.
fn wire_name<'a>(field: &'a str, error: &'a ValidationError) -> &'a str {
    match &*error.code {
        RULE | "required" => field,
        name => name,
    }
}

/// `country_code` and `field is invalid.` make `The country code field is invalid.`
pub(crate) fn sentence(field: &str, phrase: impl Display) -> String {
    format!("The {} {phrase}", words(field))
}

/// `country_code` becomes `country code`, `defaultCurrency` `default currency`, `workspaceID` `workspace ID`, and `guest.email`
/// `guest email`.
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

/// The command, if it could be read and all its values keep the rules.
pub(crate) fn checked<C: Validate>(asked: Asked<C>) -> Result<C, Refusal> {
    let command = asked?;
    valid(&command)?;
    Ok(command)
}

/// Whether all values of the command keep the rules.
pub(crate) fn valid(command: &impl Validate) -> Result<(), InvalidInput> {
    command.validate().map_err(InvalidInput::from)
}

/// The faults of both sides, if any.
pub(crate) fn together<E: Into<InvalidInput>>(
    one: Result<(), InvalidInput>,
    other: Result<(), E>,
) -> Result<(), InvalidInput> {
    match (one, other.map_err(Into::into)) {
        (Err(InvalidInput { mut faults, is_cut }), Err(others)) => {
            for (field, sentences) in others.faults {
                faults.entry(field).or_default().extend(sentences);
            }
            Err(InvalidInput { faults, is_cut: is_cut || others.is_cut })
        }
        (one, other) => one.and(other),
    }
}

/// The code of a fault whose rule names no field: the request calls the field as the command does.
const RULE: &str = "rule";

/// A fault of one field, for `validator`.
///
/// Where the request calls a field by another name than the command, the rule says so:
/// `#[validate(custom(function = edits::<Currency>, code = "defaultCurrency"))]`.
pub(crate) fn fault(phrase: impl Display) -> ValidationError {
    ValidationError::new(RULE).with_message(Cow::Owned(phrase.to_string()))
}

/// For `validator`: the text must be a `T`.
pub(crate) fn is<T: FromStr<Err: Display>>(text: &str) -> Result<(), ValidationError> {
    text.parse::<T>().map(drop).map_err(fault)
}

/// For `validator`: the text must be a `T`, or blank, which stands for none.
pub(crate) fn is_or_blank<T: FromStr<Err: Display>>(text: &str) -> Result<(), ValidationError> {
    if is_blank(text) { Ok(()) } else { is::<T>(text) }
}

/// For `validator`: a field that can be changed, not cleared.
#[expect(clippy::ref_option, reason = "`validator` hands over a reference to the field")]
pub(crate) fn edits<T: FromStr<Err: Display>>(edit: &FieldEdit<String>) -> Result<(), ValidationError> {
    match edit {
        None => Ok(()),
        Some(None) => Err(fault(REQUIRED)),
        Some(Some(text)) => is::<T>(text),
    }
}

/// For `validator`: a field that can be changed and cleared.
#[expect(clippy::ref_option, reason = "`validator` hands over a reference to the field")]
pub(crate) fn edits_or_clears<T: FromStr<Err: Display>>(edit: &FieldEdit<String>) -> Result<(), ValidationError> {
    edit.as_ref().and_then(Option::as_ref).map_or(Ok(()), |text| is_or_blank::<T>(text))
}

/// For `validator`: the number must be a user status.
pub(crate) fn is_user_status(number: i64) -> Result<(), ValidationError> {
    UserStatus::try_from(number).map(drop).map_err(fault)
}

/// For `validator`: a user status that can be changed, not cleared.
#[expect(clippy::ref_option, reason = "`validator` hands over a reference to the field")]
pub(crate) fn edits_user_status(edit: &FieldEdit<i64>) -> Result<(), ValidationError> {
    match edit {
        None => Ok(()),
        Some(None) => Err(fault(REQUIRED)),
        Some(Some(number)) => is_user_status(*number),
    }
}

/// The user status that a field may hold.
pub(crate) fn user_status(field: &str, number: Option<i64>) -> Result<Option<UserStatus>, InvalidInput> {
    number.map(UserStatus::try_from).transpose().map_err(|error| InvalidInput::new(field, error))
}

/// The value of a field that must be there.
pub(crate) fn required<T: FromStr<Err: Display>>(field: &str, text: Option<&str>) -> Result<T, InvalidInput> {
    optional(field, text)?.ok_or_else(|| InvalidInput::new(field, REQUIRED))
}

/// The value of a field that may be missing.
pub(crate) fn optional<T: FromStr<Err: Display>>(field: &str, text: Option<&str>) -> Result<Option<T>, InvalidInput> {
    text.map(str::parse).transpose().map_err(|error| InvalidInput::new(field, error))
}

/// The value of a field that may be missing or blank.
pub(crate) fn unless_blank<T: FromStr<Err: Display>>(
    field: &str,
    text: Option<&str>,
) -> Result<Option<T>, InvalidInput> {
    optional(field, text.filter(|text| !is_blank(text)))
}

/// What shall become of a field that can be cleared, also by a blank text.
pub(crate) fn edit<T: FromStr<Err: Display>>(
    field: &str,
    edit: Option<&Option<String>>,
) -> Result<FieldEdit<T>, InvalidInput> {
    edit.map(|text| unless_blank(field, text.as_deref())).transpose()
}

/// A field that never changes: it may be said again, not otherwise.
pub(crate) fn unchanged(field: &str, said: Option<&Option<String>>, is: impl Display) -> Result<(), InvalidInput> {
    let agrees = said.is_none_or(|said| said.as_ref().is_some_and(|said| said.eq_ignore_ascii_case(&is.to_string())));
    if agrees { Ok(()) } else { Err(InvalidInput::new(field, "never changes.")) }
}

/// Tested on the text as sent: a blank that holds control characters is no blank.
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
            #[validate(custom(function = edits::<domain::countries::Country>, code = "homeCountry"))]
            country: FieldEdit<String>,
            #[validate(required)]
            name: Option<String>,
        }
        let error = valid(&Command { country: Some(None), name: None }).expect_err("invalid");
        let faults = error.faults().expect("fields at fault");
        assert_eq!(faults["homeCountry"], ["The home country field is required."]);
        assert_eq!(faults["name"], ["The name field is required."]);
    }

    #[test]
    fn every_field_at_fault_is_named() {
        let mut errors = ValidationErrors::new();
        errors.add("name", fault(REQUIRED));
        errors.add("name", fault("may not be so."));
        errors.add("city", fault("is too far."));
        let InvalidInput { faults, is_cut: _ } = errors.into();
        assert_eq!(faults["name"], ["The name field is required.", "The name may not be so."]);
        assert_eq!(faults["city"], ["The city is too far."]);
    }
}

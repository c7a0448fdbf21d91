//! The reader of the fields of a command. It parses each field once, by the domain's `FromStr` or `TryFrom`, and collects
//! all errors, each with the path of its field: `listings.3.pictures.0.url`.
//!
//! The number of field errors is limited: lists are not read further once there are [`ENOUGH`].

use std::fmt::Display;
use std::str::FromStr;

use domain::patch::Patch;
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::input::{REQUIRED, TRUNCATED};

/// The number of fields with errors after which no further list items are read.
pub(crate) const ENOUGH: usize = 100;

/// A command whose fields become values of the domain.
pub(crate) trait Fields {
    /// The values.
    type Values;

    /// Reads the fields. Returns `None` only after an error, but may return values in spite of one.
    fn read(&self, r: &mut FieldReader) -> Option<Self::Values>;
}

/// Reads a command.
pub(crate) fn read<F: Fields>(command: &F) -> Result<F::Values, ValidationErrors> {
    let mut reader = FieldReader::default();
    let values = command.read(&mut reader);
    reader.finish(values)
}

/// The text, number or boolean of a field, which may be a `T`.
pub(crate) trait Raw<T> {
    /// Returns the value, or the end of a sentence that begins with the field's name.
    fn parsed(&self) -> Result<T, String>;

    /// Whether it means that the field has no value.
    fn is_blank(&self) -> bool {
        false
    }
}

impl<T: FromStr<Err: Display>> Raw<T> for String {
    fn parsed(&self) -> Result<T, String> {
        self.parse().map_err(|error: T::Err| error.to_string())
    }

    /// Whether it is empty or consists of spaces. Other white space and control characters are not blank.
    fn is_blank(&self) -> bool {
        self.chars().all(|c| c == ' ')
    }
}

impl<T: TryFrom<i64, Error: Display>> Raw<T> for i64 {
    fn parsed(&self) -> Result<T, String> {
        T::try_from(*self).map_err(|error| error.to_string())
    }
}

impl Raw<Self> for bool {
    fn parsed(&self) -> Result<Self, String> {
        Ok(*self)
    }
}

/// A field of a command, which may be absent.
pub(crate) trait Field {
    /// The type of what is sent.
    type Raw;

    /// Returns what was sent, unless it is absent or null.
    fn sent(&self) -> Option<&Self::Raw>;
}

impl Field for String {
    type Raw = Self;

    fn sent(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<R> Field for Option<R> {
    type Raw = R;

    fn sent(&self) -> Option<&R> {
        self.as_ref()
    }
}

impl<R> Field for Patch<R> {
    type Raw = R;

    fn sent(&self) -> Option<&R> {
        self.as_ref().value()
    }
}

/// The field errors so far, and the current path in the request.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldReader {
    errors: ValidationErrors,
    path: String,
}

impl FieldReader {
    /// Reads a field that must have a value.
    pub(crate) fn required<F: Field<Raw: Raw<T>>, T>(&mut self, field: &str, value: &F) -> Option<T> {
        let Some(raw) = value.sent() else {
            self.refuse(field, REQUIRED);
            return None;
        };
        self.parse(field, raw)
    }

    /// Reads a field that may be absent, null or blank.
    pub(crate) fn optional<F: Field<Raw: Raw<T>>, T>(&mut self, field: &str, value: &F) -> Option<T> {
        let raw = value.sent().filter(|raw| !raw.is_blank())?;
        self.parse(field, raw)
    }

    /// Reads a field that may be absent or null, but not blank.
    pub(crate) fn given<F: Field<Raw: Raw<T>>, T>(&mut self, field: &str, value: &F) -> Option<T> {
        self.parse(field, value.sent()?)
    }

    /// Reads an edit of a field that can be changed but not cleared.
    pub(crate) fn keep<R: Raw<T>, T>(&mut self, field: &str, edit: &Patch<R>) -> Option<T> {
        if edit.is_keep() { None } else { self.required(field, edit) }
    }

    /// Reads an edit of a field that can be changed, and cleared by null or a blank text.
    pub(crate) fn clear<R: Raw<T>, T>(&mut self, field: &str, edit: &Patch<R>) -> Patch<T> {
        if edit.is_keep() { Patch::Keep } else { self.optional(field, edit).into() }
    }

    /// Reads a list of at most `most` items.
    pub(crate) fn items<R, T>(
        &mut self,
        field: &str,
        items: &[R],
        most: usize,
        mut read: impl FnMut(&mut Self, &R) -> Option<T>,
    ) -> Option<Vec<T>> {
        if items.len() > most {
            self.refuse(field, format_args!("may not have more than {most} items."));
            return None;
        }
        self.at(field, |r| {
            let mut values = Vec::with_capacity(items.len());
            for (position, item) in items.iter().enumerate() {
                if !r.goes_on() {
                    break;
                }
                values.extend(r.at(position, |r| read(r, item)));
            }
            Some(values)
        })
    }

    /// Reads the list item at the current path.
    pub(crate) fn item<R: Raw<T>, T>(&mut self, item: &R) -> Option<T> {
        self.parse("", item)
    }

    /// Reads the parts of a field with `read`, with the field's name added to the path.
    pub(crate) fn at<T>(&mut self, field: impl Display, read: impl FnOnce(&mut Self) -> T) -> T {
        let here = self.path.len();
        self.path = self.path_to(&field.to_string());
        let value = read(self);
        self.path.truncate(here);
        value
    }

    /// Adds an error of a field at the current path. `phrase` follows the field's name in the sentence.
    pub(crate) fn refuse(&mut self, field: &str, phrase: impl Display) {
        self.add(self.path_to(field), ValidationError::new("invalid").with_message(phrase.to_string().into()));
    }

    /// Whether the next item should be read. If not, the errors say that they are truncated.
    pub(crate) fn goes_on(&mut self) -> bool {
        let goes_on = self.errors.errors().len() < ENOUGH;
        if !goes_on {
            self.add(self.path.clone(), ValidationError::new(TRUNCATED));
        }
        goes_on
    }

    /// Returns the value if there are no field errors.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, ValidationErrors> {
        value.filter(|_| self.errors.is_empty()).ok_or(self.errors)
    }

    /// Returns the field errors.
    pub(crate) fn into_errors(self) -> ValidationErrors {
        self.errors
    }

    fn parse<R: Raw<T>, T>(&mut self, field: &str, raw: &R) -> Option<T> {
        raw.parsed().map_err(|error| self.refuse(field, error)).ok()
    }

    fn path_to(&self, field: &str) -> String {
        let dot = if self.path.is_empty() || field.is_empty() { "" } else { "." };
        format!("{}{dot}{field}", self.path)
    }

    fn add(&mut self, path: String, error: ValidationError) {
        let errors = self.errors.errors_mut().entry(path.into());
        if let ValidationErrorsKind::Field(errors) = errors.or_insert_with(|| ValidationErrorsKind::Field(vec![])) {
            errors.push(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::numbers::Whole;
    use domain::text::Line;

    use super::*;
    use crate::input::InvalidInput;
    use crate::outcome::problem::{FieldErrors, Problem};

    type Name = Line<1, 10>;

    fn text(text: &str) -> Patch<String> {
        Patch::Set(text.to_owned())
    }

    #[test]
    fn every_field_error_is_named_by_its_path() {
        let mut reader = FieldReader::default();
        let names = ["fine".to_owned(), String::new(), "\u{7}".to_owned()];
        reader.at("listings", |r| {
            r.at(3, |r| {
                r.items("names", &names, 3, FieldReader::item::<_, Name>);
                r.keep::<_, Name>("name", &Patch::<String>::Clear);
                r.keep::<_, Whole<1, 5>>("size", &Patch::Set(6));
            });
        });
        let refused = InvalidInput::from(reader.finish(Some(())).expect_err("field errors"));
        let field_errors = refused.field_errors().expect("field errors");
        let paths: Vec<_> = field_errors.keys().map(String::as_str).collect();
        assert_eq!(paths, ["listings.3.name", "listings.3.names.1", "listings.3.names.2", "listings.3.size"]);
        assert_eq!(field_errors["listings.3.name"], ["The listings.3.name field is required."]);
    }

    #[test]
    fn a_field_may_have_several_errors() {
        let mut reader = FieldReader::default();
        reader.keep::<_, Name>("name", &text(""));
        reader.refuse("name", "is taken.");
        let refused = InvalidInput::from(reader.into_errors());
        let field_errors = refused.field_errors().expect("field errors");
        assert_eq!(field_errors["name"].len(), 2);
        assert_eq!(field_errors["name"][1], "The name is taken.");
    }

    #[test]
    fn lists_are_read_until_enough_is_wrong() {
        let refused = |wrong: usize, fine: usize| {
            let mut names = vec![String::new(); wrong];
            names.resize(wrong + fine, "fine".to_owned());
            let mut reader = FieldReader::default();
            for field in ["first", "second"] {
                reader.items(field, &names, names.len(), FieldReader::item::<_, Name>);
            }
            reader.keep::<_, Name>("name", &Patch::<String>::Clear);
            let refused = InvalidInput::from(reader.finish(Some(())).expect_err("field errors"));
            (refused.field_errors().map(FieldErrors::len), refused.to_string())
        };
        let all = "The given data was invalid.".to_owned();
        let truncated = "The given data was invalid. There are too many errors: the rest was not read.".to_owned();
        assert_eq!(refused(ENOUGH / 2 - 1, 10), (Some(ENOUGH - 1), all.clone()));
        assert_eq!(refused(ENOUGH / 2, 0), (Some(ENOUGH + 1), all));
        assert_eq!(refused(ENOUGH / 2, 1), (Some(ENOUGH + 1), truncated.clone()));
        assert_eq!(refused(200_000, 0), (Some(ENOUGH + 1), truncated));
    }

    #[test]
    fn absent_null_blank_and_present_are_told_apart() {
        let mut r = FieldReader::default();
        assert_eq!(r.clear::<_, Name>("a", &Patch::<String>::Keep), Patch::Keep);
        assert_eq!(r.clear::<_, Name>("a", &Patch::<String>::Clear), Patch::Clear);
        assert_eq!(r.clear::<_, Name>("a", &text(" ")), Patch::Clear);
        assert_eq!(r.clear("a", &text("x")).map(Name::into), text("x"));
        assert_eq!(r.keep::<_, Name>("a", &Patch::<String>::Keep), None);
        assert_eq!(r.optional::<_, Name>("a", &text(" ")), None);
        assert_eq!(r.given::<_, Name>("a", &None::<String>), None);
        assert!(r.clone().finish(Some(())).is_ok());
        assert_eq!(r.given::<_, Name>("blank", &text("")), None);
        assert_eq!(r.required::<_, Name>("absent", &None::<String>), None);
        assert_eq!(r.keep::<_, bool>("null", &Patch::<bool>::Clear), None);
        let refused = InvalidInput::from(r.into_errors());
        assert!(refused.field_errors().expect("field errors").keys().eq(["absent", "blank", "null"]));
    }
}

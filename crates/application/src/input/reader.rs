//! Reader of fields that collects all field errors, each with its path.
//!
//! For commands with lists and objects: `validator` names fields, this reader names paths like
//! `listings.3.pictures.0.url`. The number of field errors is limited: lists are not read further once there are
//! [`ENOUGH`].

use std::fmt::Display;
use std::str::FromStr;

use domain::patch::Patch;

use crate::input::{InvalidInput, REQUIRED, is_blank, sentence};
use crate::outcome::problem::FieldErrors;

/// The number of fields with errors after which no further list items are read.
pub(crate) const ENOUGH: usize = 100;

/// The field errors so far, and the current path in the request.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    field_errors: FieldErrors,
    is_truncated: bool,
    path: String,
}

impl Collector {
    /// Returns the value if there are no field errors.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, InvalidInput> {
        match value {
            Some(value) if self.field_errors.is_empty() => Ok(value),
            _ => Err(self.field_errors()),
        }
    }

    /// Returns the field errors; there must be at least one.
    pub(crate) fn field_errors(self) -> InvalidInput {
        if self.is_truncated { InvalidInput::cut(self.field_errors) } else { self.field_errors.into() }
    }

    /// Whether the next item should be read. If not, the result says that it is truncated.
    pub(crate) fn goes_on(&mut self) -> bool {
        self.is_truncated |= self.field_errors.len() >= ENOUGH;
        !self.is_truncated
    }

    /// Adds an error of a field at the current path. `phrase` follows the field's name in the sentence.
    pub(crate) fn refuse(&mut self, field: &str, phrase: impl Display) {
        let path = self.path_to(field);
        let sentence = sentence(&path, phrase);
        self.field_errors.entry(path).or_default().push(sentence);
    }

    /// Adds an error of the item at the current path.
    pub(crate) fn refuse_here(&mut self, phrase: impl Display) {
        let path = self.path.clone();
        let sentence = sentence(&path, phrase);
        self.field_errors.entry(path).or_default().push(sentence);
    }

    fn path_to(&self, field: &str) -> String {
        if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) }
    }

    /// Reads the field with `read`, with the field's name added to the path.
    pub(crate) fn at<T>(&mut self, field: impl Display, read: impl FnOnce(&mut Self) -> T) -> T {
        let here = self.path.len();
        if here > 0 {
            self.path.push('.');
        }
        self.path.push_str(&field.to_string());
        let value = read(self);
        self.path.truncate(here);
        value
    }

    fn sound<T>(&mut self, field: &str, value: Result<T, impl Display>) -> Option<T> {
        value.map_err(|error| self.refuse(field, error)).ok()
    }

    /// Reads a required text.
    pub(crate) fn required<T: FromStr<Err: Display>>(&mut self, field: &str, text: Option<&str>) -> Option<T> {
        let Some(text) = text else {
            self.refuse(field, REQUIRED);
            return None;
        };
        self.sound(field, text.parse())
    }

    /// Reads a text that may be absent but not blank.
    pub(crate) fn given<T: FromStr<Err: Display>>(&mut self, field: &str, text: Option<&str>) -> Option<T> {
        self.sound(field, text?.parse())
    }

    /// Reads a text that may be absent or blank.
    pub(crate) fn optional<T: FromStr<Err: Display>>(&mut self, field: &str, text: Option<&str>) -> Option<T> {
        let text = text.filter(|text| !is_blank(text))?;
        self.sound(field, text.parse())
    }

    /// Reads an edit of a field that can be changed but not cleared.
    pub(crate) fn kept<T: FromStr<Err: Display>>(&mut self, field: &str, edit: &Patch<String>) -> Option<T> {
        match edit {
            Patch::Keep => None,
            Patch::Clear => self.required(field, None),
            Patch::Set(text) => self.required(field, Some(text)),
        }
    }

    /// Reads an edit of a field that can be changed, and cleared by null or a blank text.
    pub(crate) fn cleared<T: FromStr<Err: Display>>(&mut self, field: &str, edit: &Patch<String>) -> Patch<T> {
        match edit {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(text) => self.optional(field, Some(text)).into(),
        }
    }

    /// Reads an edit of a number that can be changed but not cleared.
    pub(crate) fn kept_number<T: TryFrom<i64, Error: Display>>(&mut self, field: &str, edit: Patch<i64>) -> Option<T> {
        self.kept_value(field, edit).and_then(|number| self.sound(field, number.try_into()))
    }

    /// Reads an edit of a field that can be changed but not cleared, and whose values are all valid.
    pub(crate) fn kept_value<T>(&mut self, field: &str, edit: Patch<T>) -> Option<T> {
        if matches!(edit, Patch::Clear) {
            self.refuse(field, REQUIRED);
        }
        edit.value()
    }

    /// Reads an edit of a number that can be changed and cleared.
    pub(crate) fn cleared_number<T: TryFrom<i64, Error: Display>>(
        &mut self,
        field: &str,
        edit: Patch<i64>,
    ) -> Patch<T> {
        match edit.map(|number| self.sound(field, number.try_into())) {
            Patch::Set(number) => number.into(),
            Patch::Clear => Patch::Clear,
            Patch::Keep => Patch::Keep,
        }
    }

    /// Reads a list item that is a text.
    pub(crate) fn item<T: FromStr<Err: Display>>(&mut self, text: &str) -> Option<T> {
        text.parse().map_err(|error| self.refuse_here(error)).ok()
    }

    /// Reads an optional list with at most `most` items.
    pub(crate) fn items<S, T>(
        &mut self,
        field: &str,
        items: Option<&[S]>,
        most: usize,
        mut read: impl FnMut(&mut Self, &S) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = items?;
        if items.len() > most {
            self.refuse(field, format_args!("may not have more than {most} items."));
            return None;
        }
        self.at(field, |collector| {
            let mut values = Vec::with_capacity(items.len());
            for (position, item) in items.iter().enumerate() {
                if !collector.goes_on() {
                    break;
                }
                values.extend(collector.at(position, |collector| read(collector, item)));
            }
            Some(values)
        })
    }
}

/// Returns the new items of a list that can be changed and emptied.
pub(crate) fn emptied<T>(edit: &Patch<Vec<T>>) -> Option<&[T]> {
    match edit {
        Patch::Keep => None,
        Patch::Clear => Some(&[]),
        Patch::Set(items) => Some(items),
    }
}

#[cfg(test)]
mod tests {
    use domain::text::Line;

    use super::*;
    use crate::outcome::problem::Problem;

    type Name = Line<1, 10>;

    #[test]
    fn every_field_error_is_named_by_its_path() {
        let mut collector = Collector::default();
        let names = ["fine".to_owned(), String::new(), "\u{7}".to_owned()];
        collector.at("listings", |c| {
            c.at(3, |c| {
                c.items("names", Some(&names), 3, |c, name| c.item::<Line<1, 10>>(name));
                c.kept::<Line<1, 10>>("name", &Patch::Clear);
                c.kept_number::<domain::numbers::Whole<1, 5>>("size", Patch::Set(6))
            })
        });
        let refused = collector.finish(Some(())).expect_err("field errors");
        let field_errors = refused.field_errors().expect("field errors");
        let paths: Vec<_> = field_errors.keys().map(String::as_str).collect();
        assert_eq!(paths, ["listings.3.name", "listings.3.names.1", "listings.3.names.2", "listings.3.size"]);
        assert_eq!(field_errors["listings.3.name"], ["The listings.3.name field is required."]);
    }

    #[test]
    fn lists_are_read_until_enough_is_at_fault() {
        let refused = |faulty: usize, fine: usize| {
            let mut names = vec![String::new(); faulty];
            names.resize(faulty + fine, "fine".to_owned());
            let mut collector = Collector::default();
            for field in ["first", "second"] {
                collector.items(field, Some(&names), names.len(), |c, name| c.item::<Name>(name));
            }
            collector.kept::<Name>("name", &Patch::Clear);
            let refused = collector.finish(Some(())).expect_err("field errors");
            (refused.field_errors().map(FieldErrors::len), refused.to_string())
        };
        let all = "The given data was invalid.".to_owned();
        let cut = "The given data was invalid. So much is at fault that the rest was not looked at.".to_owned();
        assert_eq!(refused(ENOUGH / 2 - 1, 10), (Some(ENOUGH - 1), all.clone()));
        assert_eq!(refused(ENOUGH / 2, 0), (Some(ENOUGH + 1), all));
        assert_eq!(refused(ENOUGH / 2, 1), (Some(ENOUGH + 1), cut.clone()));
        assert_eq!(refused(200_000, 0), (Some(ENOUGH + 1), cut));
    }

    #[test]
    fn absent_null_blank_and_present_are_told_apart() {
        let text = |text: &str| Patch::Set(text.to_owned());
        let mut collector = Collector::default();
        assert_eq!(collector.cleared::<Name>("a", &Patch::Keep), Patch::Keep);
        assert_eq!(collector.cleared::<Name>("a", &Patch::Clear), Patch::Clear);
        assert_eq!(collector.cleared::<Name>("a", &text(" ")), Patch::Clear);
        assert_eq!(collector.cleared::<Name>("a", &text("x")).value().as_ref().map(Name::as_str), Some("x"));
        assert_eq!(collector.kept::<Name>("a", &Patch::Keep), None);
        assert_eq!(emptied::<String>(&Patch::Keep), None);
        assert_eq!(emptied::<String>(&Patch::Clear), Some(&[][..]));
        assert!(collector.finish(Some(())).is_ok());
    }
}

//! Forms: their fields with hints and errors, filled with what is stored or was sent.

use application::FieldErrors;
use maud::{Markup, html};
use uuid::Uuid;

use super::cell::words;
use super::fields::{Field, Kind};
use super::layout::{Frame, TOKEN};
use super::refused::Refused;

/// The name of the field by which a form that is sent twice is known.
pub(crate) const ONCE: &str = "_once";
/// The name of the field with the version that the form was filled from.
pub(crate) const SEEN: &str = "_seen";

/// The names and values of a form or a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Values(pub(crate) Vec<(String, String)>);

impl Values {
    /// Returns the values of what is stored.
    pub(crate) fn of<const N: usize>(pairs: [(&str, String); N]) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Adds the values of what is stored. Absent ones are empty.
    #[must_use]
    pub(crate) fn and<const N: usize>(mut self, pairs: [(&str, Option<String>); N]) -> Self {
        self.0.extend(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.unwrap_or_default())));
        self
    }

    /// Returns the last value of a field.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.into()));
    }
}

/// A form that changes something.
pub(crate) struct EditForm<'a> {
    pub(crate) action: &'a str,
    pub(crate) fields: &'a [Field],
    pub(crate) values: &'a Values,
    /// The refusal of the values, if they were sent.
    pub(crate) refused: Option<&'a Refused>,
    pub(crate) submit: &'a str,
}

impl EditForm<'_> {
    pub(crate) fn markup(&self, frame: &Frame) -> Markup {
        let Self { action, fields, values, refused, submit } = self;
        html! {
            @if let Some(refused) = refused { (refused.notice(fields)) }
            form.edit method="post" action=(action) {
                (secrets(frame))
                (once(values))
                @if let Some(seen) = values.get(SEEN) { input type="hidden" name=(SEEN) value=(seen); }
                @for field in *fields { (labelled(field, values, refused.and_then(|refused| refused.field_errors.as_ref()))) }
                p { button type="submit" { (submit) } }
            }
        }
    }
}

/// Returns the fields that every form of the session has.
pub(crate) fn secrets(frame: &Frame) -> Markup {
    html! { input type="hidden" name=(TOKEN) value=(frame.form_token); }
}

/// Returns the field by which a form that is sent twice is known.
pub(crate) fn once(values: &Values) -> Markup {
    let key = values.get(ONCE).map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    html! { input type="hidden" name=(ONCE) value=(key); }
}

/// Shows the filter of a list.
pub(crate) fn filters(fields: &[Field], values: &Values, refused: Option<&Refused>) -> Markup {
    html! {
        @if let Some(refused) = refused { (refused.notice(fields)) }
        @if !fields.is_empty() {
            form.filters method="get" role="search" data-search {
                @for field in fields { (labelled(field, values, refused.and_then(|refused| refused.field_errors.as_ref()))) }
                p { button type="submit" { "Filter" } }
            }
        }
    }
}

/// Returns the errors of a field and of its parts.
fn errors_of<'a>(name: &'a str, errors: &'a FieldErrors) -> impl Iterator<Item = &'a String> {
    let is_of = move |path: &str| path == name || path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    errors.iter().filter(move |(path, _)| is_of(path)).flat_map(|(_, messages)| messages)
}

fn labelled(field: &Field, values: &Values, errors: Option<&FieldErrors>) -> Markup {
    let Field { name, label, kind, hint, is_required } = field;
    let value = values.get(name).unwrap_or_default();
    if *kind == Kind::Hidden {
        return html! { input type="hidden" name=(name) value=(value); };
    }
    let messages: Vec<_> = errors.into_iter().flat_map(|errors| errors_of(name, errors)).collect();
    let invalid = (!messages.is_empty()).then_some("true");
    let described = html! {
        @if !hint.is_empty() { small.hint id={ "hint-" (name) } { (hint) } }
        @for message in &messages { em.error { (message) } }
    };
    html! {
        label.field.flag[*kind == Kind::Flag] {
            span { (label) @if *is_required { " *" } }
            @match kind {
                Kind::LongText | Kind::Lines => textarea name=(name) rows="4" required[*is_required] aria-invalid=[invalid] { "\n" (value) },
                Kind::Flag => input type="checkbox" name=(name) value="true" checked[value == "true"];,
                Kind::Maybe => select name=(name) {
                    @for (word, text) in [("", ""), ("true", "yes"), ("false", "no")] {
                        option value=(word) selected[value == word] { (text) }
                    }
                },
                Kind::Choice(choices) => select name=(name) required[*is_required] aria-invalid=[invalid] {
                    @if !*is_required || choices.is_empty() { option value="" {} }
                    @for (word, text) in choices { option value=(word) selected[value == word] { (text) } }
                },
                Kind::Date => input type="date" name=(name) value=(value) required[*is_required] aria-invalid=[invalid];,
                Kind::Number => input inputmode="decimal" name=(name) value=(value) required[*is_required] aria-invalid=[invalid];,
                Kind::Text | Kind::Hidden => {
                    input type=(if *name == "q" { "search" } else { "text" }) name=(name) value=(value)
                        required[*is_required] aria-invalid=[invalid] autocomplete="off";
                }
            }
            (described)
        }
    }
}

/// Returns the words of the API as choices.
pub(crate) fn word_choices<const N: usize>(choices: [&'static str; N]) -> [(String, String); N] {
    choices.map(|word| (word.to_owned(), words(word)))
}

//! Values as pages and CSV files show them.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use domain::instants;
use maud::{Markup, html};

/// A value in a table or a list of facts.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    /// A text, which may be empty.
    Text(String),
    /// A text that leads to a page.
    Link { to: String, text: String },
    /// A status, by the word of the API.
    Status(&'static str),
    /// An instant.
    Time(DateTime<Utc>),
    /// Buttons, or boxes to tick.
    Control(Markup),
}

impl Cell {
    pub(crate) fn text(value: impl Display) -> Self {
        Self::Text(value.to_string())
    }

    /// Shows a value that may be absent.
    pub(crate) fn maybe(value: Option<impl Display>) -> Self {
        Self::Text(value.map(|value| value.to_string()).unwrap_or_default())
    }

    pub(crate) fn link(to: impl Into<String>, text: impl Display) -> Self {
        Self::Link { to: to.into(), text: text.to_string() }
    }

    pub(crate) fn flag(is: bool) -> Self {
        Self::text(if is { "yes" } else { "no" })
    }

    pub(crate) fn when(at: Option<DateTime<Utc>>) -> Self {
        at.map_or_else(|| Self::Text(String::new()), Self::Time)
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    pub(crate) fn markup(&self) -> Markup {
        match self {
            Self::Text(text) => html! { (text) },
            Self::Link { to, text } if text.trim().is_empty() => html! { a href=(to) { "(no name)" } },
            Self::Link { to, text } => html! { a href=(to) { (text) } },
            Self::Status(status) => html! { span.status data-status=(status) { (words(status)) } },
            Self::Control(control) => control.clone(),
            Self::Time(at) => {
                let exact = instants::to_text(*at);
                html! { time datetime=(exact) title=(exact) { (at.format("%Y-%m-%d %H:%M")) } }
            }
        }
    }

    /// Returns the value for a file.
    pub(crate) fn plain(self) -> String {
        match self {
            Self::Text(text) | Self::Link { text, .. } => text,
            Self::Status(status) => status.to_owned(),
            Self::Time(at) => instants::to_text(at),
            Self::Control(_) => String::new(),
        }
    }
}

/// Returns a word of the API as people write it: `NOT_YET` becomes `not yet`.
pub(crate) fn words(word: &str) -> String {
    word.replace('_', " ").to_lowercase()
}

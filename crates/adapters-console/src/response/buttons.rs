//! Buttons: forms without fields.

use domain::access::Permission;
use maud::{Markup, html};

use super::form::secrets;
use super::layout::Frame;

/// An action on the thing that the page shows.
pub(crate) struct Button<'a> {
    pub(crate) action: &'a str,
    pub(crate) label: &'a str,
    /// The permission that the use case asks for. Other keys do not see the button.
    pub(crate) needs: Permission,
    /// Whether it cannot be undone: the button asks once more.
    pub(crate) is_final: bool,
}

impl Button<'_> {
    pub(crate) fn markup(&self, frame: &Frame) -> Markup {
        self.with(frame, &html! {})
    }

    /// Shows the button with more fields.
    pub(crate) fn with(&self, frame: &Frame, fields: &Markup) -> Markup {
        let Self { action, label, needs, is_final } = self;
        if frame.permission < *needs {
            return html! {};
        }
        let form = html! {
            form.action method="post" action=(action) {
                (secrets(frame))
                (fields)
                button type="submit" { (label) }
            }
        };
        html! {
            @if *is_final { details.final { summary { (label) "…" } (form) } } @else { (form) }
        }
    }
}

/// Shows a link to another page as a button, to keys with the permission.
pub(crate) fn leading(frame: &Frame, needs: Permission, to: &str, label: &str) -> Markup {
    html! { @if frame.permission >= needs { a.button href=(to) { (label) } } }
}

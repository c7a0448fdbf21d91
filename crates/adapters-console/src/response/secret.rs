//! Keys and secrets that are shown once.

use maud::{Markup, html};

/// Shows a text that is not shown again, with a button to copy it.
pub(crate) fn secret(text: &str) -> Markup {
    html! {
        p.notice role="status" { "Copy it now: it is shown this once." }
        p { code #secret { (text) } " " button.quiet type="button" data-copy="#secret" hidden { "Copy" } }
    }
}

//! Lists of facts about one thing.

use maud::{Markup, html};

use super::cell::Cell;

/// Shows facts; those without a value are left out.
pub(crate) fn facts(facts: &[(&str, Cell)]) -> Markup {
    html! {
        dl.facts {
            @for (name, cell) in facts.iter().filter(|(_, cell)| !cell.is_empty()) {
                dt { (name) }
                dd { (cell.markup()) }
            }
        }
    }
}

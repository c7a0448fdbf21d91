//! Tables of lists, and the way to their other pages.

use application::{Listed, PageStart};
use maud::{Markup, html};
use url::form_urlencoded;
use uuid::Uuid;

use super::cell::Cell;
use super::form::Values;

/// A column of a list.
pub(crate) struct Column<T> {
    pub(crate) heading: &'static str,
    pub(crate) cell: Box<dyn Fn(&T) -> Cell>,
    /// Whether it has buttons or boxes to tick, which files leave out.
    pub(crate) is_control: bool,
}

/// Creates a column.
pub(crate) fn column<T>(heading: &'static str, cell: impl Fn(&T) -> Cell + 'static) -> Column<T> {
    Column { heading, cell: Box::new(cell), is_control: false }
}

/// Creates a column of buttons or boxes to tick.
pub(crate) fn control<T>(heading: &'static str, control: impl Fn(&T) -> Markup + 'static) -> Column<T> {
    Column { is_control: true, ..column(heading, move |item| Cell::Control(control(item))) }
}

/// Shows items.
pub(crate) fn table<T>(caption: &str, columns: &[Column<T>], items: &[T]) -> Markup {
    if items.is_empty() {
        return html! { p.empty { "There are none." } };
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                thead { tr { @for column in columns { th scope="col" { (column.heading) } } } }
                tbody {
                    @for item in items {
                        tr { @for column in columns { td data-label=(column.heading) { ((column.cell)(item).markup()) } } }
                    }
                }
            }
        }
    }
}

/// Shows links to the pages before and after this one, which keep the filter.
pub(crate) fn pager<T>(path: &str, values: &Values, listed: &Listed<T>, id: impl Fn(&T) -> Uuid) -> Markup {
    let to = |name: &str, value: &str| address(path, values, Some((name, value)));
    let (previous, number) = match listed.page.start {
        PageStart::Number(number) => ((number > 1).then(|| to("page", &(number - 1).to_string())), Some(number)),
        PageStart::After(_) => (None, None),
    };
    let next = match number {
        Some(number) if listed.next_is_numbered() => Some(to("page", &(number + 1).to_string())),
        _ => listed.items.last().map(|last| to("after", &id(last).to_string())),
    };
    let next = next.filter(|_| listed.has_more);
    html! {
        @if previous.is_some() || next.is_some() || number.is_none() {
            nav.pager aria-label="Pages" {
                @if number != Some(1) { a href=(address(path, values, None)) { "First" } }
                @if let Some(previous) = previous { a rel="prev" href=(previous) { "Previous" } }
                @if let Some(number) = number { span aria-current="page" { "Page " (number) } }
                @if let Some(next) = next { a rel="next" href=(next) { "Next" } }
            }
        }
    }
}

/// Returns an address with the filter, and one parameter more.
pub(crate) fn address(path: &str, values: &Values, more: Option<(&str, &str)>) -> String {
    let kept = values.0.iter().filter(|(name, _)| !["page", "after", "done"].contains(&name.as_str()));
    let kept = kept.map(|(name, value)| (name.as_str(), value.as_str())).filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept.chain(more)).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

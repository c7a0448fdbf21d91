//! Queries: filters, pages and their cursors, options.

use adapters_http::fuzzing::{query, unknown_parameters};
use application::fuzzing::{Check, Query};
use application::{
    AmendmentOptions, FieldErrors, FindAnything, FindAudit, FindEventConsumers, FindEvents, FindIntegrationAccounts,
    FindListings, FindOperatorAudit, FindPromotions, FindReservations, FindTenants, FindUsers, FindWorkspaces,
    GetNights, GetPriceCalendar, List, MoveOptions, Paging,
};

use crate::refusals::{assert_named, assert_plain, assert_unreadable};

/// The most unknown parameters that a refusal names.
const MOST_UNKNOWN: usize = 100;

/// The name of a command, and the reader of its query.
type Named = (&'static str, fn(&str));

/// Lists queries by the types of their commands, each with its reader.
macro_rules! queries {
    ($($read:ident: $($command:ident),+;)+) => {
        [$($((stringify!($command), $read::<$command> as fn(&str))),+),+]
    };
}

const QUERIES: [Named; 17] = queries![
    page: FindAudit, FindIntegrationAccounts, FindListings, FindOperatorAudit, FindPromotions, FindReservations,
        FindTenants, FindUsers, FindWorkspaces;
    whole: FindAnything, FindEventConsumers, FindEvents, GetNights, GetPriceCalendar, Paging;
    options: AmendmentOptions, MoveOptions;
];

/// Reads a query. The first line names its command.
pub(crate) fn queries(data: &[u8]) {
    let Some((name, text)) = str::from_utf8(data).ok().and_then(|text| text.split_once('\n')) else { return };
    if let Some((_, read)) = QUERIES.iter().find(|(known, _)| *known == name) {
        read(text);
    }
}

/// Reads the page of a list.
fn page<F: Query>(text: &str)
where
    List<F>: Check,
{
    if let (Some(filter), Some(paging)) = (parsed::<F>(text), parsed::<Paging>(text)) {
        let names = [F::names(), Paging::names()].concat();
        assert_checked(&List { filter, paging }, &names);
    }
}

/// Reads all of a query.
fn whole<Q: Query + Check>(text: &str) {
    if let Some(command) = parsed::<Q>(text) {
        assert_checked(&command, &Q::names());
    }
}

/// Reads options, beside which there are no other parameters.
fn options<Q: Query>(text: &str) {
    parsed::<Q>(text);
    let names = Q::names();
    let known: Vec<_> = names.iter().map(String::as_str).collect();
    let unknown = unknown_parameters(text, &known);
    assert!(unknown.as_ref().map_or(0, FieldErrors::len) <= MOST_UNKNOWN, "{unknown:?}");
    for (name, sentences) in unknown.iter().flatten() {
        assert!(!known.contains(&name.as_str()) && sentences.len() == 1, "{name}: {sentences:?}");
    }
}

fn parsed<Q: Query>(text: &str) -> Option<Q> {
    let refused = match query::<Q>(text) {
        Ok(command) => return Some(command),
        Err(refused) => refused,
    };
    assert_unreadable(&refused);
    assert_plain(&refused, text.as_bytes());
    None
}

fn assert_checked(command: &impl Check, names: &[String]) {
    let checked = command.check();
    assert_eq!(checked, command.check(), "a command is read alike each time");
    if let Err(refused) = checked {
        assert_named(&refused, names);
    }
}

//! Fuzz targets: functions that give any bytes to the parsers of outside text, and panic where one breaks a promise.
//!
//! What parses reads back from its text and keeps its bounds; what is refused is refused with a sentence, or with the
//! names of the fields at fault. `cargo fuzz` looks for bytes that break this, from the folder `fuzz/`; `tests/corpus.rs`
//! gives each target the inputs that are kept there. `docs/testing.md` describes both.
//!
//! # How to add to it
//!
//! Write a function here, or in the `fuzzing` of a crate whose parser is private, and add its line to [`TARGETS`] and its
//! binary to `fuzz/`. Put some valid inputs into its corpus.

mod amounts;
mod bodies;
mod dates;
mod events;
mod keys;
mod listing_files;
#[path = "../../app/src/listings_file.rs"]
mod listings_file;
mod places;
mod queries;
mod refusals;
mod sheets;
mod texts;
mod traces;
mod webhooks;

use std::fmt::{Debug, Display};
use std::str::FromStr;

/// A target: its name, which is that of its corpus, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 15] = [
    ("amounts", amounts::amounts),
    ("bodies", bodies::bodies),
    ("browsers", adapters_console::fuzzing::browsers),
    ("dates", dates::dates),
    ("events", events::events),
    ("forms", adapters_console::fuzzing::forms),
    ("headers", adapters_http::fuzzing::headers),
    ("keys", keys::keys),
    ("listing_files", listing_files::listing_files),
    ("places", places::places),
    ("queries", queries::queries),
    ("sheets", sheets::sheets),
    ("texts", texts::texts),
    ("traces", traces::traces),
    ("webhooks", webhooks::webhooks),
];

/// Gives bytes to the target of this name.
///
/// # Panics
/// If a parser breaks a promise, or if there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = target.unwrap_or_else(|| panic!("there is no target {name}"));
    target(data);
}

/// Returns the lines of a text; none if the bytes are not one.
fn lines(data: &[u8]) -> impl Iterator<Item = &str> {
    str::from_utf8(data).into_iter().flat_map(|text| text.split('\n'))
}

/// Parses a text, whose value must read back from its own text. The error must end a sentence.
fn read_back<T>(text: &str) -> Option<T>
where
    T: FromStr<Err: Display> + Display + PartialEq + Debug,
{
    let value: T = read(text)?;
    let again = value.to_string().parse::<T>().map_err(|error| error.to_string());
    assert_eq!(again.as_ref(), Ok(&value), "{text:?} reads back");
    Some(value)
}

/// Parses a text. The error must end a sentence.
fn read<T: FromStr<Err: Display>>(text: &str) -> Option<T> {
    text.parse().map_err(|error: T::Err| assert!(error.to_string().ends_with('.'), "{text:?}: {error}")).ok()
}

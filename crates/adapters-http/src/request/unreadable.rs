//! Input that cannot be read.

use std::fmt::Display;

use application::Unreadable;

/// The maximum number of characters of a place, and of a parser's message.
const ENOUGH: usize = 200;

/// Returns the reason why input cannot be read, with the place in it. `what` names the input.
pub(super) fn unreadable(what: &str, error: &serde_path_to_error::Error<impl Display>) -> Unreadable {
    match error.path().to_string().as_str() {
        "." | "?" => malformed(format_args!("{what} cannot be read: {}.", shortened(error.inner()))),
        path => {
            // The names of fields that the service does not know are part of the place.
            let place: String = path.chars().take(ENOUGH).collect();
            malformed(format_args!("{what} cannot be read at {place}: {}.", shortened(error.inner())))
        }
    }
}

/// Rephrases a parser's message in the words of JSON rather than of Rust, and shortens it, because it may repeat all
/// that was sent.
fn shortened(message: impl Display) -> String {
    const WORDS: [(&str, &str); 5] = [
        ("expected i64", "expected a whole number"),
        ("expected u32", "expected a whole number"),
        ("invalid digit found in string", "expected a whole number"),
        ("expected a sequence", "expected an array"),
        ("unsupported value", "sent more than once"),
    ];
    let message = message.to_string();
    // The name of a type of this program follows.
    let message = match message.split_once("expected struct ") {
        Some((before, rest)) => {
            let after = rest.split_once(' ').map_or("", |(_, after)| after);
            format!("{before}expected an object {after}").trim_end().to_owned()
        }
        None => message,
    };
    let message = WORDS.iter().fold(message, |message, (found, plain)| message.replace(found, plain));
    message.chars().take(ENOUGH).collect()
}

/// Returns the reason why input cannot be read.
pub(super) fn malformed(message: impl Display) -> Unreadable {
    Unreadable::Malformed(message.to_string())
}

#[cfg(test)]
mod tests {
    use application::BookingFields;

    use super::*;
    use crate::request::body::parse;

    #[test]
    fn what_cannot_be_read_is_not_repeated_whole() {
        let long = "n".repeat(10_000);
        for json in [format!(r#"{{"{long}":x}}"#), format!(r#"{{"guests":"{long}"}}"#)] {
            let Err(Unreadable::Malformed(found)) = parse::<BookingFields>(json.as_bytes()) else {
                panic!("it is readable")
            };
            assert!(found.chars().count() < 500, "{found}");
        }
    }
}

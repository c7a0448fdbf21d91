//! The promises about refusals.

use application::{Code, InvalidInput, Problem, Unreadable};

/// The most field errors of a refusal: as many as are read, and those of the fields after them.
const MOST_ERRORS: usize = 150;
/// The most characters of the message of what cannot be read.
const MOST_CHARACTERS: usize = 1000;
/// Words of this program, which no message has.
const OWN_WORDS: [&str; 4] = ["struct ", "i64", "u64", "Option<"];

/// Checks that invalid input is named: a field that the request can have, each with sentences.
pub(crate) fn assert_named(refused: &InvalidInput, names: &[impl AsRef<str>]) {
    assert_eq!(refused.code(), Code::ValidationFailed);
    let errors = refused.field_errors().expect("field errors");
    assert!((1..=MOST_ERRORS).contains(&errors.len()), "{} errors", errors.len());
    for (path, sentences) in errors {
        let first = path.split('.').next().unwrap_or_default();
        assert!(names.iter().any(|name| name.as_ref() == first), "{path} is not a field");
        let are_sentences = sentences.iter().all(|sentence| sentence.starts_with("The ") && sentence.ends_with('.'));
        assert!(are_sentences && !sentences.is_empty(), "{path}: {sentences:?}");
    }
}

/// Checks that unreadable input is refused as such, with a message in the words of the client.
pub(crate) fn assert_unreadable(refused: &Unreadable) {
    assert_eq!(refused.code(), Code::MalformedRequest);
    let message = refused.to_string();
    assert!(message.chars().count() <= MOST_CHARACTERS, "{message}");
    assert!(message.starts_with("The ") && message.ends_with('.'), "{message}");
}

/// A message does not have the words of this program, unless the client has sent them, perhaps in disguise.
pub(crate) fn assert_plain(refused: &Unreadable, sent: &[u8]) {
    let (message, sent) = (refused.to_string(), String::from_utf8_lossy(sent));
    for word in OWN_WORDS {
        assert!(!message.contains(word) || sent.contains(word.trim()) || sent.contains(['\\', '%']), "{message}");
    }
}

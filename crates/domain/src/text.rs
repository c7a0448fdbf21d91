//! Text from outside: its bounds, and the form used to compare and search it.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use unicase::UniCase;
use unicode_normalization::UnicodeNormalization;

/// An error of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TextError {
    /// Empty after trimming.
    #[error("may not be empty.")]
    Empty,
    /// Fewer characters than the minimum, counted after trimming.
    #[error("must be at least {min} characters.")]
    TooShort {
        /// The smallest number of characters.
        min: usize,
    },
    /// More characters than the maximum, counted after trimming.
    #[error("may not be greater than {max} characters.")]
    TooLong {
        /// The largest number of characters.
        max: usize,
    },
    /// A control character.
    #[error("may not contain control characters.")]
    Control,
}

/// One line of text: trimmed, `MIN` to `MAX` characters (Unicode scalar values), no control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line<const MIN: usize, const MAX: usize>(String);

/// Text of several lines: trimmed, 1 to `MAX` characters, no control characters except line feed and tab.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prose<const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> FromStr for Line<MIN, MAX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        bounded(text, MIN, MAX, char::is_control).map(Self)
    }
}

impl<const MAX: usize> FromStr for Prose<MAX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        bounded(text, 1, MAX, |c| c.is_control() && c != '\n' && c != '\t').map(Self)
    }
}

/// Checks control characters before trimming: a line that ends in one was not typed by a person.
fn bounded(text: &str, min: usize, max: usize, forbidden: impl Fn(char) -> bool) -> Result<String, TextError> {
    if text.contains(forbidden) {
        return Err(TextError::Control);
    }
    let text = text.trim();
    match text.chars().count() {
        0 if min == 1 => Err(TextError::Empty),
        length if length < min => Err(TextError::TooShort { min }),
        length if length > max => Err(TextError::TooLong { max }),
        _ => Ok(text.to_owned()),
    }
}

macro_rules! reads_as_str {
    ($type:ident < $($bound:ident),+ >) => {
        impl<$(const $bound: usize),+> $type<$($bound),+> {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<$(const $bound: usize),+> fmt::Display for $type<$($bound),+> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<$(const $bound: usize),+> From<$type<$($bound),+>> for String {
            fn from(text: $type<$($bound),+>) -> Self {
                text.0
            }
        }
    };
}

reads_as_str!(Line<MIN, MAX>);
reads_as_str!(Prose<MAX>);

/// A search text: one line, folded for comparison.
pub type SearchText = Line<1, 255>;

/// Folds a text for comparison: texts that differ only in case or in the encoding of accents become equal.
///
/// Unicode's canonical caseless matching (D145), followed by composition.
pub fn fold(text: &str) -> String {
    UniCase::unicode(text.nfd().collect::<String>()).to_folded_case().nfc().collect()
}

/// Returns the beginnings of the words of a folded text: the first two characters of each, or the only one.
///
/// A word begins where a letter or digit does not follow another one. Every other character except white space begins a
/// word too, and so does each character of a script that is written without spaces.
pub fn word_beginnings(folded: &str) -> impl Iterator<Item = &str> {
    words(folded).map(|rest| &rest[..rest.char_indices().nth(2).map_or(rest.len(), |(end, _)| end)])
}

/// Returns a folded text from the beginning of each of its words on.
fn words(folded: &str) -> impl Iterator<Item = &str> {
    let mut before = None;
    folded.char_indices().filter_map(move |(start, c)| {
        let continues =
            |before: char| [before, c].iter().all(|c| c.is_alphanumeric() && !is_written_without_spaces(*c));
        let begins = !c.is_whitespace() && !before.is_some_and(continues);
        before = Some(c);
        begins.then(|| &folded[start..])
    })
}

/// The place of a part in a text, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The whole text.
    Whole,
    /// The beginning of the text.
    Beginning,
    /// The beginning of a word.
    Word,
    /// Anywhere else.
    Inside,
}

impl Rank {
    /// Returns the rank of a part in a text, ignoring case; `None` if the text does not contain it.
    pub fn of(part: &SearchText, text: &str) -> Option<Self> {
        let (part, text) = (fold(part.as_str()), fold(text));
        if text == part {
            Some(Self::Whole)
        } else if text.starts_with(&part) {
            Some(Self::Beginning)
        } else if words(&text).any(|word| word.starts_with(&part)) {
            Some(Self::Word)
        } else {
            text.contains(&part).then_some(Self::Inside)
        }
    }
}

/// Whether the character is of the scripts of East and Southeast Asia that put no spaces between words.
const fn is_written_without_spaces(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}'           // Thai, Lao
        | '\u{1000}'..='\u{109f}'       // Myanmar
        | '\u{1780}'..='\u{17ff}'       // Khmer
        | '\u{2e80}'..='\u{a4cf}'       // Han, kana, Yi
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}'       // halfwidth katakana
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Name = Line<5, 8>;

    #[test]
    fn a_line_is_counted_in_characters_after_trimming() {
        for (text, expected) in [
            ("Hotel", Ok("Hotel")),
            ("  Hotel  ", Ok("Hotel")),
            ("ééééé", Ok("ééééé")),
            ("🏨🏨🏨🏨🏨", Ok("🏨🏨🏨🏨🏨")),
            ("Inn", Err(TextError::TooShort { min: 5 })),
            ("  Inn    ", Err(TextError::TooShort { min: 5 })),
            ("", Err(TextError::TooShort { min: 5 })),
            ("Hotel Room", Err(TextError::TooLong { max: 8 })),
            ("Hot\u{0}el", Err(TextError::Control)),
            ("Hotel\n", Err(TextError::Control)),
            ("Hot\u{9d}el", Err(TextError::Control)),
        ] {
            assert_eq!(text.parse::<Name>().as_ref().map(Name::as_str), expected.as_ref().copied(), "{text:?}");
        }
    }

    #[test]
    fn prose_keeps_line_feeds_and_tabs_only() {
        assert_eq!("a\n\tb".parse::<Prose<9>>().expect("fits").as_str(), "a\n\tb");
        assert_eq!("a\r\nb".parse::<Prose<9>>(), Err(TextError::Control));
    }

    #[test]
    fn folding_forgets_case_and_composition() {
        for (left, right) in
            [("STRASSE", "straße"), ("ÉCOLE", "e\u{301}cole"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("Channel A", "channel a")]
        {
            assert_eq!(fold(left), fold(right), "{left} and {right}");
        }
        assert_ne!(fold("école"), fold("ecole"));
    }

    #[test]
    fn a_word_begins_after_anything_but_a_letter_or_digit() {
        for (text, expected) in [
            ("hotel am see", &["ho", "am", "se"][..]),
            ("a-b 7", &["a-", "-b", "b ", "7"]),
            ("50% \"x\"", &["50", "% ", "\"x", "x\"", "\""]),
            ("🏨inn", &["🏨i", "in"]),
            ("東京tower", &["東京", "京t", "to"]),
            ("école", &["éc"]),
            (" \n", &[]),
        ] {
            assert_eq!(word_beginnings(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn a_part_ranks_by_its_place_in_the_text() {
        for (part, text, expected) in [
            ("ÉCOLE", "e\u{301}cole", Some(Rank::Whole)),
            ("loft", "Loft in Harlem", Some(Rank::Beginning)),
            ("harlem", "Loft in Harlem", Some(Rank::Word)),
            ("京", "東京都", Some(Rank::Word)),
            ("arl", "Loft in Harlem", Some(Rank::Inside)),
            ("barn", "Loft in Harlem", None),
        ] {
            assert_eq!(Rank::of(&part.parse().expect("a text"), text), expected, "{part}");
        }
        assert!([Rank::Whole, Rank::Beginning, Rank::Word, Rank::Inside].is_sorted());
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn any_text_is_accepted_whole_or_refused(text in any::<String>()) {
            if let Ok(name) = text.parse::<Name>() {
                prop_assert_eq!(name.as_str(), text.trim());
            }
        }
    }
}

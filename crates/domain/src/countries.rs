//! Countries by their ISO 3166-1 alpha-2 codes, with the common English names of CLDR.
//!
//! `countries.tsv` holds the 249 officially assigned codes with CLDR 48's English names (Unicode License V3). A newer
//! edition: `npm pack cldr-localenames-full`, then take each code from `main/en/territories.json`.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use thiserror::Error;

/// Sorted by code, as in the file.
static COUNTRIES: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| include_str!("countries.tsv").lines().filter_map(|line| line.split_once('\t')).collect());

/// A text that is not an officially assigned country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be ISO 3166-1 alpha-2 country code.")]
pub struct CountryError;

/// A country.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Country {
    code: &'static str,
    name: &'static str,
}

impl Country {
    /// The ISO 3166-1 alpha-2 code, in capitals.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// The common English name: `United States` for `US`.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl FromStr for Country {
    type Err = CountryError;

    /// Parses the code in any case.
    fn from_str(text: &str) -> Result<Self, CountryError> {
        let code = text.to_ascii_uppercase();
        let at = COUNTRIES.binary_search_by_key(&code.as_str(), |(code, _)| code).map_err(|_| CountryError)?;
        let (code, name) = COUNTRIES[at];
        Ok(Self { code, name })
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_their_common_names() {
        for (code, name) in [("US", "United States"), ("tr", "Türkiye"), ("GB", "United Kingdom"), ("ZW", "Zimbabwe")]
        {
            assert_eq!(code.parse::<Country>().map(Country::name), Ok(name));
        }
    }

    #[test]
    fn what_is_not_assigned_is_refused() {
        for text in ["", "U", "USA", "XX", "EU", "UK", "ZZ", "🇺🇸", " US", "u\0"] {
            assert_eq!(text.parse::<Country>(), Err(CountryError), "{text:?}");
        }
    }

    #[test]
    fn the_table_is_whole_and_sorted() {
        assert_eq!(COUNTRIES.len(), 249);
        assert!(COUNTRIES.is_sorted_by(|a, b| a.0 < b.0));
    }
}

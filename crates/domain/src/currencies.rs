//! Currencies by their ISO 4217 alphabetic codes.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Codes that ISO 4217 has withdrawn, though the table of `iso_currency` still has them.
///
/// The table's own flag for withdrawn codes is not used, because valid codes have it too.
const WITHDRAWN: [&str; 5] = ["BGN", "CUC", "HRK", "SLL", "ZWL"];

/// A text that is not a valid currency code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be ISO 4217 currency code.")]
pub struct CurrencyError;

/// A currency for prices.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    code: &'static str,
    minor_digits: u32,
}

impl Currency {
    /// Iterates over all currencies.
    pub fn all() -> impl Iterator<Item = Self> {
        let letters = || 'A'..='Z';
        let pairs = letters().flat_map(move |first| letters().map(move |second| [first, second]));
        let codes = pairs.flat_map(move |[first, second]| letters().map(move |third| [first, second, third]));
        codes.filter_map(|code| String::from_iter(code).parse().ok())
    }

    /// The ISO 4217 alphabetic code, in capitals.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// The number of decimals of an amount: 2 for `USD`, 0 for `JPY`, 3 for `KWD`.
    pub const fn minor_digits(self) -> u32 {
        self.minor_digits
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    /// Parses the code in any case. Codes without a minor unit, such as gold and test codes, are not accepted for
    /// prices.
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let currency = iso_currency::Currency::from_code(&text.to_ascii_uppercase()).ok_or(CurrencyError)?;
        let minor_digits = currency.exponent().ok_or(CurrencyError)?.into();
        let code = currency.code();
        if WITHDRAWN.contains(&code) { Err(CurrencyError) } else { Ok(Self { code, minor_digits }) }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_their_minor_digits() {
        for (text, code, digits) in [
            ("USD", "USD", 2),
            ("eur", "EUR", 2),
            ("Jpy", "JPY", 0),
            ("KWD", "KWD", 3),
            ("CLF", "CLF", 4),
            ("VES", "VES", 2),
            ("XCG", "XCG", 2),
            ("ZWG", "ZWG", 2),
        ] {
            let currency = text.parse::<Currency>().expect("a currency");
            assert_eq!((currency.code(), currency.minor_digits()), (code, digits));
        }
    }

    #[test]
    fn all_currencies_have_a_known_number_of_digits() {
        let mut digits: Vec<_> = Currency::all().map(Currency::minor_digits).collect();
        assert!(digits.len() > 150, "{}", digits.len());
        digits.sort_unstable();
        digits.dedup();
        assert_eq!(digits, [0, 2, 3, 4]);
    }

    #[test]
    fn what_is_no_currency_for_prices_is_refused() {
        for text in ["", "US", "USDT", "US$", "AAA", "DEM", "HRK", "XXX", "XTS", "XAU", " USD", "usd\0", "ÜSD", "ﬀr"]
        {
            assert_eq!(text.parse::<Currency>(), Err(CurrencyError), "{text:?}");
        }
    }

    /// Guards against a newer table that drops a code, which would make stored rows unreadable.
    #[test]
    fn the_table_is_whole() {
        let letters = || 'A'..='Z';
        let codes = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| format!("{a}{b}{c}"))));
        assert_eq!(codes.filter(|code| code.parse::<Currency>().is_ok()).count(), 165);
    }
}

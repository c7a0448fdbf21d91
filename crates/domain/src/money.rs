//! Money: exact amounts in minor units of a currency.

use std::fmt;
use std::str::FromStr;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use thiserror::Error;

use crate::currencies::Currency;
use crate::percentages::Percentage;

/// An error of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AmountError {
    /// A text that is not just digits with at most one decimal point. `1e1` is also malformed, though it is a JSON
    /// number.
    #[error("must be a plain decimal number.")]
    Malformed,
    /// Below zero or above the maximum.
    #[error("must be between 0 and {most}.")]
    OutOfRange {
        /// The maximum.
        most: i64,
    },
}

/// An amount with more decimals than its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("may not have more than {digits} decimals in {code}.")]
pub struct TooFineError {
    digits: u32,
    code: &'static str,
}

/// An exact amount of major units from 0 to `MOST`, without a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount<const MOST: i64 = 1_000_000_000>(Decimal);

/// The highest price of a stay: above two years of the highest price of a night with all markups.
const MOST_OF_STAY: i64 = 10_000_000_000_000;

/// The price of a stay.
pub type Total = Amount<MOST_OF_STAY>;

impl<const MOST: i64> Amount<MOST> {
    /// The amount in ten-thousandths of a major unit, rounded down: a scale to compare amounts of all currencies.
    pub fn ten_thousandths(self) -> i64 {
        (self.0 * Decimal::from(10_000)).floor().to_i64().unwrap_or(i64::MAX)
    }

    /// The amount in ten-thousandths of a major unit, rounded up.
    pub fn ten_thousandths_up(self) -> i64 {
        (self.0 * Decimal::from(10_000)).ceil().to_i64().unwrap_or(i64::MAX)
    }
}

impl<const MOST: i64> FromStr for Amount<MOST> {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        const { assert!(MOST <= 10_000_000_000_000, "minor units and ten-thousandths fit into 64 bits") };
        let out_of_range = AmountError::OutOfRange { most: MOST };
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !are_digits(whole) || !are_digits(decimals) {
            return Err(AmountError::Malformed);
        }
        // Zeros at either end are ignored: a number that is still too long after that is invalid.
        let whole = whole.trim_start_matches('0');
        let decimals = decimals.trim_end_matches('0');
        let is_zero = whole.is_empty() && decimals.is_empty();
        if unsigned.len() < text.len() && !is_zero {
            return Err(out_of_range);
        }
        let amount = Decimal::from_str_exact(&format!("0{whole}.{decimals}0")).map_err(|_| out_of_range)?;
        let range = Decimal::ZERO..=Decimal::from(MOST);
        if range.contains(&amount) { Ok(Self(amount)) } else { Err(out_of_range) }
    }
}

/// An amount in a currency, in its minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// Creates an amount from minor units: cents of `USD`, whole yen of `JPY`.
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Creates an amount from major units of a currency.
    ///
    /// # Errors
    /// If the amount has more decimals than the currency.
    pub fn of<const MOST: i64>(amount: Amount<MOST>, currency: Currency) -> Result<Self, TooFineError> {
        let digits = currency.minor_digits();
        let minor = amount.0 * Decimal::from(10_u64.pow(digits));
        let whole = Some(minor).filter(Decimal::is_integer).and_then(|minor| minor.to_i64());
        whole.map(|minor| Self { minor, currency }).ok_or(TooFineError { digits, code: currency.code() })
    }

    /// Returns the same number of major units in another currency.
    ///
    /// # Errors
    /// If the amount has more decimals than the other currency.
    pub fn stated_in(self, currency: Currency) -> Result<Self, TooFineError> {
        Self::of(Amount::<{ i64::MAX }>(self.decimal()), currency)
    }

    /// Returns the amount of major units, rounded half-even to the minor unit; `None` if it is too large.
    pub(crate) fn rounded(major: Decimal, currency: Currency) -> Option<Self> {
        let exact = major * Decimal::from(10_u64.pow(currency.minor_digits()));
        let rounded = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
        rounded.to_i64().map(|minor| Self { minor, currency })
    }

    /// The amount in major units.
    pub(crate) fn decimal(self) -> Decimal {
        Decimal::new(self.minor, self.currency.minor_digits())
    }

    /// Adds an amount of the same currency; `None` if no stay may cost so much.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let most = MOST_OF_STAY * 10_i64.pow(self.currency.minor_digits());
        let sum = self.minor.checked_add(other.minor).filter(|sum| *sum <= most);
        sum.map(|minor| Self { minor, ..self })
    }

    /// The amount in minor units, as stored.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Returns the share of the amount, rounded half-even to the minor unit.
    #[must_use]
    pub fn share(self, percentage: Percentage) -> Self {
        let share = Decimal::from(self.minor) * Decimal::new(percentage.basis_points().into(), 4);
        let rounded = share.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
        Self { minor: rounded.to_i64().unwrap_or(i64::MAX), ..self }
    }

    /// The amount in ten-thousandths of a major unit, to compare amounts of all currencies.
    pub const fn ten_thousandths(self) -> i64 {
        // No currency of ISO 4217 has more than 4 decimals.
        self.minor.saturating_mul(10_i64.pow(4_u32.saturating_sub(self.currency.minor_digits())))
    }
}

impl fmt::Display for Money {
    /// Writes the amount in major units, with all decimals of the currency: `12.50`, `1200`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decimal().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(text: &str, code: &str) -> Result<Money, TooFineError> {
        Money::of(text.parse::<Amount>().expect("an amount"), code.parse().expect("a currency"))
    }

    #[test]
    fn a_stay_may_cost_more_than_any_one_amount() {
        assert!("1000000000.01".parse::<Amount>().is_err());
        assert!("10000000000000".parse::<Total>().is_ok());
        assert_eq!("10000000000001".parse::<Total>(), Err(AmountError::OutOfRange { most: 10_000_000_000_000 }));
    }

    #[test]
    fn amounts_are_read_exactly_and_written_with_the_digits_of_their_currency() {
        for (text, code, minor, written) in [
            ("0", "USD", 0, "0.00"),
            ("-0.0", "USD", 0, "0.00"),
            ("149", "USD", 14_900, "149.00"),
            ("0.1", "EUR", 10, "0.10"),
            ("12.500000000000000000000000000000000000000000", "USD", 1_250, "12.50"),
            ("000000000000000000000000000000000000000000012.5", "USD", 1_250, "12.50"),
            ("1200", "JPY", 1_200, "1200"),
            ("1200.00", "JPY", 1_200, "1200"),
            ("1.234", "KWD", 1_234, "1.234"),
            ("1000000000", "CLF", 10_000_000_000_000, "1000000000.0000"),
        ] {
            let money = money(text, code).expect("money");
            assert_eq!((money.minor(), money.to_string().as_str()), (minor, written), "{text} {code}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "-", ".", "1.", ".5", "+1", "1e1", "1_000", "1,5", "0x1", "NaN", " 1", "١"] {
            assert_eq!(text.parse::<Amount>(), Err(AmountError::Malformed), "{text:?}");
        }
        for text in ["-1", "-0.01", "1000000000.01", "99999999999999999999999999999999999"] {
            assert_eq!(text.parse::<Amount>(), Err(AmountError::OutOfRange { most: 1_000_000_000 }), "{text:?}");
        }
        for (text, code) in [("0.001", "USD"), ("0.5", "JPY"), ("1.0001", "KWD")] {
            assert!(money(text, code).is_err(), "{text} {code}");
        }
    }

    #[test]
    fn shares_are_rounded_half_even() {
        for (minor, percentage, expected) in [
            (100, "10", 10),
            (5, "10", 0),
            (15, "10", 2),
            (25, "10", 2),
            (35, "10", 4),
            (333, "33.33", 111),
            (7, "100", 7),
        ] {
            let usd = "USD".parse().expect("a currency");
            let share = Money::from_minor(minor, usd).share(percentage.parse().expect("a percentage"));
            assert_eq!(share.minor(), expected, "{percentage} % of {minor}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(minor in 0_i64..=100_000_000_000) {
            for code in ["USD", "JPY", "KWD"] {
                let currency = code.parse().expect("a currency");
                let written = Money::from_minor(minor, currency);
                if let Ok(amount) = written.to_string().parse::<Amount>() {
                    prop_assert_eq!(Money::of(amount, currency), Ok(written));
                }
            }
        }

        #[test]
        fn all_currencies_are_compared_on_one_scale(minor in 0_i64..=100_000_000_000) {
            for code in ["USD", "JPY", "KWD"] {
                let money = Money::from_minor(minor, code.parse().expect("a currency"));
                if let Ok(amount) = money.to_string().parse::<Amount>() {
                    prop_assert_eq!(amount.ten_thousandths(), money.ten_thousandths());
                }
            }
        }
    }
}

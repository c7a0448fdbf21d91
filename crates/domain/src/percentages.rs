//! Percentages: exact, never binary floating point.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Basis points in one percent.
const POINTS: i64 = 100;

/// An error of a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PercentageError {
    /// A text that is not just digits with at most one decimal point. `1e1` is also malformed, though it is a JSON
    /// number.
    #[error("must be a plain decimal number.")]
    Malformed,
    /// Below 0 or above 100 percent.
    #[error("must be between 0 and 100.")]
    OutOfRange,
    /// More decimals than a basis point has.
    #[error("may not have more than 2 decimals.")]
    TooFine,
}

/// A share from 0 to 100 percent, in steps of a basis point (0.01).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percentage {
    basis_points: u16,
}

impl Percentage {
    /// The share in basis points, from 0 to 10,000, as stored and as used in calculations.
    pub const fn basis_points(self) -> u16 {
        self.basis_points
    }
}

impl TryFrom<i64> for Percentage {
    type Error = PercentageError;

    /// Creates a percentage from basis points.
    fn try_from(basis_points: i64) -> Result<Self, PercentageError> {
        match u16::try_from(basis_points) {
            Ok(basis_points) if i64::from(basis_points) <= 100 * POINTS => Ok(Self { basis_points }),
            _ => Err(PercentageError::OutOfRange),
        }
    }
}

impl FromStr for Percentage {
    type Err = PercentageError;

    /// Parses decimal digits, with a sign and a point where JSON allows them. Leading and trailing zeros do not count.
    fn from_str(text: &str) -> Result<Self, PercentageError> {
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        if !is_digits(whole) || !is_digits(decimals) {
            return Err(PercentageError::Malformed);
        }
        let (whole, decimals) = (whole.trim_start_matches('0'), decimals.trim_end_matches('0'));
        let is_negative = unsigned.len() < text.len() && !(whole.is_empty() && decimals.is_empty());
        let whole = if whole.is_empty() { 0 } else { whole.parse().unwrap_or(i64::MAX) };
        if is_negative || whole > 100 || (whole == 100 && !decimals.is_empty()) {
            return Err(PercentageError::OutOfRange);
        }
        let points = match decimals.as_bytes() {
            [] => 0,
            [tenths] => 10 * i64::from(tenths - b'0'),
            [tenths, hundredths] => 10 * i64::from(tenths - b'0') + i64::from(hundredths - b'0'),
            _ => return Err(PercentageError::TooFine),
        };
        Self::try_from(whole * POINTS + points)
    }
}

impl fmt::Display for Percentage {
    /// Writes no more digits than are needed: `12.5`, `0`, `100`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, points) = (self.basis_points / 100, self.basis_points % 100);
        match (points, points % 10) {
            (0, _) => write!(f, "{whole}"),
            (_, 0) => write!(f, "{whole}.{}", points / 10),
            _ => write!(f, "{whole}.{points:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_are_read_exactly() {
        let zeros = "0".repeat(1000);
        for (text, points) in [
            ("0", 0),
            ("-0", 0),
            ("-0.00", 0),
            ("0.01", 1),
            ("0.1", 10),
            ("0.10", 10),
            ("1.15", 115),
            ("12.5", 1_250),
            ("12.500", 1_250),
            ("012", 1_200),
            ("99.99", 9_999),
            ("100", 10_000),
            (&format!("{zeros}100.{zeros}"), 10_000),
        ] {
            assert_eq!(text.parse::<Percentage>().map(Percentage::basis_points), Ok(points), "{text}");
        }
    }

    #[test]
    fn what_is_no_percentage_is_refused() {
        use PercentageError::{Malformed, OutOfRange, TooFine};
        for (text, error) in [
            ("", Malformed),
            ("-", Malformed),
            (".", Malformed),
            (".5", Malformed),
            ("5.", Malformed),
            ("+5", Malformed),
            ("--5", Malformed),
            ("1.2.3", Malformed),
            ("1.-2", Malformed),
            ("1e1", Malformed),
            ("1E+1", Malformed),
            ("10e-1", Malformed),
            ("NaN", Malformed),
            ("12,5", Malformed),
            (" 5", Malformed),
            ("5%", Malformed),
            ("٥", Malformed),
            ("-1", OutOfRange),
            ("-0.001", OutOfRange),
            ("100.01", OutOfRange),
            ("100.000000000000000000000000000000000001", OutOfRange),
            ("101", OutOfRange),
            ("9223372036854775808", OutOfRange),
            (&"9".repeat(1000), OutOfRange),
            ("0.001", TooFine),
            ("12.345", TooFine),
            ("99.999", TooFine),
        ] {
            assert_eq!(text.parse::<Percentage>(), Err(error), "{text}");
        }
        for points in [-1, 10_001, 65_536, i64::MIN, i64::MAX] {
            assert_eq!(Percentage::try_from(points), Err(OutOfRange), "{points}");
        }
    }

    #[test]
    fn no_digit_too_many_is_written() {
        for (points, text) in
            [(0, "0"), (1, "0.01"), (10, "0.1"), (105, "1.05"), (1_250, "12.5"), (1_200, "12"), (10_000, "100")]
        {
            assert_eq!(Percentage::try_from(points).map(|percentage| percentage.to_string()), Ok(text.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(points in 0..=10_000_i64) {
            let percentage = Percentage::try_from(points).expect("in range");
            prop_assert_eq!(percentage.to_string().parse(), Ok(percentage));
        }

        #[test]
        fn every_text_of_two_decimals_is_exact(whole in 0..=99_u16, points in 0..=99_u16) {
            let text = format!("{whole}.{points:02}");
            prop_assert_eq!(text.parse::<Percentage>().map(Percentage::basis_points), Ok(whole * 100 + points));
        }

        #[test]
        fn any_text_is_accepted_or_refused(text in "-?[0-9.e]{0,12}|\\PC*") {
            if let Ok(percentage) = text.parse::<Percentage>() {
                prop_assert!(percentage.basis_points() <= 10_000);
            }
        }
    }
}

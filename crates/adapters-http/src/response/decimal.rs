//! Exact decimals: JSON numbers that never become binary floating point.

use std::fmt;

use domain::percentages::Percentage;
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// The digits of a JSON number in a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal(String);

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl Decimal {
    /// Creates a decimal from a number whose text is a JSON number.
    pub(crate) fn of(number: impl fmt::Display) -> Self {
        Self(number.to_string())
    }
}

impl From<Percentage> for Decimal {
    fn from(percentage: Percentage) -> Self {
        Self(percentage.to_string())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_written_digit_by_digit() {
        for text in ["0", "0.1", "1.15", "12.5", "99.99", "100"] {
            let decimal = Decimal::from(text.parse::<Percentage>().expect("a percentage"));
            assert_eq!(serde_json::to_string(&decimal).expect("a number"), text);
        }
    }
}

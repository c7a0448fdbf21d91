//! Exact decimals: JSON numbers that never become binary floating point.

use std::fmt;

use domain::patch::Patch;
use domain::percentages::Percentage;
use serde::de::{Error, Unexpected};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// The digits of a JSON number, as they are received or sent. Only for bodies in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal(String);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: Box<RawValue> = Deserialize::deserialize(deserializer)?;
        let found = match raw.get().as_bytes().first() {
            Some(b'-' | b'0'..=b'9') => return Ok(Self(raw.get().to_owned())),
            Some(b'"') => "string",
            Some(b'[') => "sequence",
            Some(b'{') => "map",
            Some(b't' | b'f') => "boolean",
            _ => "null",
        };
        Err(D::Error::invalid_type(Unexpected::Other(found), &"a number"))
    }
}

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

/// Converts an edit of a decimal to an edit of its digits.
pub(crate) fn digits(edit: Patch<Decimal>) -> Patch<String> {
    edit.map(|number| number.0)
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
    fn numbers_keep_their_digits() {
        for digits in [
            "0",
            "12.50",
            "-0.0",
            "1e1",
            "0.1000000000000000000000000000000000000001",
            "123456789012345678901234567890",
        ] {
            let decimal: Decimal = serde_json::from_str(digits).expect("a number");
            assert_eq!(decimal.to_string(), digits);
            assert_eq!(serde_json::to_string(&decimal).expect("a number"), digits);
        }
    }

    #[test]
    fn percentages_are_written_digit_by_digit() {
        for text in ["0", "0.1", "1.15", "12.5", "99.99", "100"] {
            let decimal = Decimal::from(text.parse::<Percentage>().expect("a percentage"));
            assert_eq!(serde_json::to_string(&decimal).expect("a number"), text);
        }
    }
}

//! Durations in settings.

use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

/// A number of seconds, which may have a fraction: from a millisecond to an hour.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Seconds(pub(crate) Duration);

/// An invalid duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a number of seconds from 0.001 to 3600")]
pub(crate) struct InvalidSecondsError;

impl TryFrom<f64> for Seconds {
    type Error = InvalidSecondsError;

    fn try_from(seconds: f64) -> Result<Self, InvalidSecondsError> {
        if (0.001..=3600.0).contains(&seconds) {
            Ok(Self(Duration::from_secs_f64(seconds)))
        } else {
            Err(InvalidSecondsError)
        }
    }
}

impl FromStr for Seconds {
    type Err = InvalidSecondsError;

    fn from_str(text: &str) -> Result<Self, InvalidSecondsError> {
        text.parse::<f64>().map_err(|_| InvalidSecondsError)?.try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_may_have_a_fraction_and_have_an_end() {
        for (text, millis) in [("1.5", 1500), ("15", 15_000), ("0.001", 1), ("3600", 3_600_000)] {
            assert_eq!(text.parse(), Ok(Seconds(Duration::from_millis(millis))));
        }
        for text in ["", "0", "-1", "0.0001", "3601", "NaN", "inf", "1s"] {
            assert_eq!(text.parse::<Seconds>(), Err(InvalidSecondsError), "{text}");
        }
    }
}

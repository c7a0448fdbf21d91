//! The position after which a client reads.

use std::str::FromStr;

use thiserror::Error;

/// The word for the end of the log.
const LATEST: &str = "latest";

/// The position after which a client reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// The last event that it has.
    After(u64),
    /// The present end of the log.
    Latest,
}

/// A text that is not a position, nor the word for the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a position or latest.")]
pub(crate) struct StartError;

/// A text or number that is not a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a position: a whole number of at least 0.")]
pub(crate) struct PositionError;

/// The number of an event in its log; 0 stands before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position(pub(crate) u64);

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        let digits = Some(text).filter(|text| text.bytes().all(|c| c.is_ascii_digit()));
        digits.and_then(|digits| digits.parse::<i64>().ok()).ok_or(PositionError)?.try_into()
    }
}

impl TryFrom<i64> for Position {
    type Error = PositionError;

    fn try_from(number: i64) -> Result<Self, PositionError> {
        u64::try_from(number).map(Self).map_err(|_| PositionError)
    }
}

impl FromStr for Start {
    type Err = StartError;

    fn from_str(text: &str) -> Result<Self, StartError> {
        if text == LATEST {
            return Ok(Self::Latest);
        }
        text.parse().map(|Position(position)| Self::After(position)).map_err(|_| StartError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_starts_after_a_position_or_at_the_end() {
        for (text, expected) in [
            ("0", Ok(Start::After(0))),
            ("1234", Ok(Start::After(1234))),
            ("9223372036854775807", Ok(Start::After(i64::MAX.unsigned_abs()))),
            ("latest", Ok(Start::Latest)),
            ("9223372036854775808", Err(StartError)),
            ("", Err(StartError)),
            ("-1", Err(StartError)),
            ("+1", Err(StartError)),
            (" 1", Err(StartError)),
            ("1.0", Err(StartError)),
            ("Latest", Err(StartError)),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
        assert_eq!(Position::try_from(-1), Err(PositionError));
    }
}

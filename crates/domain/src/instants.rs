//! Instants from outside, and in texts.

use std::str::FromStr;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use thiserror::Error;

/// A text that is not a valid instant, or one outside of the years 0 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be an RFC 3339 instant, like 2030-01-31T12:00:00Z.")]
pub struct InvalidInstantError;

/// One end of a time span, to compare stored times with. Parsed from RFC 3339, with any offset.
///
/// Stored times have milliseconds, so a finer instant is rounded up to the next millisecond: the same stored times lie
/// before and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge(DateTime<Utc>);

impl Edge {
    /// The instant, in milliseconds.
    pub const fn instant(self) -> DateTime<Utc> {
        self.0
    }
}

impl FromStr for Edge {
    type Err = InvalidInstantError;

    fn from_str(text: &str) -> Result<Self, InvalidInstantError> {
        let instant = DateTime::parse_from_rfc3339(text).map_err(|_| InvalidInstantError)?.to_utc();
        let is_between = instant.timestamp_subsec_nanos() % 1_000_000 != 0;
        let later = DateTime::from_timestamp_millis(instant.timestamp_millis() + i64::from(is_between));
        later.filter(|later| (0..=9999).contains(&later.year())).map(Self).ok_or(InvalidInstantError)
    }
}

/// Returns the instant as every answer writes it: RFC 3339 in UTC, with milliseconds.
pub fn to_text(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_is_an_instant_in_milliseconds() {
        for (text, expected) in [
            ("2030-01-31T12:00:00Z", "2030-01-31T12:00:00Z"),
            ("2030-01-31t12:00:00.25z", "2030-01-31T12:00:00.250Z"),
            ("2030-01-31T12:00:00+05:30", "2030-01-31T06:30:00Z"),
            ("2030-01-31T00:30:00-12:00", "2030-01-31T12:30:00Z"),
            ("2030-01-31T12:00:00.123Z", "2030-01-31T12:00:00.123Z"),
            ("2030-01-31T12:00:00.1230001Z", "2030-01-31T12:00:00.124Z"),
            ("2030-01-31T12:00:00.9999Z", "2030-01-31T12:00:01Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
        ] {
            let expected = expected.parse::<DateTime<Utc>>().expect("an instant");
            assert_eq!(text.parse::<Edge>().map(Edge::instant), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in [
            "",
            "now",
            "2030-01-31",
            "2030-01-31T12:00:00",
            "2030-02-30T12:00:00Z",
            "2030-01-31T24:00:00Z",
            "2030-01-31T12:00:00Z ",
            "1900000000",
            "12030-01-31T12:00:00Z",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "9999-12-31T23:59:59.9999Z",
        ] {
            assert_eq!(text.parse::<Edge>(), Err(InvalidInstantError), "{text}");
        }
    }
}

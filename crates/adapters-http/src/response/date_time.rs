//! Instants of responses.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

/// An instant: RFC 3339 in UTC, with milliseconds and `Z`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instant(pub(crate) DateTime<Utc>);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn instants_always_have_three_digits_behind_the_second() {
        for (millis, text) in [(0, r#""1970-01-01T00:00:00.000Z""#), (1_234, r#""1970-01-01T00:00:01.234Z""#)] {
            let instant = Instant(DateTime::UNIX_EPOCH + TimeDelta::milliseconds(millis));
            assert_eq!(serde_json::to_string(&instant).expect("a text"), text);
        }
    }
}

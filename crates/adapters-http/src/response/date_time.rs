//! Instants of responses.

use chrono::{SecondsFormat, Utc};
use serde::{Serialize, Serializer};

/// An instant: RFC 3339 in UTC, with milliseconds and `Z`. The schema of a field of this type is a `date-time`: utoipa
/// knows it by its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DateTime(pub(crate) chrono::DateTime<Utc>);

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

//! Attempts to deliver an event.

use chrono::{DateTime, Utc};

use super::DeliveryFailure;
use crate::ids::{AttemptId, EventId};

/// An attempt to deliver an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The id of the attempt.
    pub id: AttemptId,
    /// The id of the event, which is the `webhook-id` of every attempt.
    pub event_id: EventId,
    /// The position of the event; `None` for a test.
    pub position: Option<u64>,
    /// The type of the event. It may be a word of another version of the program.
    pub event_type: String,
    /// The number of the attempt, from 1.
    pub number: u32,
    /// The status of the answer, or the reason why there was none.
    pub result: Result<u16, DeliveryFailure>,
    /// The duration in milliseconds.
    pub duration: u32,
    /// The time at which it began, in whole milliseconds.
    pub at: DateTime<Utc>,
}

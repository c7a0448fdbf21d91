//! The outcome of a request to a receiver.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

/// The outcome of a request to a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver answered.
    Answered {
        /// The status.
        status: u16,
        /// The header `Retry-After`.
        retry_after: Option<RetryAfter>,
    },
    /// There was no answer.
    Failed(DeliveryFailure),
}

impl Outcome {
    /// The status of the answer, or the reason why there was none.
    pub const fn result(self) -> Result<u16, DeliveryFailure> {
        match self {
            Self::Answered { status, retry_after: _ } => Ok(status),
            Self::Failed(failure) => Err(failure),
        }
    }
}

/// The time that a receiver wants to be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u32),
    /// Until a time.
    At(DateTime<Utc>),
}

impl RetryAfter {
    /// The time from an instant.
    pub fn from(self, now: DateTime<Utc>) -> TimeDelta {
        match self {
            Self::Seconds(seconds) => TimeDelta::seconds(seconds.into()),
            Self::At(at) => (at - now).max(TimeDelta::zero()),
        }
    }
}

/// A text that is not a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not a failure of a delivery.")]
pub struct DeliveryFailureError;

/// The reason why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryFailure {
    /// The name does not exist, or its servers do not answer.
    NameNotResolved,
    /// The service may not request this address.
    AddressRefused,
    /// The receiver does not accept connections.
    ConnectionFailed,
    /// The receiver's certificate is invalid, or it does not speak TLS.
    TlsFailed,
    /// The receiver did not answer in time.
    TimedOut,
    /// The receiver closed the connection before it had answered.
    ConnectionLost,
    /// The answer is not HTTP, or its head is too long.
    InvalidAnswer,
}

impl DeliveryFailure {
    /// Every failure.
    pub const ALL: [Self; 7] = [
        Self::NameNotResolved,
        Self::AddressRefused,
        Self::ConnectionFailed,
        Self::TlsFailed,
        Self::TimedOut,
        Self::ConnectionLost,
        Self::InvalidAnswer,
    ];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NameNotResolved => "NAME_NOT_RESOLVED",
            Self::AddressRefused => "ADDRESS_REFUSED",
            Self::ConnectionFailed => "CONNECTION_FAILED",
            Self::TlsFailed => "TLS_FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::ConnectionLost => "CONNECTION_LOST",
            Self::InvalidAnswer => "INVALID_ANSWER",
        }
    }
}

impl FromStr for DeliveryFailure {
    type Err = DeliveryFailureError;

    fn from_str(text: &str) -> Result<Self, DeliveryFailureError> {
        Self::ALL.into_iter().find(|failure| failure.as_str() == text).ok_or(DeliveryFailureError)
    }
}

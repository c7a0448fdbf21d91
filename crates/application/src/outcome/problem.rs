//! The common properties of all refusals.

use std::collections::BTreeMap;
use std::error::Error;
use std::iter::successors;

use domain::ids::{ApiKeyId, ReservationId, WebhookId, WorkspaceId};

use crate::outcome::codes::Code;

/// The messages of each invalid field, by the field's name in the request.
pub type FieldErrors = BTreeMap<String, Vec<String>>;

/// The numbers of the resources that prevent a change, by name.
pub type Counts = BTreeMap<&'static str, u64>;

/// The kind of a refusal, which decides what the client should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The request cannot be read.
    Unreadable,
    /// The body did not arrive in time.
    Late,
    /// The body exceeds the size limit.
    TooLarge,
    /// The media type of the body is not supported.
    UnsupportedMediaType,
    /// The caller is not authenticated.
    Unauthenticated,
    /// The caller lacks the permission.
    Forbidden,
    /// The resource does not exist or is not visible to the caller.
    NotFound,
    /// The resource was there, and is no longer kept.
    Gone,
    /// The resource has no such operation.
    MethodNotAllowed,
    /// A value is not valid.
    Invalid,
    /// The stored resource does not meet the client's precondition.
    PreconditionFailed,
    /// The request conflicts with stored data.
    Conflict,
    /// A concurrent duplicate of the request is in progress; retry shortly for its answer.
    InFlight,
    /// Too many requests of this kind; retry later.
    Limited,
    /// Concurrent changes won on every attempt; retry at once.
    Busy,
    /// The database is unavailable; retry shortly.
    Unavailable,
    /// A defect of this program or of the stored data.
    Internal,
}

impl ProblemKind {
    /// Returns the HTTP status of refusals of this kind.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Unreadable => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Late => 408,
            Self::Conflict | Self::InFlight => 409,
            Self::Gone => 410,
            Self::PreconditionFailed => 412,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Invalid => 422,
            Self::Limited => 429,
            Self::Internal => 500,
            Self::Busy | Self::Unavailable => 503,
        }
    }
}

/// A reference that helps a refused caller to continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// The conflicting reservation.
    Reservation(ReservationId),
    /// The API key that an earlier request created.
    ApiKey(ApiKeyId),
    /// The position of the oldest event that is kept.
    OldestEvent(u64),
    /// The webhook that an earlier request created.
    Webhook(WebhookId),
    /// The workspace that an earlier request created.
    Workspace(WorkspaceId),
}

/// The members of a refusal for programs.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a> {
    /// The stable code.
    pub code: Code,
    /// The field errors, if any.
    pub field_errors: Option<&'a FieldErrors>,
    /// The numbers of the resources that prevent the change, if they are counted.
    pub counts: Option<&'a Counts>,
    /// A reference that helps the caller to continue, if there is one.
    pub extension: Option<Extension>,
    /// The seconds after which the request can be retried, if a limit was reached.
    pub retry_after: Option<u32>,
}

impl From<Code> for Members<'_> {
    fn from(code: Code) -> Self {
        Self { code, field_errors: None, counts: None, extension: None, retry_after: None }
    }
}

impl Code {
    /// Returns the members of a refusal with this code and these field errors.
    pub(crate) fn with(self, field_errors: &FieldErrors) -> Members<'_> {
        Members { field_errors: Some(field_errors), ..self.into() }
    }
}

/// A refusal. Its `Display` is a message to people and never includes its source.
pub trait Problem: Error + Send + Sync + 'static {
    /// Returns the members for programs.
    fn members(&self) -> Members<'_>;

    /// Returns the stable code, for programs.
    fn code(&self) -> Code {
        self.members().code
    }

    /// Returns the kind of the code.
    fn kind(&self) -> ProblemKind {
        self.code().kind()
    }

    /// Returns the field errors, if any.
    fn field_errors(&self) -> Option<&FieldErrors> {
        self.members().field_errors
    }
}

/// Returns an error and its causes in one line, for operators. Some drivers repeat a cause in the error's own text; it is
/// not said again.
#[must_use]
pub fn in_one_line(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    for cause in successors(error.source(), |&cause| cause.source()) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io;

    use thiserror::Error;

    use super::*;

    #[derive(Debug, Error)]
    #[error("{0}")]
    struct Caused(&'static str, #[source] io::Error);

    #[test]
    fn a_cause_that_its_error_repeats_is_said_once() {
        for (text, line) in [("cannot read", "cannot read: no such file"), ("I/O: no such file", "I/O: no such file")] {
            assert_eq!(in_one_line(&Caused(text, io::Error::other("no such file"))), line);
        }
    }
}

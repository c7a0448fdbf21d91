//! Idempotency records: stored replies to requests with an idempotency key, so that a retry gets the same reply without
//! doing the work again.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use crate::audit::Actor;
use crate::ids::{ApiKeyId, UserId, WorkspaceId};

/// The lifetime of an idempotency record.
pub const KEPT: TimeDelta = TimeDelta::hours(24);

/// The longest idempotency key, in bytes.
const LONGEST: usize = 255;

/// A text that is not a valid idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be 1 to 255 visible ASCII characters.")]
pub struct IdempotencyKeyError;

/// A client's own name for a request that it may retry: 1 to 255 visible ASCII characters, without a meaning to the
/// service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = IdempotencyKeyError;

    fn from_str(text: &str) -> Result<Self, IdempotencyKeyError> {
        let is_key = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_key { Ok(Self(text.to_owned())) } else { Err(IdempotencyKeyError) }
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The identity of a request with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotentRequest {
    /// The idempotency key.
    pub key: IdempotencyKey,
    /// A hash of everything that makes two requests equal.
    pub fingerprint: [u8; 32],
}

/// A reply as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The bytes of the body.
    pub body: Vec<u8>,
}

/// An idempotency key that was used before for another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("The idempotency key was used for another request.")]
pub struct KeyReusedError;

/// The reply stored under an idempotency key. The key belongs to the API user, whichever of the user's API keys comes
/// with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// The workspace of the API user.
    pub workspace_id: WorkspaceId,
    /// The API user to whom the idempotency key belongs.
    pub user_id: UserId,
    /// The API key of the request.
    pub api_key: ApiKeyId,
    /// The request.
    pub request: IdempotentRequest,
    /// The reply.
    pub reply: Reply,
    /// The time of the request, in whole milliseconds.
    pub at: DateTime<Utc>,
}

impl IdempotencyRecord {
    /// Creates the idempotency record of an API user's request; the operator has none.
    pub fn new(
        workspace_id: WorkspaceId,
        actor: &Actor,
        request: IdempotentRequest,
        reply: Reply,
        at: DateTime<Utc>,
    ) -> Option<Self> {
        match *actor {
            Actor::ApiUser { id: user_id, name: _, api_key } => {
                Some(Self { workspace_id, user_id, api_key, request, reply, at })
            }
            Actor::Operator => None,
        }
    }

    /// The time before which idempotency records have expired.
    pub fn kept_since(now: DateTime<Utc>) -> DateTime<Utc> {
        now - KEPT
    }

    /// Returns the reply to a request with the same key; `None` if the record has expired.
    ///
    /// # Errors
    /// If the key was used for another request.
    pub fn answer(self, request: &IdempotentRequest, now: DateTime<Utc>) -> Result<Option<Reply>, KeyReusedError> {
        if self.at < Self::kept_since(now) {
            Ok(None)
        } else if self.request == *request {
            Ok(Some(self.reply))
        } else {
            Err(KeyReusedError)
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::access::fixture::at;

    #[test]
    fn a_key_is_visible_ascii() {
        for key in ["1", "8e03978e-40d5-43dd-bc93-6894a57f9324", "\"quoted\"", "~!", &"x".repeat(255)] {
            assert_eq!(key.parse::<IdempotencyKey>().as_ref().map(IdempotencyKey::as_str), Ok(key));
        }
        for text in ["", " ", "a b", "a\t", "\u{7f}", "schlüssel", &"x".repeat(256)] {
            assert_eq!(text.parse::<IdempotencyKey>(), Err(IdempotencyKeyError), "{text}");
        }
    }

    #[test]
    fn an_idempotency_record_answers_the_same_request_for_a_day() {
        let request = |hash| IdempotentRequest { key: "k".parse().expect("a key"), fingerprint: [hash; 32] };
        let reply = Reply { status: 201, body: b"{}".to_vec() };
        let actor = Actor::ApiUser {
            id: UserId::new(Uuid::from_u128(5)),
            name: "Ada".to_owned(),
            api_key: ApiKeyId::new(Uuid::from_u128(6)),
        };
        let workspace_id = WorkspaceId::new(Uuid::from_u128(9));
        let idempotency_record =
            IdempotencyRecord::new(workspace_id, &actor, request(1), reply.clone(), at()).expect("of a user");
        let millisecond = TimeDelta::milliseconds(1);
        for (sent, later, expected) in [
            (1, TimeDelta::zero(), Ok(Some(reply.clone()))),
            (1, KEPT, Ok(Some(reply))),
            (1, KEPT + millisecond, Ok(None)),
            (2, KEPT, Err(KeyReusedError)),
            (2, KEPT + millisecond, Ok(None)),
        ] {
            assert_eq!(idempotency_record.clone().answer(&request(sent), at() + later), expected, "{sent} {later}");
        }
        assert_eq!(
            IdempotencyRecord::new(workspace_id, &Actor::Operator, request(1), idempotency_record.reply, at()),
            None
        );
    }
}

//! A request that may carry an idempotency key, as a use case takes it.

use std::fmt;

use domain::change::Change;
use domain::idempotency::{IdempotentRequest, Reply};

/// A request with its idempotency key, if any, and the function that makes its reply.
pub struct Idempotent<T>(Option<Keyed<T>>);

struct Keyed<T> {
    request: IdempotentRequest,
    answer: Box<dyn Fn(T) -> Reply + Send + Sync>,
}

/// The outcome of a request that may be repeated.
#[derive(Debug)]
#[must_use = "it holds the answer"]
pub enum Outcome<T> {
    /// The request was executed now.
    Fresh(T),
    /// The request was executed before, with this reply.
    Replayed(Reply),
}

impl<T> Idempotent<T> {
    /// Creates it from the key and fingerprint, if the client sent a key. `answer` makes the reply, both for the first
    /// response and for the stored one, so equal values must give equal bytes.
    pub fn new(request: Option<IdempotentRequest>, answer: impl Fn(T) -> Reply + Send + Sync + 'static) -> Self {
        Self(request.map(|request| Keyed { request, answer: Box::new(answer) }))
    }

    pub(super) fn request(&self) -> Option<&IdempotentRequest> {
        self.0.as_ref().map(|keyed| &keyed.request)
    }
}

impl<T: Clone> Idempotent<T> {
    /// Adds the idempotency record with the reply to the change, if there is a key, so that both are stored or neither.
    pub(crate) fn sign<A>(&self, change: Change<A>, answer: &T) -> Change<A> {
        match (self.request(), self.reply_to(answer)) {
            (Some(request), Some(reply)) => change.answering(request.clone(), reply),
            _ => change,
        }
    }

    pub(super) fn reply_to(&self, answer: &T) -> Option<Reply> {
        self.0.as_ref().map(|keyed| (keyed.answer)(answer.clone()))
    }
}

/// The default has no idempotency key.
impl<T> Default for Idempotent<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> fmt::Debug for Idempotent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Idempotent").field(&self.request()).finish()
    }
}

impl<T> Outcome<T> {
    /// Returns the new result, or `None` if the request was executed before.
    pub fn now(self) -> Option<T> {
        match self {
            Self::Fresh(done) => Some(done),
            Self::Replayed(_) => None,
        }
    }

    /// Returns the stored reply, or makes one from the new result.
    pub fn reply(self, answer: impl FnOnce(T) -> Reply) -> Reply {
        match self {
            Self::Fresh(done) => answer(done),
            Self::Replayed(reply) => reply,
        }
    }
}

//! A request that may carry an idempotency key, as a use case takes it.

use std::fmt;

use domain::change::Change;
use domain::receipts::{Repeatable, Reply};

/// A request with its idempotency key, if any, and the function that makes its reply.
pub struct Once<T>(Option<Keyed<T>>);

struct Keyed<T> {
    request: Repeatable,
    answer: Box<dyn Fn(T) -> Reply + Send + Sync>,
}

/// The outcome of a request that may be repeated.
#[derive(Debug)]
#[must_use = "it holds the answer"]
pub enum Done<T> {
    /// The request was executed now.
    Now(T),
    /// The request was executed before, with this reply.
    Before(Reply),
}

impl<T> Once<T> {
    /// Creates it from the key and fingerprint, if the client sent a key. `answer` makes the reply, both for the first
    /// response and for the stored one, so equal values must give equal bytes.
    pub fn new(request: Option<Repeatable>, answer: impl Fn(T) -> Reply + Send + Sync + 'static) -> Self {
        Self(request.map(|request| Keyed { request, answer: Box::new(answer) }))
    }

    pub(super) fn request(&self) -> Option<&Repeatable> {
        self.0.as_ref().map(|keyed| &keyed.request)
    }
}

impl<T: Clone> Once<T> {
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
impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> fmt::Debug for Once<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Once").field(&self.request()).finish()
    }
}

impl<T> Done<T> {
    /// Returns the new result, or `None` if the request was executed before.
    pub fn now(self) -> Option<T> {
        match self {
            Self::Now(done) => Some(done),
            Self::Before(_) => None,
        }
    }

    /// Returns the stored reply, or makes one from the new result.
    pub fn reply(self, answer: impl FnOnce(T) -> Reply) -> Reply {
        match self {
            Self::Now(done) => answer(done),
            Self::Before(reply) => reply,
        }
    }
}

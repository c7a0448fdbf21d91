//! A request that may be repeated, as a use case takes it.

use std::fmt;

use domain::change::Change;
use domain::receipts::{Repeatable, Reply};

/// A request that shall be done once, and how it will be answered.
pub struct Once<T>(Option<Keyed<T>>);

struct Keyed<T> {
    request: Repeatable,
    answer: Box<dyn Fn(T) -> Reply + Send + Sync>,
}

/// What became of a request that may be repeated.
#[derive(Debug)]
#[must_use = "it holds the answer"]
pub enum Done<T> {
    /// It was done.
    Now(T),
    /// It was done before, and answered so.
    Before(Reply),
}

impl<T> Once<T> {
    /// A request that is known by this, where its client has named it. What it does is answered by the function, the first
    /// time and later, so it must make the same bytes of the same.
    pub fn new(request: Option<Repeatable>, answer: impl Fn(T) -> Reply + Send + Sync + 'static) -> Self {
        Self(request.map(|request| Keyed { request, answer: Box::new(answer) }))
    }

    pub(super) fn request(&self) -> Option<&Repeatable> {
        self.0.as_ref().map(|keyed| &keyed.request)
    }
}

impl<T: Clone> Once<T> {
    /// The change with the receipt of its answer, where there shall be one: both are stored, or none.
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

/// A request that nobody repeats.
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
    /// What was done; `None` where it was done before.
    pub fn now(self) -> Option<T> {
        match self {
            Self::Now(done) => Some(done),
            Self::Before(_) => None,
        }
    }

    /// The answer: the one of the first time, or this one.
    pub fn reply(self, answer: impl FnOnce(T) -> Reply) -> Reply {
        match self {
            Self::Now(done) => answer(done),
            Self::Before(reply) => reply,
        }
    }
}

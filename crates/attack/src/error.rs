//! Errors that end an attack.

use thiserror::Error;

use crate::client::Answer;

/// The attack could not be made.
#[derive(Debug, Error)]
pub enum Error {
    /// The instance does not answer.
    #[error("no answer from {0}: {1}")]
    NoAnswer(String, Box<ureq::Error>),
    /// The instance answers in a way that the preparation of an attack cannot go on from.
    #[error("{0}")]
    Unexpected(String),
    /// As many requests were sent as may be.
    #[error("the limit of requests was reached")]
    Exhausted,
    /// The attack is not allowed, or keys are missing.
    #[error("{0}")]
    Misuse(String),
}

impl Error {
    pub(crate) fn no_answer(base: &str, method: &str, path: &str, source: ureq::Error) -> Self {
        Self::NoAnswer(format!("{method} {base}{path}"), Box::new(source))
    }

    pub(crate) fn unexpected(method: &str, path: &str, status: u16, answer: &Answer) -> Self {
        Self::Unexpected(format!("{method} {path} answered {}, not {status}: {}", answer.status, answer.text))
    }
}

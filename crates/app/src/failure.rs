//! How the program ends when it could not do what was asked.

use std::process::ExitCode;

use application::{ApiKeyError, Problem, ProblemKind, Refusal};
use thiserror::Error;

/// What was said makes no sense.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct BadUsage(pub(crate) String);

/// 2 where what was said is at fault, 1 otherwise.
pub(crate) fn exit_code(error: &anyhow::Error) -> ExitCode {
    let kind = error.downcast_ref::<Refusal>().map(Problem::kind);
    let kind = kind.or_else(|| error.downcast_ref::<ApiKeyError>().map(Problem::kind));
    if kind == Some(ProblemKind::Invalid) || error.is::<BadUsage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}

/// A refusal for the terminal: its faults are the message.
pub(crate) fn told<P: Problem>(problem: P) -> anyhow::Error {
    let faults = problem.faults().map(|faults| faults.values().flatten().cloned().collect::<Vec<_>>().join(" "));
    let error = anyhow::Error::new(problem);
    match faults {
        Some(faults) => error.context(faults),
        None => error,
    }
}

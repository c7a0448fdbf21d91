//! How the program ends when it could not do what was asked.

use std::process::ExitCode;

use application::{Problem, ProblemKind};
use thiserror::Error;

/// What was said makes no sense.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct BadUsage(pub(crate) String);

/// 2 where what was said is at fault, 1 otherwise.
pub(crate) fn exit_code(error: &anyhow::Error) -> ExitCode {
    if error.is::<BadUsage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}

/// A refusal for the terminal: fields at fault are what was said on the command line.
pub(crate) fn told<P: Problem>(problem: P) -> anyhow::Error {
    match (problem.kind(), problem.faults()) {
        (ProblemKind::Invalid, Some(faults)) => {
            BadUsage(faults.values().flatten().cloned().collect::<Vec<_>>().join(" ")).into()
        }
        _ => problem.into(),
    }
}

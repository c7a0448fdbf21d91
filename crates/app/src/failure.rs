//! Errors of the program and its exit codes.

use std::process::ExitCode;

use application::{Problem, ProblemKind};
use thiserror::Error;

/// An invalid command line or setting.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct BadUsage(pub(crate) String);

/// Returns 2 for an invalid command line or setting, and 1 for other errors.
pub(crate) fn exit_code(error: &anyhow::Error) -> ExitCode {
    if error.is::<BadUsage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}

/// Converts a refusal for the terminal. Field errors are errors of the flags that have their names.
pub(crate) fn told<P: Problem>(problem: P) -> anyhow::Error {
    match (problem.kind(), problem.field_errors()) {
        (ProblemKind::Invalid, Some(field_errors)) => {
            let errors = field_errors.iter().map(|(flag, messages)| format!("--{flag}: {}", messages.join(" ")));
            BadUsage(errors.collect::<Vec<_>>().join(" ")).into()
        }
        _ => problem.into(),
    }
}

//! Outcomes: codes, problems and refusals.

pub(crate) mod codes;
pub(crate) mod problem;
pub(crate) mod refusal;

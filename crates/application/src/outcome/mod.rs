//! Outcomes: problems and refusals.

pub(crate) mod problem;
pub(crate) mod refusal;

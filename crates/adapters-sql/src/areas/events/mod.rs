//! The event log: the changes that wait for their position, and their numbering.

mod audiences;
mod batch;
mod effects;
mod numbering;
mod queries;
mod retention;
mod round;
mod waiting;
mod workspaces;

pub(crate) use self::waiting::ImportsOf;

//! The event log: the changes that wait for their position, and their numbering.

mod waiting;

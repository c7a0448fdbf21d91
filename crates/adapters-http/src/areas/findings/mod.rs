//! `/find`.

mod handlers;
mod views;

pub(crate) use self::handlers::*;
use crate::router::{Operation, operations};

pub(crate) fn operations() -> Vec<Operation> {
    operations![find]
}

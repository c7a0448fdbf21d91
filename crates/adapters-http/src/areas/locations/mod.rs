//! `/locations`.

mod handlers;
mod views;

pub(crate) use self::handlers::*;
use crate::router::{Operation, operations};

pub(crate) fn operations() -> Vec<Operation> {
    operations![list, count, hierarchy, create, get, replace, update, delete]
}

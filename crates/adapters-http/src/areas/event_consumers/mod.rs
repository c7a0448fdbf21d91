//! `/event-consumers`.

mod handlers;
mod views;

pub(crate) use self::handlers::*;
pub(crate) use self::views::EventLagView;
use crate::router::{Operation, operations};

pub(crate) fn operations() -> Vec<Operation> {
    operations![list, count, get, put, delete]
}

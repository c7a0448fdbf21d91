//! `/events`.

mod handlers;
pub(crate) mod stream;
mod views;
mod walk;

pub(crate) use self::handlers::*;
pub(crate) use self::views::EventView;
use crate::router::{Operation, operations};

pub(crate) fn operations() -> Vec<Operation> {
    operations![read]
}

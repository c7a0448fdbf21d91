//! `/webhooks`.

mod handlers;
mod requests;
mod views;

pub use self::handlers::grant_time_of_receiver;
pub(crate) use self::handlers::*;
pub use self::requests::event_body;
pub(crate) use self::requests::requests;
use crate::router::{Operation, operations};

pub(crate) fn operations() -> Vec<Operation> {
    operations![list, count, create, get, update, delete, rotate_secret, enable, disable, test, attempts]
}

//! `/integration-account`.

mod handlers;
mod policies;
mod views;

pub(crate) use self::handlers::*;
pub(crate) use self::policies::*;
use crate::router::{Operation, operations};

pub(crate) fn operations() -> Vec<Operation> {
    operations![list, count, create, get, update, delete, move_account, get_policy, put_policy]
}

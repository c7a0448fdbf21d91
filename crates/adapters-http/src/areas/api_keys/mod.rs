//! `/api-keys`.

mod handlers;
mod views;

pub(crate) use self::handlers::*;
pub(crate) use self::views::NewApiKeyView;
use crate::router::{Operation, operations};

pub(crate) fn operations() -> Vec<Operation> {
    operations![list, count, create, revoke]
}

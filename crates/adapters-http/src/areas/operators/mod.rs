//! `/operator/v1`: all workspaces, for operators.

mod handlers;
mod views;

pub(crate) use self::handlers::*;
use crate::router::{Operation, operations};

pub(crate) fn operations() -> Vec<Operation> {
    operations![list, count, create, get, rename, erase, suspend, resume, issue_key, list_audit, count_audit]
}

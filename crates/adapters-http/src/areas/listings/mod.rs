//! `/listing`, approvals, imported and importable listings under `/tenants`, and the delivery of an account's listings.

mod handlers;
mod queries;
mod reviews;
mod views;

pub(crate) use self::handlers::*;
pub(crate) use self::reviews::*;
use crate::router::{Operation, operations};

pub(crate) fn operations() -> Vec<Operation> {
    operations![
        list,
        count,
        create,
        get,
        replace,
        update,
        delete,
        approve,
        reject,
        approve_all,
        deliver,
        search,
        count_found,
        list_imported,
        count_imported
    ]
}

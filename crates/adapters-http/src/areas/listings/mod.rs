//! `/listing`, imported and importable listings under `/tenants`, and the delivery of an account's listings.

mod bodies;
mod handlers;
mod queries;
mod views;

pub(crate) use self::handlers::*;
pub(crate) use self::queries::ListingType;
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
        deliver,
        search,
        count_found,
        list_imported,
        count_imported
    ]
}

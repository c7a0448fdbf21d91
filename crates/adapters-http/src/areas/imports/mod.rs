//! `/tenants/import-listings`, `/tenants/remove-imported-listings`, and the importers of listings and accounts.

mod handlers;
mod importers;
mod views;

pub(crate) use self::handlers::*;
pub(crate) use self::importers::*;
use crate::router::{Operation, operations};

pub(crate) fn operations() -> Vec<Operation> {
    operations![add, remove, of_listing, count_of_listing, of_account, count_of_account]
}

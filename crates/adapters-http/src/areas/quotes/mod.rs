//! `/quote`.

mod handlers;
mod views;

pub(crate) use self::handlers::*;
pub(crate) use self::views::{ComponentsView, GuestCountView, PriceModificationsView, PriceView, QuoteView};
use crate::router::{Operation, operations};

pub(crate) fn operations() -> Vec<Operation> {
    operations![create]
}

//! The response of `/find`.

use application::{Finding, FoundThings};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The best findings of each kind, the best first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Found)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundView {
    integration_accounts: Vec<FindingView>,
    /// Own listings, and imported ones that can be booked.
    listings: Vec<FindingView>,
    promotions: Vec<FindingView>,
    reservations: Vec<FindingView>,
    users: Vec<FindingView>,
}

/// A thing with a text that has the part.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub(crate) struct FindingView {
    id: Uuid,
    /// The name, or that of the guest.
    #[schema(example = "Loft in Harlem")]
    name: String,
    /// The field in which the part was found. The name of a guest is `guest`.
    #[schema(example = "name")]
    field: &'static str,
    /// The text of that field.
    #[schema(example = "Loft in Harlem")]
    text: String,
}

impl From<FoundThings> for FoundView {
    fn from(FoundThings { accounts, listings, promotions, reservations, users }: FoundThings) -> Self {
        let views = |found: Vec<Finding>| found.into_iter().map(FindingView::from).collect();
        Self {
            integration_accounts: views(accounts),
            listings: views(listings),
            promotions: views(promotions),
            reservations: views(reservations),
            users: views(users),
        }
    }
}

impl From<Finding> for FindingView {
    fn from(Finding { id, name, field, text }: Finding) -> Self {
        Self { id, name, field, text }
    }
}

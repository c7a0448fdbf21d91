//! Calls of each operation, with the expected result for a sibling channel.

mod administration;
mod bodies;
mod listings;
mod sales;

use std::collections::BTreeMap;

use serde_json::Value;

pub use self::bodies::{booking, guest, listing_fields, promotion_fields, stay};

/// The permission to read.
pub const READ: &str = "READ";
/// The permission to write.
pub const WRITE: &str = "WRITE";
/// The permission to administer.
pub const ADMIN: &str = "ADMIN";
/// The permission of operators, which no key of a tenant has.
pub(crate) const OPERATOR: &str = "OPERATOR";

/// The expected result of an operation that a sibling channel's key calls on the victim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sibling {
    /// The operation needs the permissions of the default tenant.
    Forbidden,
    /// The victim's resource is not found.
    NotFound,
    /// The sibling does not import the listing.
    NotImported,
    /// The operation concerns the sibling itself.
    Itself,
}

/// A call of an operation. In paths, `{id}` is the id of the victim's resource, and `{name}` its name. In bodies, `{user}`, `{account}`,
/// `{listing}`, `{promoted}` (a listing with the victim's promotion) and `{imported}` belong to the victim, `{offered}`
/// is a listing that the tenant `{elsewhere}` offers to all tenants, `{receiver}` is the address of a receiver of
/// webhooks, and `{new}` is a new id.
#[derive(Debug, Clone)]
pub struct Call {
    /// The least permission of a key that may call the operation.
    pub permission: &'static str,
    /// The body, if the operation has one.
    pub body: Option<Value>,
    /// The expected result for a sibling.
    pub sibling: Sibling,
}

impl Call {
    /// Whether the operation needs the authority of the default tenant.
    pub const fn needs_authority(&self) -> bool {
        matches!(self.sibling, Sibling::Forbidden)
    }
}

/// Returns the query that the operation requires.
pub fn query(operation: &str) -> &'static str {
    match operation {
        "searchListings" | "countFoundListings" => "?location=40.7128,-74.0060&radius=50",
        "getAvailability" => "?startDate=2030-01-31&endDate=2030-02-02",
        "getPriceCalendar" => {
            "?integrationAccountID=0192f0c1-7b1e-7000-8000-000000000000&startDate=2030-01-31&endDate=2030-02-02"
        }
        "find" => "?q=harlem",
        _ => "",
    }
}

/// A line of the table: the operation, its permission, its body, and the result for a sibling.
type Line = (&'static str, &'static str, Option<Value>, Sibling);

/// Returns all calls by operation.
pub fn calls() -> BTreeMap<&'static str, Call> {
    [administration::calls(), listings::calls(), sales::calls(), sales::of_events(), sales::of_webhooks()]
        .into_iter()
        .flatten()
        .map(|(operation, permission, body, sibling)| (operation, Call { permission, body, sibling }))
        .collect()
}

/// Returns the call of an operation of operators, which no key of a tenant may call.
pub(crate) fn of_operators(operation: &str) -> Call {
    let named = ["createWorkspace", "renameWorkspace"].contains(&operation);
    let body = named.then(|| serde_json::json!({ "name": "Taken over" }));
    Call { permission: OPERATOR, body, sibling: Sibling::Forbidden }
}

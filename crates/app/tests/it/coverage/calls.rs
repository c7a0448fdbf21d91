//! Calls of each operation, with the expected result for a sibling channel.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{booking, listing_fields, promotion_fields, stay};

pub(super) const READ: &str = "READ";
pub(super) const WRITE: &str = "WRITE";
pub(super) const ADMIN: &str = "ADMIN";

/// The expected result of an operation that a sibling channel's key calls on the victim.
pub(super) enum Sibling {
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
/// is a listing that the default tenant offers to all tenants, `{elsewhere}` is the default tenant, and `{new}` is a
/// new id.
pub(super) struct Call {
    /// The least permission of a key that may call the operation.
    pub(super) permission: &'static str,
    pub(super) body: Option<Value>,
    pub(super) sibling: Sibling,
}

impl Call {
    /// Whether the operation needs the authority of the default tenant.
    pub(super) const fn needs_authority(&self) -> bool {
        matches!(self.sibling, Sibling::Forbidden)
    }
}

/// Returns the query that the operation requires.
pub(super) fn query(operation: &str) -> &'static str {
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

/// Returns the body with the victim's account.
fn of_account(mut body: Value) -> Value {
    body["integrationAccountID"] = "{account}".into();
    body
}

/// A line of the table: the operation, its permission, its body, and the result for a sibling.
type Line = (&'static str, &'static str, Option<Value>, Sibling);

/// Returns all calls by operation.
pub(super) fn calls() -> BTreeMap<&'static str, Call> {
    [of_administration(), of_listings(), of_sales(), of_events(), of_webhooks()]
        .into_iter()
        .flatten()
        .map(|(operation, permission, body, sibling)| (operation, Call { permission, body, sibling }))
        .collect()
}

/// Returns the calls of tenants, users, keys, the workspace and the audit trail.
fn of_administration() -> Vec<Line> {
    use Sibling::{Forbidden, Itself, NotFound};
    let named = || Some(json!({ "name": "Taken over" }));
    let statused = || Some(json!({ "user_status": 2 }));
    vec![
        ("listTenants", READ, None, Forbidden),
        ("countTenants", READ, None, Forbidden),
        ("createTenant", ADMIN, named(), Forbidden),
        ("getCurrentTenant", READ, None, Itself),
        ("getTenant", READ, None, NotFound),
        ("replaceTenant", ADMIN, named(), Forbidden),
        ("updateTenant", ADMIN, named(), Forbidden),
        ("deleteTenant", ADMIN, None, Forbidden),
        ("deactivateTenant", ADMIN, statused(), Forbidden),
        ("activateTenant", ADMIN, statused(), Forbidden),
        ("switchTenant", WRITE, None, NotFound),
        ("listLocations", READ, None, Itself),
        ("countLocations", READ, None, Itself),
        ("getLocationHierarchy", READ, None, Itself),
        ("createLocation", WRITE, named(), Itself),
        ("getLocation", READ, None, NotFound),
        ("replaceLocation", WRITE, named(), NotFound),
        ("updateLocation", WRITE, named(), NotFound),
        ("deleteLocation", WRITE, None, NotFound),
        ("listUsers", READ, None, Itself),
        ("countUsers", READ, None, Itself),
        ("getMe", READ, None, Itself),
        (
            "createUser",
            ADMIN,
            Some(json!({ "name": "A colleague", "email": "{new}@example.com", "role": "venue" })),
            Itself,
        ),
        ("getUser", READ, None, NotFound),
        ("replaceUser", ADMIN, named(), NotFound),
        ("updateUser", ADMIN, named(), NotFound),
        ("deleteUser", ADMIN, None, NotFound),
        ("find", READ, None, Itself),
        ("listApiKeys", ADMIN, None, Itself),
        ("countApiKeys", ADMIN, None, Itself),
        ("createApiKey", ADMIN, Some(json!({ "name": "A key", "user_id": "{user}", "permission": "READ" })), NotFound),
        ("revokeApiKey", ADMIN, None, NotFound),
        ("getWorkspace", READ, None, Forbidden),
        (
            "updateWorkspace",
            ADMIN,
            Some(json!({ "name": "Taken over", "defaultDiscountPercentage": 99.99 })),
            Forbidden,
        ),
        ("listAudit", ADMIN, None, Itself),
        ("countAudit", ADMIN, None, Itself),
    ]
}

/// Returns the calls of accounts, listings, imports and calendars.
fn of_listings() -> Vec<Line> {
    use Sibling::{Forbidden, Itself, NotFound, NotImported};
    let named = || Some(json!({ "name": "Taken over" }));
    let listing = || listing_fields("{new}");
    let blocked = json!({ "startDate": "2030-01-31", "endDate": "2030-02-02", "status": "NOT_AVAILABLE" });
    let charge = json!({ "name": "Fee", "kind": "FEE", "basis": "PER_STAY", "amount": 1, "listingIDs": ["{listing}"] });
    let account = json!({ "name": "Host", "provider": "OTHER", "accountIdentifier": "{new}", "authType": "OAUTH" });
    vec![
        ("listIntegrationAccounts", READ, None, Itself),
        ("countIntegrationAccounts", READ, None, Itself),
        ("createIntegrationAccount", ADMIN, Some(account), Itself),
        ("getIntegrationAccount", READ, None, NotFound),
        ("updateIntegrationAccount", ADMIN, named(), NotFound),
        ("deleteIntegrationAccount", ADMIN, None, NotFound),
        ("moveIntegrationAccount", ADMIN, Some(json!({ "tenantID": "{elsewhere}" })), Forbidden),
        ("getCharges", READ, None, NotFound),
        ("replaceCharges", WRITE, Some(json!({ "charges": [charge] })), NotFound),
        ("getImportPolicy", READ, None, NotFound),
        ("putImportPolicy", ADMIN, Some(json!({ "mode": "ONLY", "tenantIDs": ["{elsewhere}"] })), NotFound),
        ("listAccountImports", READ, None, NotFound),
        ("countAccountImports", READ, None, NotFound),
        ("listListingImports", READ, None, NotFound),
        ("countListingImports", READ, None, NotFound),
        ("deliverListings", WRITE, Some(json!({ "listings": [listing()] })), NotFound),
        ("listListings", READ, None, Itself),
        ("countListings", READ, None, Itself),
        ("createListing", WRITE, Some(of_account(listing())), NotFound),
        ("getListing", READ, None, NotFound),
        ("replaceListing", WRITE, Some(listing()), NotFound),
        ("updateListing", WRITE, named(), NotFound),
        ("deleteListing", WRITE, None, NotFound),
        ("approveListing", WRITE, None, Forbidden),
        ("rejectListing", WRITE, Some(json!({ "reason": "No pictures." })), Forbidden),
        ("approveListings", WRITE, Some(json!({ "listingIDs": ["{listing}"] })), Forbidden),
        ("searchListings", READ, None, Itself),
        ("countFoundListings", READ, None, Itself),
        ("listImportedListings", READ, None, Itself),
        ("countImportedListings", READ, None, Itself),
        ("importListings", WRITE, Some(json!({ "listingIDs": ["{offered}"] })), Itself),
        ("removeImportedListings", WRITE, Some(json!({ "listingIDs": ["{imported}"] })), NotImported),
        ("getAvailability", READ, None, NotFound),
        ("getPriceCalendar", READ, None, Itself),
        ("updateAvailability", WRITE, Some(json!({ "ranges": [blocked] })), NotFound),
    ]
}

/// Returns the calls of promotions, quotes and reservations.
fn of_sales() -> Vec<Line> {
    use Sibling::{Itself, NotFound};
    let named = || Some(json!({ "name": "Taken over" }));
    let promotion = || promotion_fields("{new}");
    vec![
        ("listPromotions", READ, None, Itself),
        ("countPromotions", READ, None, Itself),
        ("createPromotion", WRITE, Some(of_account(promotion())), NotFound),
        ("getPromotion", READ, None, NotFound),
        ("replacePromotion", WRITE, Some(promotion()), NotFound),
        ("updatePromotion", WRITE, named(), NotFound),
        ("deletePromotion", WRITE, None, NotFound),
        ("assignPromotionListings", WRITE, Some(json!({ "listingIDs": ["{listing}"] })), NotFound),
        ("unassignPromotionListings", WRITE, Some(json!({ "listingIDs": ["{promoted}"] })), NotFound),
        ("createQuote", WRITE, Some(stay("{listing}", "2060-01-10", "2060-01-13")), NotFound),
        ("listReservations", READ, None, Itself),
        ("countReservations", READ, None, Itself),
        ("createReservation", WRITE, Some(booking("{listing}", "2060-01-10", "2060-01-13")), NotFound),
        ("getReservation", READ, None, NotFound),
        ("amendReservation", WRITE, Some(json!({ "notes": "Taken over" })), NotFound),
        ("confirmReservation", WRITE, None, NotFound),
        ("cancelReservation", WRITE, None, NotFound),
    ]
}

/// Returns the calls of events and their consumers.
fn of_events() -> Vec<Line> {
    use Sibling::{Itself, NotFound};
    vec![
        ("readEvents", READ, None, Itself),
        ("listEventConsumers", READ, None, Itself),
        ("countEventConsumers", READ, None, Itself),
        ("getEventConsumer", READ, None, NotFound),
        ("putEventConsumer", WRITE, Some(json!({ "position": 0 })), Itself),
        ("deleteEventConsumer", WRITE, None, NotFound),
    ]
}

/// Returns the calls of webhooks.
fn of_webhooks() -> Vec<Line> {
    use Sibling::{Itself, NotFound};
    let new = json!({ "url": "http://127.0.0.1:9/{new}", "types": ["promotion.listings_unassigned"] });
    vec![
        ("listWebhooks", ADMIN, None, Itself),
        ("countWebhooks", ADMIN, None, Itself),
        ("createWebhook", ADMIN, Some(new), Itself),
        ("getWebhook", ADMIN, None, NotFound),
        ("updateWebhook", ADMIN, Some(json!({ "description": "Taken over" })), NotFound),
        ("deleteWebhook", ADMIN, None, NotFound),
        ("rotateWebhookSecret", ADMIN, None, NotFound),
        ("enableWebhook", ADMIN, None, NotFound),
        ("disableWebhook", ADMIN, None, NotFound),
        ("testWebhook", ADMIN, None, NotFound),
        ("listWebhookAttempts", ADMIN, None, NotFound),
    ]
}

#[test]
fn every_operation_says_the_permission_that_it_requires() {
    let document = serde_json::to_value(adapters_http::document()).expect("JSON");
    let calls = calls();
    let mut told = 0;
    for (method, operation) in
        document["paths"].as_object().expect("paths").values().flat_map(|item| item.as_object().expect("operations"))
    {
        let Some(call) = calls.get(operation["operationId"].as_str().expect("a name")) else { continue };
        let summary = operation["summary"].as_str().expect("a summary").replace('\n', " ");
        let says = |text| summary.contains(text);
        let usual = if method == "get" { READ } else { WRITE };
        assert_eq!(if says("Requires ADMIN.") { ADMIN } else { usual }, call.permission, "{operation:#}");
        assert_eq!(says("Default tenant only."), call.needs_authority(), "{operation:#}");
        told += 1;
    }
    assert_eq!(told, calls.len());
}

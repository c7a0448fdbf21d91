//! Calls of each operation, with the expected result for a sibling channel.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{booking, listing_fields, promotion_fields, stay};

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

/// A call of an operation. In paths, `{id}` is the id of the victim's resource. In bodies, `{user}`, `{account}`,
/// `{listing}`, `{promoted}` (a listing with the victim's promotion) and `{imported}` belong to the victim, `{offered}`
/// is a listing that the default tenant offers to all tenants, `{elsewhere}` is the default tenant, and `{new}` is a
/// new id.
pub(super) struct Call {
    pub(super) body: Option<Value>,
    pub(super) sibling: Sibling,
}

/// Returns the query that the operation requires.
pub(super) fn query(operation: &str) -> &'static str {
    match operation {
        "searchListings" | "countFoundListings" => "?location=40.7128,-74.0060&radius=50",
        "getAvailability" => "?startDate=2030-01-31&endDate=2030-02-02",
        _ => "",
    }
}

/// Returns all calls by operation.
pub(super) fn calls() -> BTreeMap<&'static str, Call> {
    use Sibling::{Forbidden, Itself, NotFound, NotImported};
    let named = || Some(json!({ "name": "Taken over" }));
    let listing = || listing_fields("{new}");
    let in_account = || {
        let mut body = listing();
        body["integrationAccountID"] = "{account}".into();
        Some(body)
    };
    let promotion = || promotion_fields("{new}");
    let of_account = || {
        let mut body = promotion();
        body["integrationAccountID"] = "{account}".into();
        Some(body)
    };
    let blocked = json!({ "startDate": "2030-01-31", "endDate": "2030-02-02", "status": "NOT_AVAILABLE" });
    let account = json!({ "name": "Host", "provider": "OTHER", "accountIdentifier": "{new}", "authType": "OAUTH" });
    let statused = || Some(json!({ "user_status": 2 }));
    [
        ("listTenants", None, Forbidden),
        ("countTenants", None, Forbidden),
        ("createTenant", named(), Forbidden),
        ("getCurrentTenant", None, Itself),
        ("getTenant", None, NotFound),
        ("replaceTenant", named(), Forbidden),
        ("updateTenant", named(), Forbidden),
        ("deleteTenant", None, Forbidden),
        ("deactivateTenant", statused(), Forbidden),
        ("activateTenant", statused(), Forbidden),
        ("switchTenant", None, NotFound),
        ("listLocations", None, Itself),
        ("countLocations", None, Itself),
        ("createLocation", named(), Itself),
        ("getLocation", None, NotFound),
        ("replaceLocation", named(), NotFound),
        ("updateLocation", named(), NotFound),
        ("deleteLocation", None, NotFound),
        ("listUsers", None, Itself),
        ("countUsers", None, Itself),
        ("getMe", None, Itself),
        ("createUser", Some(json!({ "name": "A colleague", "email": "{new}@example.com", "role": "venue" })), Itself),
        ("getUser", None, NotFound),
        ("replaceUser", named(), NotFound),
        ("updateUser", named(), NotFound),
        ("deleteUser", None, NotFound),
        ("listApiKeys", None, Itself),
        ("countApiKeys", None, Itself),
        ("createApiKey", Some(json!({ "name": "A key", "user_id": "{user}", "permission": "READ" })), NotFound),
        ("revokeApiKey", None, NotFound),
        ("getWorkspace", None, Forbidden),
        ("updateWorkspace", Some(json!({ "name": "Taken over", "defaultDiscountPercentage": 99.99 })), Forbidden),
        ("listIntegrationAccounts", None, Itself),
        ("countIntegrationAccounts", None, Itself),
        ("createIntegrationAccount", Some(account), Itself),
        ("getIntegrationAccount", None, NotFound),
        ("updateIntegrationAccount", named(), NotFound),
        ("deleteIntegrationAccount", None, NotFound),
        ("moveIntegrationAccount", Some(json!({ "tenantID": "{elsewhere}" })), Forbidden),
        ("deliverListings", Some(json!({ "listings": [listing()] })), NotFound),
        ("listListings", None, Itself),
        ("countListings", None, Itself),
        ("createListing", in_account(), NotFound),
        ("getListing", None, NotFound),
        ("replaceListing", Some(listing()), NotFound),
        ("updateListing", named(), NotFound),
        ("deleteListing", None, NotFound),
        ("searchListings", None, Itself),
        ("countFoundListings", None, Itself),
        ("listImportedListings", None, Itself),
        ("countImportedListings", None, Itself),
        ("importListings", Some(json!({ "listingIDs": ["{offered}"] })), Itself),
        ("removeImportedListings", Some(json!({ "listingIDs": ["{imported}"] })), NotImported),
        ("getAvailability", None, NotFound),
        ("updateAvailability", Some(json!({ "ranges": [blocked] })), NotFound),
        ("listPromotions", None, Itself),
        ("countPromotions", None, Itself),
        ("createPromotion", of_account(), NotFound),
        ("getPromotion", None, NotFound),
        ("replacePromotion", Some(promotion()), NotFound),
        ("updatePromotion", named(), NotFound),
        ("deletePromotion", None, NotFound),
        ("assignPromotionListings", Some(json!({ "listingIDs": ["{listing}"] })), NotFound),
        ("unassignPromotionListings", Some(json!({ "listingIDs": ["{promoted}"] })), NotFound),
        ("createQuote", Some(stay("{listing}", "2060-01-10", "2060-01-13")), NotFound),
        ("listReservations", None, Itself),
        ("countReservations", None, Itself),
        ("createReservation", Some(booking("{listing}", "2060-01-10", "2060-01-13")), NotFound),
        ("getReservation", None, NotFound),
        ("confirmReservation", None, NotFound),
        ("cancelReservation", None, NotFound),
        ("listAudit", None, Itself),
        ("countAudit", None, Itself),
    ]
    .into_iter()
    .map(|(operation, body, sibling)| (operation, Call { body, sibling }))
    .collect()
}

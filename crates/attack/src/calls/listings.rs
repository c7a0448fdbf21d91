//! Calls of accounts, listings, imports and calendars.

use serde_json::json;

use super::bodies::{listing_fields, of_account};
use super::{ADMIN, Line, READ, Sibling, WRITE};

/// Returns the calls of accounts, listings, imports and calendars.
pub(super) fn calls() -> Vec<Line> {
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

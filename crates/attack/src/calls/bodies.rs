//! Bodies of requests.

use serde_json::{Value, json};

/// Returns the required fields of a listing, except its account.
pub fn listing_fields(provider_id: &str) -> Value {
    json!({
        "providerID": provider_id, "name": "Loft in Harlem", "latitude": 40.7128, "longitude": -74.006,
        "maxOccupancy": 4, "startPrice": 149,
    })
}

/// Returns the required fields of a promotion, except its account.
pub fn promotion_fields(name: &str) -> Value {
    json!({ "name": name, "discountPercentage": 20, "startDate": "2030-01-01", "endDate": "2030-01-31" })
}

/// Returns the request of a stay of two guests. The dates should be years ahead, so that today's date does not matter.
pub fn stay(listing: &str, check_in: &str, check_out: &str) -> Value {
    json!({ "listingID": listing, "checkInDate": check_in, "checkOutDate": check_out, "guests": 2 })
}

/// Returns the request of a booking of a stay.
pub fn booking(listing: &str, check_in: &str, check_out: &str) -> Value {
    let mut booking = stay(listing, check_in, check_out);
    booking["guest"] = guest();
    booking
}

/// Returns a guest.
pub fn guest() -> Value {
    json!({ "firstName": "Grace", "lastName": "Hopper", "email": "grace@example.com", "phone": "+1 212 555 0100" })
}

/// Returns the body with the account of a side.
pub(super) fn of_account(mut body: Value) -> Value {
    body["integrationAccountID"] = "{account}".into();
    body
}

//! Calls of promotions, quotes and reservations, of events and of webhooks.

use serde_json::json;

use super::bodies::{booking, of_account, promotion_fields, stay};
use super::{ADMIN, Line, READ, Sibling, WRITE};

/// Returns the calls of promotions, quotes and reservations.
pub(super) fn calls() -> Vec<Line> {
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
pub(super) fn of_events() -> Vec<Line> {
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
pub(super) fn of_webhooks() -> Vec<Line> {
    use Sibling::{Itself, NotFound};
    let new = json!({ "url": "{receiver}{new}", "types": ["promotion.listings_unassigned"] });
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

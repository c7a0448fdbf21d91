//! The things of a side, and the names by which requests mention them.

use crate::ids::UNKNOWN;
use crate::side::Side;

/// Returns the id of a thing.
type Thing = fn(&Side) -> &str;

/// The things of a side, by their names.
pub(crate) const THINGS: [(&str, Thing); 16] = [
    ("tenant", |side| &side.tenant),
    ("location", |side| &side.location),
    ("user", |side| &side.user),
    ("key", |side| &side.key),
    ("account", |side| &side.account),
    ("listing", |side| &side.listing),
    ("promotion", |side| &side.promotion),
    ("promoted", |side| &side.promoted),
    ("imported", |side| &side.imported),
    ("offered", |side| &side.offered),
    ("elsewhere", |side| &side.elsewhere),
    ("quote", |side| &side.quote),
    ("reservation", |side| &side.reservation),
    ("consumer", |side| &side.consumer),
    ("webhook", |side| &side.webhook),
    ("mark", |side| &side.mark),
];

impl Side {
    /// Returns the id of the thing of this name.
    pub(crate) fn thing(&self, name: &str) -> &str {
        THINGS.iter().find(|(known, _)| *known == name).map_or(UNKNOWN, |(_, thing)| thing(self))
    }
}

/// Returns the thing whose id stands in a path.
pub(crate) fn in_path_of(path: &str) -> &'static str {
    match path.split('/').nth(3) {
        Some("locations") => "location",
        Some("users") => "user",
        Some("api-keys") => "key",
        Some("integration-account") => "account",
        Some("listing" | "availability" | "price-calendar") => "listing",
        Some("promotions") => "promotion",
        Some("reservation") => "reservation",
        Some("event-consumers") => "consumer",
        Some("webhooks") => "webhook",
        _ => "tenant",
    }
}

/// Returns the thing that a field or parameter names.
pub(crate) fn by_name(at: &str) -> &'static str {
    match at.split('/').rfind(|part| part.parse::<usize>().is_err()) {
        Some("user_id") => "user",
        Some("location_id") => "location",
        Some("integrationAccountID") => "account",
        Some("listingID" | "listingIDs") => "listing",
        Some("promotionID" | "resourceID") => "promotion",
        Some("quoteID") => "quote",
        Some("consumer") => "consumer",
        _ => "tenant",
    }
}

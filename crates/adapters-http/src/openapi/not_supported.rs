//! Fields and parameters that the published contracts have, and the service does not. They would change what a request
//! means, so they are refused, and not ignored like other unknown ones.

use utoipa::openapi::path::Operation;

/// The names, each with the operations of which a contract has it: as a field of the body, or a parameter of the query.
pub const NOT_SUPPORTED: [(&str, &[&str]); 4] = [
    ("authConfig", &["createIntegrationAccount", "updateIntegrationAccount"]),
    (
        "displayCurrency",
        &[
            "listListings",
            "countListings",
            "getListing",
            "listImportedListings",
            "countImportedListings",
            "searchListings",
            "countFoundListings",
            "getAvailability",
            "getPriceCalendar",
            "createQuote",
            "listReservations",
            "countReservations",
            "getReservation",
            "createReservation",
            "amendReservation",
        ],
    ),
    ("password", &["createUser", "replaceUser", "updateUser"]),
    ("password_confirmation", &["createUser", "replaceUser", "updateUser"]),
];

/// Returns the names that the operation refuses.
pub(crate) fn not_supported(operation: &Operation) -> impl Iterator<Item = &'static str> {
    let id = operation.operation_id.as_deref();
    let refuses = move |operations: &[&str]| operations.iter().any(|known| Some(*known) == id);
    NOT_SUPPORTED.iter().filter(move |(_, operations)| refuses(operations)).map(|(name, _)| *name)
}

/// Whether the operation belongs to the venue contract, whose clients send forms.
pub(crate) fn takes_forms(operation: &Operation) -> bool {
    let of_venues = ["tenants", "locations", "users"];
    operation.tags.iter().flatten().any(|tag| of_venues.contains(&tag.as_str()))
}

//! What a client that has made a thing can do with it.

use utoipa::Modify;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::{OpenApi, RefOr};

use super::conventions::operations;

/// Where the id of what was made goes. Of a body it is told in words: a link's body would have to be an object, and the parsers of
/// OpenAPI Generator and Swagger take none but a text.
enum To {
    /// Into the path.
    Path,
    /// Into the body, under this name.
    Body(&'static str),
    /// Into the body, as the one item of the list of this name.
    List(&'static str),
}

use To::{Body, List, Path};

/// For each operation that makes a thing, where its id goes.
const LINKS: &[(&str, &[(&str, To)])] = &[
    (
        "createTenant",
        &[
            ("getTenant", Path),
            ("updateTenant", Path),
            ("replaceTenant", Path),
            ("deactivateTenant", Path),
            ("activateTenant", Path),
            ("switchTenant", Path),
            ("deleteTenant", Path),
            ("moveIntegrationAccount", Body("tenantID")),
        ],
    ),
    (
        "createLocation",
        &[("getLocation", Path), ("updateLocation", Path), ("replaceLocation", Path), ("deleteLocation", Path)],
    ),
    (
        "createUser",
        &[
            ("getUser", Path),
            ("updateUser", Path),
            ("replaceUser", Path),
            ("deleteUser", Path),
            ("createApiKey", Body("user_id")),
        ],
    ),
    ("createApiKey", &[("revokeApiKey", Path)]),
    (
        "createIntegrationAccount",
        &[
            ("getIntegrationAccount", Path),
            ("updateIntegrationAccount", Path),
            ("moveIntegrationAccount", Path),
            ("deleteIntegrationAccount", Path),
            ("deliverListings", Path),
            ("createListing", Body("integrationAccountID")),
            ("createPromotion", Body("integrationAccountID")),
        ],
    ),
    (
        "createListing",
        &[
            ("getListing", Path),
            ("updateListing", Path),
            ("replaceListing", Path),
            ("deleteListing", Path),
            ("getAvailability", Path),
            ("updateAvailability", Path),
            ("createQuote", Body("listingID")),
            ("createReservation", Body("listingID")),
            ("assignPromotionListings", List("listingIDs")),
            ("importListings", List("listingIDs")),
        ],
    ),
    (
        "createPromotion",
        &[
            ("getPromotion", Path),
            ("updatePromotion", Path),
            ("replacePromotion", Path),
            ("deletePromotion", Path),
            ("assignPromotionListings", Path),
            ("unassignPromotionListings", Path),
        ],
    ),
    ("createQuote", &[("createReservation", Body("quoteID"))]),
    ("createReservation", &[("getReservation", Path), ("confirmReservation", Path), ("cancelReservation", Path)]),
];

pub(super) struct Links;

impl Modify for Links {
    fn modify(&self, document: &mut OpenApi) {
        for (_, operation) in operations(document) {
            let of_operation = |(name, _): &&(&str, _)| operation.operation_id.as_deref() == Some(*name);
            let Some((_, links)) = LINKS.iter().find(of_operation) else { continue };
            for (status, response) in &mut operation.responses.responses {
                let (true, RefOr::T(response)) = (status.starts_with('2'), response) else { continue };
                let links = links.iter().map(|(to, place)| ((*to).to_owned(), link(to, place).into()));
                response.links.extend(links);
            }
        }
    }
}

fn link(to: &str, place: &To) -> utoipa::openapi::link::Link {
    const ID: &str = "$response.body#/data/id";
    let link = LinkBuilder::new().operation_id(to);
    match place {
        Path => link.parameter("id", ID),
        Body(field) => link.description(format!("Its id goes into `{field}` of the body.")),
        List(field) => link.description(format!("Its id goes into `{field}` of the body, a list.")),
    }
    .build()
}

//! Links from the creation of a resource to operations on it.

use utoipa::Modify;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::{OpenApi, RefOr};

use super::conventions::operations;

/// The place of the new resource's id in a linked operation. A place in the body is described in words: the link's
/// request body would have to be an object, and the parsers of OpenAPI Generator and Swagger accept only a text.
enum To {
    /// The path.
    Path,
    /// The field of the body with this name.
    Body(&'static str),
    /// The list of the body with this name, as its only item.
    List(&'static str),
}

use To::{Body, List, Path};

/// The links of each operation that creates a resource.
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

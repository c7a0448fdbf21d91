//! The facts of a listing, and its pictures.

use domain::listings::{Address, ListingParts, Picture, TenantListing, Unavailable};
use domain::numbers::Whole;
use maud::{Markup, html};

use crate::request::visit::Visit;
use crate::response::cell::Cell;
use crate::response::facts::facts;

/// The number of pictures to which the page leads.
const SHOWN: usize = 20;

/// Shows a listing that is the tenant's own, or an import that is awake.
pub(super) fn described(visit: &Visit, seen: TenantListing) -> Markup {
    let is_own = seen.owner == visit.caller.tenant_id();
    let offered = seen.unavailable.map_or("AVAILABLE", Unavailable::as_str);
    let (owner, imported_at) = (seen.owner, seen.imported_at);
    let ListingParts { id, integration_account_id, details, approval, created_at, updated_at, .. } =
        seen.listing.into_parts();
    let account = if is_own {
        Cell::link(visit.at(&format!("accounts/{integration_account_id}")), integration_account_id)
    } else {
        Cell::text(integration_account_id)
    };
    let Address { line1, line2, city, state, country, postal_code } = details.address;
    let address = [
        line1.map(String::from),
        line2.map(String::from),
        postal_code.map(String::from),
        city.map(String::from),
        state.map(String::from),
    ];
    let address = address.into_iter().flatten().chain(country.map(|country| country.name().to_owned()));
    let thumbnail = details.thumbnail.map_or_else(|| Cell::text(""), |address| Cell::link(address.as_str(), &address));
    let facts = facts(&[
        ("Offered", Cell::Status(offered)),
        ("Status", Cell::Status(details.status.as_str())),
        ("Approval", Cell::Status(approval.status().as_str())),
        ("Reason for the rejection", Cell::maybe(approval.rejection_reason())),
        ("Id", Cell::text(id)),
        ("Id at the provider", Cell::text(details.provider_id)),
        ("Account", account),
        ("Owner", if is_own { Cell::text("this tenant") } else { Cell::text(owner) }),
        ("Imported", Cell::when(imported_at)),
        ("Your own name for it", Cell::maybe(details.internal_name.filter(|_| is_own))),
        ("Kind", Cell::maybe(details.kind)),
        ("Description", Cell::maybe(details.description)),
        ("Address", Cell::text(address.collect::<Vec<_>>().join(", "))),
        ("Place", Cell::text(format_args!("{}, {}", details.place.latitude, details.place.longitude))),
        ("Time zone", Cell::maybe(details.time_zone)),
        (
            "Price of a night",
            Cell::text(format_args!("{} {}", details.start_price, details.start_price.currency().code())),
        ),
        ("Nights, at least", Cell::text(details.minimum_nights.get())),
        ("Nights, at most", Cell::maybe(details.maximum_nights.map(Whole::get))),
        ("Guests, at most", Cell::text(details.max_occupancy.get())),
        ("Infants, at most", Cell::maybe(details.max_infants.map(Whole::get))),
        ("Pets", details.pets_allowed.map_or_else(|| Cell::text(""), Cell::flag)),
        ("Bedrooms", Cell::text(details.bedroom_count.get())),
        ("Bathrooms", Cell::text(details.bathroom_count)),
        ("Amenities", Cell::text(details.amenities.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))),
        ("Small picture", thumbnail),
        ("Created", Cell::Time(created_at)),
        ("Changed", Cell::Time(updated_at)),
    ]);
    html! { (facts) (pictures(&details.pictures)) }
}

/// Leads to pictures, which are on other servers.
fn pictures(all: &[Picture]) -> Markup {
    html! {
        @if !all.is_empty() {
            section {
                h2 { "Pictures" }
                ol {
                    @for Picture { url, description } in all.iter().take(SHOWN) {
                        li { a href=(url) { @match description { Some(description) => (description), None => (url) } } }
                    }
                }
                @if all.len() > SHOWN { p { "These are the first " (SHOWN) " of " (all.len()) "." } }
            }
        }
    }
}

//! The forms that create and edit a listing.

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use application::ListingFields;
use domain::ids::ListingId;
use domain::listings::{Address, ListingParts, TenantListing};

use crate::areas::accounts;
use crate::request::form::{Form, made};
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::done::Done;
use crate::response::fields::Field;
use crate::response::form::{EditForm, SEEN, Values, word_choices};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;

const CREATE: Api = api("POST", "/api/v1/listing", "listings", "createListing");
const UPDATE: Api = api("PATCH", "/api/v1/listing/{id}", "listings", "updateListing");

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/t/{tenant}/listings/new", page(new))
        .route("/t/{tenant}/listings/new", act(create))
        .route("/t/{tenant}/listings/{id}/edit", page(edit))
        .route("/t/{tenant}/listings/{id}/edit", act(update));
}

fn fields() -> Vec<Field> {
    vec![
        Field::text("name", "Name").required(),
        Field::text("providerID", "Id at the provider").required(),
        Field::text("internalName", "Your own name for it"),
        Field::text("type", "Kind").hint("For example Apartment."),
        Field::choice("status", "Status", word_choices(["ACTIVE", "INACTIVE"])),
        Field::long_text("description", "Description"),
        Field::text("address.line1", "Address"),
        Field::text("address.line2", "Address, second line"),
        Field::text("address.city", "City"),
        Field::text("address.state", "State"),
        Field::text("address.country", "Country").hint("Two letters, as in ISO 3166-1."),
        Field::text("address.postal_code", "Post code"),
        Field::number("latitude", "Latitude").hint("Degrees north, like 40.7128.").required(),
        Field::number("longitude", "Longitude").hint("Degrees east, like -74.0060.").required(),
        Field::text("timeZone", "Time zone").hint("For example America/New_York."),
        Field::number("minimumNights", "Nights of a stay, at least"),
        Field::number("maximumNights", "Nights of a stay, at most"),
        Field::number("maxOccupancy", "Guests, at most").required(),
        Field::number("maxInfants", "Infants, at most"),
        Field::maybe("petsAllowed", "Pets allowed"),
        Field::number("bedroomCount", "Bedrooms"),
        Field::number("bathroomCount", "Bathrooms"),
        Field::number("startPrice", "Price of a night").required(),
        Field::text("currency", "Currency").hint("Three letters, as in ISO 4217."),
        Field::text("thumbnailURL", "Web address of a small picture"),
        Field::lines("amenities", "Amenities").hint("One in each line."),
    ]
}

async fn new_fields(visit: &Visit) -> Result<Vec<Field>, Refused> {
    let accounts = accounts::choices(visit).await?;
    let account = Field::choice("integrationAccountID", "Account", accounts).required();
    Ok([account].into_iter().chain(fields()).collect())
}

fn new_form(visit: &Visit, fields: &[Field], values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let action = visit.at("listings/new");
    let form = EditForm { action: &action, fields, values, refused, submit: "Create" };
    visit.form("New listing", CREATE, &form)
}

async fn new(visit: Visit) -> Answer {
    Ok(new_form(&visit, &new_fields(&visit).await?, &visit.query, None))
}

async fn create(visit: Visit, sent: Form) -> Answer {
    let id = |seen: &TenantListing| seen.listing.id().as_uuid();
    let fields = new_fields(&visit).await?;
    let created = async {
        let input = sent.creation::<ListingFields>(&fields)?;
        Ok::<_, Refused>(visit.console.listings.create(&visit.caller, input, &sent.once(id)).await?)
    };
    match created.await {
        Ok(done) => Ok(visit.done(&format!("listings/{}", made(done, id)), Done::Created)),
        Err(refused) => Ok(new_form(&visit, &fields, &sent.values, Some(&refused.beside_form()?))),
    }
}

fn edit_form(visit: &Visit, id: ListingId, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (fields(), visit.at(&format!("listings/{id}/edit")));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Save" };
    visit.form("Edit the listing", UPDATE, &form)
}

async fn edit(visit: Visit) -> Answer {
    let id: ListingId = visit.id();
    let seen = visit.console.listings.get(&visit.caller, id).await?;
    if seen.owner != visit.caller.tenant_id() {
        return Err(Refused::no_such_page());
    }
    Ok(edit_form(&visit, id, &values(seen), None))
}

fn values(seen: TenantListing) -> Values {
    let ListingParts { details, version, .. } = seen.listing.into_parts();
    let whole = |number: i32| Some(number.to_string());
    let Address { line1, line2, city, state, country, postal_code } = details.address;
    let amenities = details.amenities.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Values::default().and([
        ("name", Some(details.name.into())),
        ("providerID", Some(details.provider_id.into())),
        ("internalName", details.internal_name.map(Into::into)),
        ("type", details.kind.map(Into::into)),
        ("status", Some(details.status.as_str().to_owned())),
        ("description", details.description.map(Into::into)),
        ("address.line1", line1.map(Into::into)),
        ("address.line2", line2.map(Into::into)),
        ("address.city", city.map(Into::into)),
        ("address.state", state.map(Into::into)),
        ("address.country", country.map(|country| country.code().to_owned())),
        ("address.postal_code", postal_code.map(Into::into)),
        ("latitude", Some(details.place.latitude.to_string())),
        ("longitude", Some(details.place.longitude.to_string())),
        ("timeZone", details.time_zone.map(|zone| zone.to_string())),
        ("minimumNights", whole(details.minimum_nights.get())),
        ("maximumNights", details.maximum_nights.and_then(|nights| whole(nights.get()))),
        ("maxOccupancy", whole(details.max_occupancy.get())),
        ("maxInfants", details.max_infants.and_then(|infants| whole(infants.get()))),
        ("petsAllowed", details.pets_allowed.map(|is| is.to_string())),
        ("bedroomCount", whole(details.bedroom_count.get())),
        ("bathroomCount", Some(details.bathroom_count.to_string())),
        ("startPrice", Some(details.start_price.to_string())),
        ("currency", Some(details.start_price.currency().code().to_owned())),
        ("thumbnailURL", details.thumbnail.map(|thumbnail| thumbnail.to_string())),
        ("amenities", Some(amenities)),
        (SEEN, Some(version.to_string())),
    ])
}

async fn update(visit: Visit, sent: Form) -> Answer {
    let id: ListingId = visit.id();
    let unchanged = sent.unchanged(|seen: &TenantListing| seen.listing.version().to_string());
    let updated = async {
        let input = sent.command(&fields())?;
        Ok::<_, Refused>(visit.console.listings.update(&visit.caller, id, input, &unchanged).await?)
    };
    match updated.await {
        Ok(_) => Ok(visit.done(&format!("listings/{id}"), Done::Saved)),
        Err(refused) => Ok(edit_form(&visit, id, &sent.values, Some(&refused.beside_form()?))),
    }
}

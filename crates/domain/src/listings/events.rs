//! The facts of the audit trail, and the data of events, about listings.

use super::{Address, Amenity, Listing, ListingDetails};
use crate::audit::{Fact, Facts};
use crate::countries::Country;
use crate::events::{EventData, Stirred};
use crate::ids::{IntegrationAccountId, ListingId};

impl Listing {
    /// The facts for the audit trail.
    pub(super) fn facts(&self) -> Facts {
        let ListingDetails {
            provider_id,
            name,
            internal_name,
            description,
            kind,
            status,
            thumbnail,
            pictures,
            address: Address { line1, line2, city, state, country, postal_code },
            place,
            time_zone,
            minimum_nights,
            maximum_nights,
            max_occupancy,
            max_infants,
            pets_allowed,
            bedroom_count,
            bathroom_count,
            start_price,
            amenities,
        } = self.details();
        let pictures = pictures.iter().map(|picture| picture.url.as_str()).collect::<Vec<_>>().join(" ");
        let amenities = amenities.iter().map(Amenity::as_str).collect::<Vec<_>>().join(", ");
        vec![
            ("integrationAccountID", Fact::Text(self.integration_account_id().to_string())),
            ("providerID", Fact::from(provider_id.as_str())),
            ("name", Fact::from(name.as_str())),
            ("internalName", Fact::from(internal_name.as_ref())),
            ("description", Fact::from(description.as_ref())),
            ("type", Fact::from(kind.as_ref())),
            ("status", Fact::from(status.as_str())),
            ("thumbnailURL", Fact::from(thumbnail.as_ref())),
            ("pictures", Fact::Text(pictures)),
            ("line1", Fact::from(line1.as_ref())),
            ("line2", Fact::from(line2.as_ref())),
            ("city", Fact::from(city.as_ref())),
            ("state", Fact::from(state.as_ref())),
            ("country", Fact::from(country.map(Country::code))),
            ("postal_code", Fact::from(postal_code.as_ref())),
            ("latitude", Fact::Text(place.latitude.to_string())),
            ("longitude", Fact::Text(place.longitude.to_string())),
            ("timeZone", Fact::from(*time_zone)),
            ("minimumNights", Fact::Integer(minimum_nights.get().into())),
            ("maximumNights", maximum_nights.map_or(Fact::Null, |nights| Fact::Integer(nights.get().into()))),
            ("maxOccupancy", Fact::Integer(max_occupancy.get().into())),
            ("maxInfants", max_infants.map_or(Fact::Null, |infants| Fact::Integer(infants.get().into()))),
            ("petsAllowed", pets_allowed.map_or(Fact::Null, Fact::Bool)),
            ("bedroomCount", Fact::Integer(bedroom_count.get().into())),
            ("bathroomCount", Fact::Text(bathroom_count.to_string())),
            ("startPrice", Fact::Text(start_price.to_string())),
            ("currency", Fact::from(start_price.currency().code())),
            ("amenities", Fact::Text(amenities)),
            ("approval", Fact::from(self.approval().status().as_str())),
        ]
    }

    /// Whether more has changed than the owner's name for the listing, which importers do not see.
    pub(super) fn importers_see_change_of(&self, before: &Self) -> bool {
        let internal_name = self.parts.details.internal_name.clone();
        self.parts.details != ListingDetails { internal_name, ..before.parts.details.clone() }
    }

    /// Creates the data of an event about the listing.
    pub(super) fn event(&self) -> EventData {
        EventData::new([
            ("listingID", Some(self.id()).into()),
            ("integrationAccountID", Some(self.integration_account_id()).into()),
        ])
    }

    /// Creates the data of an update.
    pub(super) fn event_after(&self, before: &Self) -> EventData {
        let mut event = DeliveryEvent::default();
        event.add(before, self);
        event.about(self.event())
    }
}

/// The listings that the event of a delivery names.
#[derive(Default)]
pub(super) struct DeliveryEvent {
    pub(super) created: Vec<ListingId>,
    updated: Vec<ListingId>,
    /// The listings in which importers see a change.
    seen: Vec<ListingId>,
    /// The listings whose status has changed.
    stirred: Vec<ListingId>,
}

impl DeliveryEvent {
    /// Adds a listing that has changed.
    pub(super) fn add(&mut self, before: &Listing, after: &Listing) {
        let id = before.id();
        self.updated.push(id);
        self.seen.extend(after.importers_see_change_of(before).then_some(id));
        self.stirred.extend((after.details().status != before.details().status).then_some(id));
    }

    pub(super) fn data(self, account: IntegrationAccountId) -> EventData {
        let told = EventData::new([
            ("integrationAccountID", Some(account).into()),
            ("created", self.created.as_slice().into()),
            ("updated", self.updated.as_slice().into()),
        ]);
        self.about(told)
    }

    fn about(self, told: EventData) -> EventData {
        let Self { created: _, updated: _, seen, stirred } = self;
        let stirred = if stirred.is_empty() { Stirred::Nothing } else { Stirred::Listings(stirred) };
        EventData { listings: seen, stirred, ..told }
    }
}

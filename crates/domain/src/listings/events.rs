//! The data of events about listings.

use super::{Listing, ListingDetails};
use crate::events::{EventData, Stirred};
use crate::ids::{IntegrationAccountId, ListingId};

impl Listing {
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

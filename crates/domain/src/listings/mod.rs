//! Listings: places to stay, each of one integration account, whose tenant is theirs.
//!
//! A listing does not name its tenant: its account does. So an account moves between tenants without touching a listing.

mod decisions;
mod delivery;
mod values;

use chrono::{DateTime, Utc};

pub use self::decisions::{AddressEdit, ListingEdit, ListingValuesError, NewListing, NotTheOwnerError};
pub use self::delivery::{Delivered, Delivery, DeliveryError};
pub use self::values::{
    Amenity, Bathrooms, BathroomsError, ListingStatus, ListingStatusError, Picture, WebAddress, WebAddressError,
};
use crate::countries::Country;
use crate::currencies::Currency;
use crate::geography::{Distance, Place};
use crate::ids::{IntegrationAccountId, ListingId, TenantId, WorkspaceId};
use crate::money::Money;
use crate::numbers::Whole;
pub use crate::stays::Nights;
use crate::text::{Line, Prose};
use crate::time_zones::TimeZone;

/// What guests call it.
pub type ListingName = Line<1, 255>;
/// The name by which the provider knows it, unique in its account.
pub type ProviderId = Line<1, 255>;
/// A description.
pub type ListingDescription = Prose<10_000>;
/// What kind of place it is: `Apartment`.
pub type ListingType = Line<1, 64>;
/// How many people may stay.
pub type Occupancy = Whole<1, 1000>;
/// How many bedrooms there are.
pub type Bedrooms = Whole<0, 1000>;

/// Where a letter would go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and number.
    pub line1: Option<Line<1, 255>>,
    /// What the first line has no room for.
    pub line2: Option<Line<1, 255>>,
    /// The city.
    pub city: Option<Line<1, 255>>,
    /// The state or province.
    pub state: Option<Line<1, 255>>,
    /// The country.
    pub country: Option<Country>,
    /// The postal code.
    pub postal_code: Option<Line<1, 32>>,
}

/// All that a listing says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The name by which the provider knows it.
    pub provider_id: ProviderId,
    /// What guests call it.
    pub name: ListingName,
    /// What its owner calls it.
    pub internal_name: Option<ListingName>,
    /// A description.
    pub description: Option<ListingDescription>,
    /// What kind of place it is.
    pub kind: Option<ListingType>,
    /// Whether it is offered.
    pub status: ListingStatus,
    /// A small picture.
    pub thumbnail: Option<WebAddress>,
    /// Pictures, in order.
    pub pictures: Vec<Picture>,
    /// Where a letter would go.
    pub address: Address,
    /// Where it is.
    pub place: Place,
    /// The time zone in which its days begin; UTC where there is none.
    pub time_zone: Option<TimeZone>,
    /// The fewest nights of a stay.
    pub minimum_nights: Nights,
    /// The most nights of a stay.
    pub maximum_nights: Option<Nights>,
    /// How many people may stay.
    pub max_occupancy: Occupancy,
    /// How many bedrooms there are.
    pub bedroom_count: Bedrooms,
    /// How many bathrooms there are.
    pub bathroom_count: Bathrooms,
    /// What a night costs where the calendar says nothing else.
    pub start_price: Money,
    /// What the place has, each once.
    pub amenities: Vec<Amenity>,
}

/// A place to stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    parts: ListingParts,
}

/// The stored fields of a listing, for adapters and views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The listing's id.
    pub id: ListingId,
    /// The listing's account. Never changes.
    pub integration_account_id: IntegrationAccountId,
    /// The editable fields.
    pub details: Details,
    /// The version, which each change increments; a write of an older one is refused.
    pub version: i64,
    /// The creation time, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The time of the last change, in whole milliseconds.
    pub updated_at: DateTime<Utc>,
}

impl Listing {
    /// Creates a listing from stored fields. Checks no rule.
    pub const fn from_parts(parts: ListingParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> ListingParts {
        self.parts
    }

    /// The workspace.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.parts.workspace_id
    }

    /// The listing's id.
    pub const fn id(&self) -> ListingId {
        self.parts.id
    }

    /// The listing's account.
    pub const fn integration_account_id(&self) -> IntegrationAccountId {
        self.parts.integration_account_id
    }

    /// The editable fields.
    pub const fn details(&self) -> &Details {
        &self.parts.details
    }

    /// The version, which each change increments.
    pub const fn version(&self) -> i64 {
        self.parts.version
    }
}

/// What a listing takes from its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingAccount {
    /// The account.
    pub id: IntegrationAccountId,
    /// The name.
    pub name: String,
    /// The currency of prices that state none: the workspace's.
    pub default_currency: Currency,
    /// Whether its listings can be available.
    pub is_active: bool,
}

/// A listing as one tenant sees it: its own, an imported one, or one that it could import.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantListing {
    /// The listing.
    pub listing: Listing,
    /// The owner: the tenant of its account.
    pub owner: TenantId,
    /// Whether it can be found and booked: listing and account are active and, where it is another's, its owner is too and
    /// the account allows imports.
    pub is_available: bool,
    /// Since when the tenant has imported it.
    pub imported_at: Option<DateTime<Utc>>,
    /// How far it is from where somebody looked.
    pub distance: Option<Distance>,
}

impl TenantListing {
    /// A listing as its owner sees it.
    pub fn own(listing: Listing, owner: TenantId, account_is_active: bool) -> Self {
        let is_available = account_is_active && listing.details().status == ListingStatus::Active;
        Self { listing, owner, is_available, imported_at: None, distance: None }
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use uuid::Uuid;

    use super::*;

    pub(crate) fn account() -> ListingAccount {
        ListingAccount {
            id: IntegrationAccountId::new(Uuid::from_u128(11)),
            name: "Host".to_owned(),
            default_currency: "USD".parse().expect("a currency"),
            is_active: true,
        }
    }

    /// One that costs 149.00 USD a night.
    pub(crate) fn listing() -> Listing {
        let at = crate::access::fixture::at();
        let workspace_id = WorkspaceId::new(Uuid::from_u128(9));
        Listing::new(ListingId::new(Uuid::from_u128(12)), &account(), new_listing("17"), workspace_id, at)
            .expect("values that go together")
    }

    pub(crate) fn new_listing(provider_id: &str) -> NewListing {
        NewListing {
            provider_id: provider_id.parse().expect("an id"),
            name: "Loft".parse().expect("a name"),
            place: "40.7128,-74.006".parse().expect("a place"),
            max_occupancy: 4.try_into().expect("an occupancy"),
            start_price: "149".parse().expect("an amount"),
            currency: None,
            rest: ListingEdit::default(),
        }
    }
}

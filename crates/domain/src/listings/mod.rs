//! Listings: places to stay. Each belongs to one integration account, and through it to a tenant.
//!
//! The account names the tenant, not the listing. So a move of an account does not touch its listings.

mod approvals;
mod decisions;
mod delivery;
mod events;
mod values;

use crate::quotes::StayPrice;
use chrono::{DateTime, Utc};

pub use self::approvals::{Approval, ApprovalError, ApprovalStatus, RejectionReason, ReviewedListing};
pub use self::decisions::{AddressEdit, ListingEdit, ListingValuesError, NewListing, NotTheOwnerError};
pub use self::delivery::{Delivered, Delivery, DeliveryError};
pub use self::values::{
    Amenity, Bathrooms, BathroomsError, ListingStatus, ListingStatusError, Picture, Unavailable, UnavailableError,
    WebAddress, WebAddressError,
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

/// The name for guests.
pub type ListingName = Line<1, 255>;
/// The listing's id at the provider, unique in its account.
pub type ProviderId = Line<1, 255>;
/// A description.
pub type ListingDescription = Prose<10_000>;
/// The kind of place: `Apartment`.
pub type ListingType = Line<1, 64>;
/// A number of guests.
pub type Occupancy = Whole<1, 1000>;
/// A number of children, infants or pets.
pub type Companions = Whole<0, 1000>;
/// A number of bedrooms.
pub type Bedrooms = Whole<0, 1000>;

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and number.
    pub line1: Option<Line<1, 255>>,
    /// The part that does not fit in the first line.
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

/// The editable fields of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingDetails {
    /// The listing's id at the provider.
    pub provider_id: ProviderId,
    /// The name for guests.
    pub name: ListingName,
    /// The name for its owner.
    pub internal_name: Option<ListingName>,
    /// A description.
    pub description: Option<ListingDescription>,
    /// The kind of place.
    pub kind: Option<ListingType>,
    /// The status.
    pub status: ListingStatus,
    /// A small picture.
    pub thumbnail: Option<WebAddress>,
    /// Pictures, in order.
    pub pictures: Vec<Picture>,
    /// The postal address.
    pub address: Address,
    /// The position.
    pub place: Place,
    /// The time zone that defines its local dates; UTC if `None`.
    pub time_zone: Option<TimeZone>,
    /// The minimum number of nights of a stay.
    pub minimum_nights: Nights,
    /// The maximum number of nights of a stay.
    pub maximum_nights: Option<Nights>,
    /// The maximum number of guests.
    pub max_occupancy: Occupancy,
    /// The maximum number of infants, who are no guests; any number if `None`.
    pub max_infants: Option<Companions>,
    /// Whether pets are allowed, if the owner says so.
    pub pets_allowed: Option<bool>,
    /// The number of bedrooms.
    pub bedroom_count: Bedrooms,
    /// The number of bathrooms.
    pub bathroom_count: Bathrooms,
    /// The price of a night, unless the calendar has another one.
    pub start_price: Money,
    /// The amenities, without duplicates.
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
    pub details: ListingDetails,
    /// The decision on offering it.
    pub approval: Approval,
    /// The version, which each change increments; a write over an older version is refused.
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
    pub const fn details(&self) -> &ListingDetails {
        &self.parts.details
    }

    /// The decision on offering it.
    pub const fn approval(&self) -> &Approval {
        &self.parts.approval
    }

    /// The version, which each change increments.
    pub const fn version(&self) -> i64 {
        self.parts.version
    }
}

/// The fields of an account that its listings need.
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
    /// Whether new listings are offered only once they are approved.
    pub require_listing_approval: bool,
}

/// The maximum number of pictures of a listing in a list.
pub const LISTED_PICTURES: usize = 10;
/// The maximum number of characters of a description in a list.
pub const LISTED_DESCRIPTION: usize = 1_000;

/// A listing as one tenant sees it: its own, an imported one, or one that it could import.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantListing {
    /// The listing.
    pub listing: Listing,
    /// The owner: the tenant of its account.
    pub owner: TenantId,
    /// The reason why it cannot be found and booked, if it cannot.
    pub unavailable: Option<Unavailable>,
    /// The time when the tenant imported it.
    pub imported_at: Option<DateTime<Utc>>,
    /// The distance from the searched place.
    pub distance: Option<Distance>,
    /// Whether a list has shortened its description or its pictures.
    pub is_truncated: bool,
    /// The price of the stay that a list was asked for, if it can be sold.
    pub stay: Option<StayPrice>,
}

impl TenantListing {
    /// Creates the view of a listing for its owner.
    pub fn own(listing: Listing, owner: TenantId, account_is_active: bool) -> Self {
        let unavailable = if !account_is_active {
            Some(Unavailable::AccountInactive)
        } else if listing.details().status != ListingStatus::Active {
            Some(Unavailable::ListingInactive)
        } else if *listing.approval() != Approval::Approved {
            Some(Unavailable::ListingNotApproved)
        } else {
            None
        };
        Self { listing, owner, unavailable, imported_at: None, distance: None, is_truncated: false, stay: None }
    }

    /// The reason why the import sleeps, if the tenant has only imported the listing. It then learns the id and the
    /// name only.
    pub fn asleep(&self, tenant: TenantId) -> Option<Unavailable> {
        self.unavailable.filter(|_| self.owner != tenant)
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
            require_listing_approval: false,
        }
    }

    /// A listing for 149.00 USD a night.
    pub(crate) fn listing() -> Listing {
        let at = crate::access::fixture::at();
        let workspace_id = WorkspaceId::new(Uuid::from_u128(9));
        Listing::new(ListingId::new(Uuid::from_u128(12)), &account(), new_listing("17"), workspace_id, at)
            .expect("valid values")
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

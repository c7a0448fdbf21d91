//! Decisions about listings.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{
    Address, Amenity, Approval, Bathrooms, Bedrooms, Companions, Listing, ListingAccount, ListingDescription,
    ListingDetails, ListingName, ListingParts, ListingStatus, ListingType, Nights, Occupancy, Picture, ProviderId,
    TenantListing, WebAddress,
};
use crate::access::TenantScope;
use crate::audit::{AuditEntry, Facts, ResourceKind, Stamp, difference};
use crate::change::Change;
use crate::countries::Country;
use crate::currencies::Currency;
use crate::geography::{Latitude, Longitude, Place};
use crate::ids::{ListingId, WorkspaceId};
use crate::money::{Amount, Money, TooFineError};
use crate::patch::Patch;
use crate::text::{Line, fold};
use crate::time_zones::TimeZone;

/// A conflict between values of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ListingValuesError {
    /// The price has more decimals than its currency.
    #[error(transparent)]
    Price(#[from] TooFineError),
    /// The maximum nights are less than the minimum nights.
    #[error("may not be less than the minimum nights.")]
    Nights,
}

/// An attempt to change a listing of another tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("The listing belongs to another tenant. Only its owner may change it.")]
pub struct NotTheOwnerError;

/// The fields of a new listing.
#[derive(Debug, Clone)]
pub struct NewListing {
    /// The listing's id at the provider, unique in its account.
    pub provider_id: ProviderId,
    /// The name for guests.
    pub name: ListingName,
    /// The position.
    pub place: Place,
    /// The maximum number of guests.
    pub max_occupancy: Occupancy,
    /// The price of a night.
    pub start_price: Amount,
    /// The currency of the price, if not the workspace's.
    pub currency: Option<Currency>,
    /// The other fields.
    pub rest: ListingEdit,
}

/// The parts of an address to change. `None` leaves a part unchanged.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of an address")]
pub struct AddressEdit {
    pub line1: Patch<Line<1, 255>>,
    pub line2: Patch<Line<1, 255>>,
    pub city: Patch<Line<1, 255>>,
    pub state: Patch<Line<1, 255>>,
    pub country: Patch<Country>,
    pub postal_code: Patch<Line<1, 32>>,
}

/// The fields to change. `None` leaves a field unchanged.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of a listing")]
pub struct ListingEdit {
    pub provider_id: Option<ProviderId>,
    pub name: Option<ListingName>,
    pub internal_name: Patch<ListingName>,
    pub description: Patch<ListingDescription>,
    pub kind: Patch<ListingType>,
    pub status: Option<ListingStatus>,
    pub thumbnail: Patch<WebAddress>,
    pub pictures: Option<Vec<Picture>>,
    /// `Clear` empties the address with all its parts.
    pub address: Patch<AddressEdit>,
    pub latitude: Option<Latitude>,
    pub longitude: Option<Longitude>,
    pub time_zone: Patch<TimeZone>,
    pub minimum_nights: Option<Nights>,
    pub maximum_nights: Patch<Nights>,
    pub max_occupancy: Option<Occupancy>,
    pub max_infants: Patch<Companions>,
    pub pets_allowed: Patch<bool>,
    pub bedroom_count: Option<Bedrooms>,
    pub bathroom_count: Option<Bathrooms>,
    pub start_price: Option<Amount>,
    pub currency: Option<Currency>,
    pub amenities: Option<Vec<Amenity>>,
}

impl Listing {
    /// Creates a listing of an account of the scope's tenant.
    ///
    /// # Errors
    /// All conflicts between the values.
    pub fn create(
        id: ListingId,
        account: &ListingAccount,
        new: NewListing,
        scope: &TenantScope,
        stamp: Stamp,
    ) -> Result<Change<Self>, Vec<ListingValuesError>> {
        let listing = Self::new(id, account, new, scope.workspace_id(), stamp.at)?;
        let audit = listing.entry(scope, stamp, "listing.create", (Facts::new(), listing.facts()));
        Ok(Change::new(listing, audit))
    }

    pub(super) fn new(
        id: ListingId,
        account: &ListingAccount,
        new: NewListing,
        workspace_id: WorkspaceId,
        at: DateTime<Utc>,
    ) -> Result<Self, Vec<ListingValuesError>> {
        let NewListing { provider_id, name, place, max_occupancy, start_price, currency, rest } = new;
        let details = ListingDetails {
            provider_id,
            name,
            internal_name: None,
            description: None,
            kind: None,
            status: ListingStatus::Active,
            thumbnail: None,
            pictures: Vec::new(),
            address: Address::default(),
            place,
            time_zone: None,
            minimum_nights: Nights::LEAST,
            maximum_nights: None,
            max_occupancy,
            max_infants: None,
            pets_allowed: None,
            bedroom_count: Bedrooms::LEAST,
            bathroom_count: Bathrooms::default(),
            start_price: Money::from_minor(0, account.default_currency),
            amenities: Vec::new(),
        };
        let rest = ListingEdit { start_price: Some(start_price), currency: currency.or(rest.currency), ..rest };
        let approval = if account.require_listing_approval { Approval::Pending } else { Approval::Approved };
        Ok(Self {
            parts: ListingParts {
                workspace_id,
                id,
                integration_account_id: account.id,
                details: details.edited(rest)?,
                approval,
                version: 1,
                created_at: at,
                updated_at: at,
            },
        })
    }

    /// Changes the fields that the edit names. Returns `None` if nothing changes.
    ///
    /// # Errors
    /// All conflicts between the values.
    pub fn update(
        &self,
        edit: ListingEdit,
        scope: &TenantScope,
        stamp: Stamp,
    ) -> Result<Option<Change<Self>>, Vec<ListingValuesError>> {
        let Some(after) = self.edited(edit, stamp.at)? else { return Ok(None) };
        let event = after.event_after(self);
        let facts = difference(self.facts(), after.facts());
        let audit = after.entry(scope, stamp, "listing.update", facts).telling(event);
        Ok(Some(Change::new(after, audit)))
    }

    /// Returns the listing after the edit, or `None` if nothing changes.
    pub(super) fn edited(&self, edit: ListingEdit, at: DateTime<Utc>) -> Result<Option<Self>, Vec<ListingValuesError>> {
        let mut after = self.clone();
        after.parts.details = after.parts.details.edited(edit)?;
        if after == *self {
            return Ok(None);
        }
        // Importers see the instant.
        if after.importers_see_change_of(self) {
            after.parts.updated_at = at;
        }
        after.parts.version += 1;
        Ok(Some(after))
    }

    /// Deletes the listing.
    pub fn delete(&self, scope: &TenantScope, stamp: Stamp) -> Change<Self> {
        let audit = self.entry(scope, stamp, "listing.delete", (self.facts(), Facts::new()));
        Change::new(self.clone(), audit)
    }

    fn entry(&self, scope: &TenantScope, stamp: Stamp, action: &'static str, facts: (Facts, Facts)) -> AuditEntry {
        let resource = (ResourceKind::Listing, self.id().as_uuid(), self.details().name.to_string());
        stamp.entry(scope, action, resource, facts).telling(self.event())
    }
}

impl ListingDetails {
    fn edited(self, edit: ListingEdit) -> Result<Self, Vec<ListingValuesError>> {
        let ListingEdit {
            provider_id,
            name,
            internal_name,
            description,
            kind,
            status,
            thumbnail,
            pictures,
            address,
            latitude,
            longitude,
            time_zone,
            minimum_nights,
            maximum_nights,
            max_occupancy,
            max_infants,
            pets_allowed,
            bedroom_count,
            bathroom_count,
            start_price,
            currency,
            amenities,
        } = edit;
        let mut errors = Vec::new();
        let start_price = match (start_price, currency.unwrap_or(self.start_price.currency())) {
            (Some(amount), currency) => Money::of(amount, currency),
            (None, currency) => self.start_price.stated_in(currency),
        };
        let start_price = start_price.unwrap_or_else(|error| {
            errors.push(error.into());
            self.start_price
        });
        let after = Self {
            provider_id: provider_id.unwrap_or(self.provider_id),
            name: name.unwrap_or(self.name),
            internal_name: internal_name.apply(self.internal_name),
            description: description.apply(self.description),
            kind: kind.apply(self.kind),
            status: status.unwrap_or(self.status),
            thumbnail: thumbnail.apply(self.thumbnail),
            pictures: pictures.unwrap_or(self.pictures),
            address: match address {
                Patch::Keep => self.address,
                Patch::Clear => Address::default(),
                Patch::Set(edit) => self.address.edited(edit),
            },
            place: Place {
                latitude: latitude.unwrap_or(self.place.latitude),
                longitude: longitude.unwrap_or(self.place.longitude),
            },
            time_zone: time_zone.apply(self.time_zone),
            minimum_nights: minimum_nights.unwrap_or(self.minimum_nights),
            maximum_nights: maximum_nights.apply(self.maximum_nights),
            max_occupancy: max_occupancy.unwrap_or(self.max_occupancy),
            max_infants: max_infants.apply(self.max_infants),
            pets_allowed: pets_allowed.apply(self.pets_allowed),
            bedroom_count: bedroom_count.unwrap_or(self.bedroom_count),
            bathroom_count: bathroom_count.unwrap_or(self.bathroom_count),
            start_price,
            amenities: amenities.map_or(self.amenities, each_once),
        };
        if after.maximum_nights.is_some_and(|nights| nights < after.minimum_nights) {
            errors.push(ListingValuesError::Nights);
        }
        if errors.is_empty() { Ok(after) } else { Err(errors) }
    }
}

/// Removes duplicates that differ only in case, and keeps the first.
fn each_once(mut amenities: Vec<Amenity>) -> Vec<Amenity> {
    let mut known = std::collections::HashSet::new();
    amenities.retain(|amenity| known.insert(fold(amenity.as_str())));
    amenities
}

impl Address {
    fn edited(self, edit: AddressEdit) -> Self {
        let AddressEdit { line1, line2, city, state, country, postal_code } = edit;
        Self {
            line1: line1.apply(self.line1),
            line2: line2.apply(self.line2),
            city: city.apply(self.city),
            state: state.apply(self.state),
            country: country.apply(self.country),
            postal_code: postal_code.apply(self.postal_code),
        }
    }
}

impl TenantListing {
    /// Returns the listing, if the scope's tenant may change it.
    ///
    /// # Errors
    /// If the scope's tenant only imports it.
    pub fn for_owner(&self, scope: &TenantScope) -> Result<&Listing, NotTheOwnerError> {
        if self.owner == scope.tenant_id() { Ok(&self.listing) } else { Err(NotTheOwnerError) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{account, new_listing};
    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{at, caller, stamp, standing};
    use crate::ids::TenantId;

    fn scope() -> TenantScope {
        let channel = || standing(2, false);
        caller(channel(), channel(), Permission::Write).tenant_scope(Permission::Write).expect("an active tenant")
    }

    fn id() -> ListingId {
        ListingId::new(uuid::Uuid::from_u128(12))
    }

    fn created() -> Listing {
        Listing::create(id(), &account(), new_listing("17"), &scope(), stamp()).expect("valid values").after
    }

    #[test]
    fn a_new_listing_has_defaults_for_what_is_not_said() {
        let change = Listing::create(id(), &account(), new_listing("17"), &scope(), stamp()).expect("valid values");
        assert_eq!((change.audit.action, change.audit.resource_kind), ("listing.create", ResourceKind::Listing));
        let ListingParts { details, version, created_at, .. } = change.after.into_parts();
        assert_eq!((version, created_at), (1, at()));
        assert_eq!((details.status, details.minimum_nights.get()), (ListingStatus::Active, 1));
        assert_eq!((details.start_price.minor(), details.start_price.currency().code()), (14_900, "USD"));
    }

    #[test]
    fn an_update_leaves_what_it_does_not_name_and_clears_what_is_null() {
        let city =
            |city: &str| AddressEdit { city: Patch::Set(city.parse().expect("a city")), ..AddressEdit::default() };
        let edit = ListingEdit {
            address: Patch::Set(city("Paris")),
            maximum_nights: Patch::Set(30.try_into().expect("nights")),
            ..ListingEdit::default()
        };
        let before = created().update(edit, &scope(), stamp()).expect("valid").expect("a change").after;
        let edit = ListingEdit {
            address: Patch::Set(AddressEdit {
                line1: Patch::Set("1 Rue".parse().expect("a line")),
                ..AddressEdit::default()
            }),
            maximum_nights: Patch::Clear,
            ..ListingEdit::default()
        };
        let change = before.update(edit, &scope(), stamp()).expect("valid").expect("a change");
        let names: Vec<_> = change.audit.after.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["line1", "maximumNights"]);
        let ListingDetails { address, maximum_nights, .. } = change.after.details();
        assert_eq!(address.city.as_ref().map(Line::as_str), Some("Paris"));
        assert_eq!(*maximum_nights, None);
        assert_eq!(change.after.version(), 3);

        let cleared = ListingEdit { address: Patch::Clear, ..ListingEdit::default() };
        let cleared = change.after.update(cleared, &scope(), stamp()).expect("valid").expect("a change").after;
        assert_eq!(cleared.details().address, Address::default());
    }

    #[test]
    fn the_owners_name_leaves_the_instant_that_importers_see() {
        let later = at() + chrono::TimeDelta::days(1);
        let internal = Patch::Set("Room 7".parse().expect("a name"));
        let edit = |name: Option<&str>| ListingEdit {
            internal_name: internal.clone(),
            name: name.map(|name| name.parse().expect("a name")),
            ..ListingEdit::default()
        };
        for (edit, updated_at) in [(edit(None), at()), (edit(Some("Attic")), later)] {
            let stamp = Stamp { at: later, ..stamp() };
            let change = created().update(edit, &scope(), stamp).expect("valid").expect("a change");
            assert_eq!((change.after.version(), change.after.parts.updated_at), (2, updated_at));
            assert!(change.audit.after.iter().any(|(name, _)| *name == "internalName"));
        }
    }

    #[test]
    fn an_update_that_changes_nothing_is_none() {
        let same = ListingEdit {
            name: Some("Loft".parse().expect("a name")),
            currency: Some("USD".parse().expect("a currency")),
            start_price: Some("149.00".parse().expect("an amount")),
            ..ListingEdit::default()
        };
        assert_eq!(created().update(same, &scope(), stamp()), Ok(None));
    }

    #[test]
    fn values_must_go_together() {
        let priced = |price: Option<&str>, currency: &str| ListingEdit {
            start_price: price.map(|price| price.parse().expect("an amount")),
            currency: Some(currency.parse().expect("a currency")),
            ..ListingEdit::default()
        };
        let update = |edit| created().update(edit, &scope(), stamp());
        let minor = |edit| update(edit).map(|change| change.expect("a change").after.details().start_price.minor());
        assert_eq!(minor(priced(None, "JPY")), Ok(149), "the amount is unchanged, in another currency");
        assert_eq!(minor(priced(Some("1.234"), "KWD")), Ok(1_234));
        let too_fine = minor(priced(Some("0.5"), "JPY")).expect_err("too fine");
        assert!(matches!(too_fine[..], [ListingValuesError::Price(_)]));

        let nights = |minimum: i64, maximum: i64| ListingEdit {
            minimum_nights: Some(minimum.try_into().expect("nights")),
            maximum_nights: Patch::Set(maximum.try_into().expect("nights")),
            ..ListingEdit::default()
        };
        assert_eq!(update(nights(3, 2)), Err(vec![ListingValuesError::Nights]));
        assert!(update(nights(3, 3)).is_ok());
    }

    #[test]
    fn all_values_that_do_not_go_together_are_named() {
        let rest = ListingEdit {
            minimum_nights: Some(3.try_into().expect("nights")),
            maximum_nights: Patch::Set(2.try_into().expect("nights")),
            ..ListingEdit::default()
        };
        let wrong = NewListing { start_price: "0.001".parse().expect("an amount"), rest, ..new_listing("17") };
        let edit = wrong.clone().into();
        let refused = Listing::create(id(), &account(), wrong, &scope(), stamp()).expect_err("too fine, too short");
        assert!(matches!(refused[..], [ListingValuesError::Price(_), ListingValuesError::Nights]), "{refused:?}");
        assert_eq!(created().update(edit, &scope(), stamp()), Err(refused));
    }

    #[test]
    fn a_host_may_want_guests_for_years() {
        for (nights, is_one) in [(1, true), (1_250, true), (3_650, true), (3_651, false), (0, false)] {
            assert_eq!(Nights::try_from(nights).is_ok(), is_one, "{nights}");
        }
    }

    #[test]
    fn an_amenity_is_there_once() {
        let amenities = ["Wifi", "wifi", "Pool"].map(|amenity| amenity.parse().expect("an amenity"));
        let edit = ListingEdit { amenities: Some(amenities.into()), ..ListingEdit::default() };
        let after = created().update(edit, &scope(), stamp()).expect("valid").expect("a change").after;
        let names: Vec<_> = after.details().amenities.iter().map(Amenity::as_str).collect();
        assert_eq!(names, ["Wifi", "Pool"]);
    }

    #[test]
    fn only_the_owner_changes_a_listing() {
        let seen = |owner| TenantListing::own(created(), owner, true);
        assert!(seen(scope().tenant_id()).for_owner(&scope()).is_ok());
        let other = TenantId::new(uuid::Uuid::from_u128(77));
        assert_eq!(seen(other).for_owner(&scope()), Err(NotTheOwnerError));
    }
}

//! Deliveries: batches of listings that a connector sends.

use std::collections::HashMap;

use super::events::DeliveryEvent;
use super::{Listing, ListingAccount, ListingValuesError, NewListing, ProviderId};
use crate::access::TenantScope;
use crate::audit::{Fact, ResourceKind, Stamp};
use crate::change::Change;
use crate::ids::{IntegrationAccountId, ListingId};

/// A conflict between values of a delivered listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryError {
    /// The position, counted from 0.
    pub position: usize,
    /// The error.
    pub error: ListingValuesError,
}

/// The result of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// The number of new listings.
    pub created: usize,
    /// The number of changed listings.
    pub updated: usize,
    /// The number of unchanged listings.
    pub unchanged: usize,
}

/// Listings that were delivered together: all of them are stored, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The account of the listings.
    pub integration_account_id: IntegrationAccountId,
    /// The new and changed listings, ordered by the provider's ids, so that concurrent deliveries lock them in the same
    /// order.
    pub listings: Vec<Listing>,
}

impl Delivery {
    /// Compares the delivered listings with the stored ones by the provider's ids. Stored listings that were not
    /// delivered remain.
    ///
    /// Each delivered listing comes with the id to use if it is new. The change is `None` if all listings are
    /// unchanged.
    ///
    /// # Errors
    /// All conflicts between the values of each listing.
    pub fn decide(
        account: &ListingAccount,
        delivered: Vec<(ListingId, NewListing)>,
        stored: Vec<Listing>,
        scope: &TenantScope,
        stamp: Stamp,
    ) -> Result<(Delivered, Option<Change<Self>>), Vec<DeliveryError>> {
        let mut known: HashMap<ProviderId, Listing> =
            stored.into_iter().map(|listing| (listing.details().provider_id.clone(), listing)).collect();
        let mut outcome = Delivered { created: 0, updated: 0, unchanged: 0 };
        let (mut listings, mut errors, mut event) = (Vec::new(), Vec::new(), DeliveryEvent::default());
        for (position, (id, new)) in delivered.into_iter().enumerate() {
            let (count, decided) = match known.remove(&new.provider_id) {
                None => {
                    event.created.push(id);
                    let listing = Listing::new(id, account, new, scope.workspace_id(), stamp.at);
                    (&mut outcome.created, listing.map(Some))
                }
                Some(listing) => {
                    let after = listing.edited(new.into(), stamp.at);
                    if let Ok(Some(after)) = &after {
                        event.add(&listing, after);
                    }
                    let is_as_it_was = matches!(after, Ok(None));
                    (if is_as_it_was { &mut outcome.unchanged } else { &mut outcome.updated }, after)
                }
            };
            *count += 1;
            match decided {
                Ok(after) => listings.extend(after),
                Err(conflicts) => errors.extend(conflicts.into_iter().map(|error| DeliveryError { position, error })),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        if listings.is_empty() {
            return Ok((outcome, None));
        }
        listings.sort_by(|one, other| one.details().provider_id.cmp(&other.details().provider_id));
        let fact = |count| Fact::Integer(i64::try_from(count).unwrap_or(i64::MAX));
        let resource = (ResourceKind::IntegrationAccount, account.id.as_uuid(), account.name.clone());
        let counts = vec![
            ("created", fact(outcome.created)),
            ("updated", fact(outcome.updated)),
            ("unchanged", fact(outcome.unchanged)),
        ];
        let audit = stamp.entry(scope, "listing.deliver", resource, (vec![], counts)).telling(event.data(account.id));
        let delivery = Self { integration_account_id: account.id, listings };
        Ok((outcome, Some(Change::new(delivery, audit))))
    }
}

impl From<NewListing> for super::ListingEdit {
    /// Converts a delivered listing into an edit of the stored one: fields that are absent stay unchanged.
    fn from(new: NewListing) -> Self {
        let NewListing { provider_id, name, place, max_occupancy, start_price, currency, rest } = new;
        Self {
            provider_id: Some(provider_id),
            name: Some(name),
            latitude: Some(place.latitude),
            longitude: Some(place.longitude),
            max_occupancy: Some(max_occupancy),
            start_price: Some(start_price),
            currency,
            ..rest
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::ListingEdit;
    use super::super::fixture::{account, new_listing};
    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{caller, stamp, standing};
    use crate::patch::Patch;

    fn scope() -> TenantScope {
        let channel = || standing(2, false);
        caller(channel(), channel(), Permission::Write).tenant_scope(Permission::Write).expect("an active tenant")
    }

    type Outcome = (Delivered, Option<Change<Delivery>>);

    fn deliver(delivered: Vec<NewListing>, stored: Vec<Listing>) -> Result<Outcome, Vec<DeliveryError>> {
        let id = |position: usize| ListingId::new(Uuid::from_u128(100 + position as u128));
        let delivered = delivered.into_iter().enumerate().map(|(position, new)| (id(position), new)).collect();
        Delivery::decide(&account(), delivered, stored, &scope(), stamp())
    }

    #[test]
    fn what_is_new_changed_and_as_it_should_be_is_told_apart() {
        let first = deliver(vec![new_listing("b"), new_listing("a")], vec![]).expect("valid");
        let stored = first.1.expect("a change").after.listings;
        let ids: Vec<_> = stored.iter().map(|listing| listing.details().provider_id.as_str()).collect();
        assert_eq!(ids, ["a", "b"]);

        let renamed = NewListing { name: "Barn".parse().expect("a name"), ..new_listing("b") };
        let again = vec![new_listing("a"), renamed, new_listing("c")];
        let (outcome, change) = deliver(again, stored.clone()).expect("valid");
        assert_eq!(outcome, Delivered { created: 1, updated: 1, unchanged: 1 });
        let change = change.expect("a change");
        assert_eq!((change.audit.action, change.audit.resource_name.as_str()), ("listing.deliver", "Host"));
        let [updated, created] = change.after.listings.try_into().expect("two");
        assert_eq!((updated.id(), updated.version()), (stored[1].id(), 2), "a stored listing keeps its id");
        assert_eq!(created.version(), 1);
    }

    #[test]
    fn what_is_as_it_should_be_is_no_change() {
        let stored = deliver(vec![new_listing("a")], vec![]).expect("valid").1.expect("a change").after.listings;
        let (outcome, change) = deliver(vec![new_listing("a")], stored).expect("valid");
        assert_eq!((outcome, change), (Delivered { created: 0, updated: 0, unchanged: 1 }, None));
    }

    #[test]
    fn all_that_does_not_go_together_is_named() {
        let stored = deliver(vec![new_listing("d")], vec![]).expect("valid").1.expect("a change").after.listings;
        let too_fine = |id| NewListing { start_price: "0.001".parse().expect("an amount"), ..new_listing(id) };
        let nights = ListingEdit {
            minimum_nights: 3.try_into().ok(),
            maximum_nights: Patch::Set(2.try_into().expect("nights")),
            ..ListingEdit::default()
        };
        let both = NewListing { rest: nights, ..too_fine("c") };
        let delivered = vec![too_fine("a"), new_listing("b"), both, too_fine("d")];
        let refused = deliver(delivered, stored).expect_err("too fine, too short");
        let named: Vec<_> =
            refused.iter().map(|error| (error.position, error.error == ListingValuesError::Nights)).collect();
        assert_eq!(named, [(0, false), (2, false), (2, true), (3, false)]);
    }
}

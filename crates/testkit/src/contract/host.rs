//! A tenant with listings, and the steps of tests about listings.

use domain::access::TenantScope;
use domain::audit::Stamp;
use domain::change::Change;
use domain::geography::Around;
use domain::ids::{AuditId, IntegrationAccountId, ListingId};
use domain::imports::decide;
use domain::integration_accounts::{AccountEdit, AccountStatus};
use domain::listings::{
    Delivered, Delivery, Listing, ListingAccount, ListingEdit, ListingStatus, NewListing, ReviewedListing,
    TenantListing, Unavailable,
};
use domain::tenants::{Tenant, TenantStatus};
use ports::{ListingFilter, RepositoryError};

use super::shop::ALL;
use super::{Ports, World};
use crate::build;

/// A tenant with one of its accounts, in which it creates listings.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) world: World,
    pub(crate) tenant: Tenant,
    pub(crate) account: ListingAccount,
}

/// Returns a new listing with the required fields only.
pub(crate) fn new_listing(provider_id: &str) -> NewListing {
    NewListing {
        provider_id: provider_id.parse().expect("an id"),
        name: "Loft".parse().expect("a name"),
        place: "40.7128,-74.0060".parse().expect("a place"),
        max_occupancy: 4.try_into().expect("an occupancy"),
        start_price: "149".parse().expect("an amount"),
        currency: None,
        rest: ListingEdit::default(),
    }
}

pub(crate) fn renamed(name: &str) -> ListingEdit {
    ListingEdit { name: Some(name.parse().expect("a name")), ..ListingEdit::default() }
}

pub(crate) fn with_status(status: ListingStatus) -> ListingEdit {
    ListingEdit { status: Some(status), ..ListingEdit::default() }
}

/// Returns an edit that allows or forbids imports of the account's listings.
pub(crate) fn allowing(imports: bool) -> AccountEdit {
    AccountEdit { allow_import: Some(imports), ..AccountEdit::default() }
}

pub(crate) fn account_with(status: AccountStatus) -> AccountEdit {
    AccountEdit { status: Some(status), ..AccountEdit::default() }
}

/// Returns an edit that requires approval of the account's new listings, or no longer does.
pub(crate) fn requiring(approval: bool) -> AccountEdit {
    AccountEdit { require_listing_approval: Some(approval), ..AccountEdit::default() }
}

pub(crate) fn is_stale<T>(result: &Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::Stale))
}

impl Host {
    /// Opens a host in a new workspace.
    pub(crate) async fn open(ports: Ports) -> Self {
        Self::of(&World::new(ports).await, "host").await
    }

    /// Creates a new tenant of the workspace.
    pub(crate) async fn of(world: &World, domain: &str) -> Self {
        Self::with_new_account(world, world.create(domain).await.expect("created")).await
    }

    /// Returns the same tenant with another new account.
    pub(crate) async fn another_account(&self) -> Self {
        Self::with_new_account(&self.world, self.tenant.clone()).await
    }

    /// Returns the tenant with a new account.
    pub(crate) async fn with_new_account(world: &World, tenant: Tenant) -> Self {
        let id = world.new_account(&tenant).await;
        Self::with_account(world, tenant, id).await
    }

    /// Returns the tenant with an existing account.
    pub(crate) async fn with_account(world: &World, tenant: Tenant, id: IntegrationAccountId) -> Self {
        let scope = world.scope_in(tenant.id()).await;
        let account = world.ports.listings.account(&scope, id).await.expect("no failure").expect("a new account");
        Self { world: world.clone(), tenant, account }
    }

    pub(crate) async fn scope(&self) -> TenantScope {
        self.world.scope_in(self.tenant.id()).await
    }

    /// Returns the stamp of the administrator in the scope's tenant.
    pub(crate) fn stamp(scope: &TenantScope) -> Stamp {
        scope.stamp(AuditId::new(build::id()), build::at())
    }

    /// Returns the creation of a listing, not yet stored.
    pub(crate) async fn creation(&self, new: NewListing) -> Change<Listing> {
        let (scope, id) = (self.scope().await, ListingId::new(build::id()));
        Listing::create(id, &self.account, new, &scope, Self::stamp(&scope)).expect("compatible values")
    }

    pub(crate) async fn create(&self, new: NewListing) -> Result<TenantListing, RepositoryError> {
        let change = self.creation(new).await;
        self.world.ports.listings.create(&self.scope().await, change).await
    }

    /// Creates a listing with the required fields only.
    pub(crate) async fn listing(&self, provider_id: &str) -> Listing {
        self.create(new_listing(provider_id)).await.expect("created").listing
    }

    /// Returns a change of the listing, not yet stored.
    pub(crate) async fn edition(&self, listing: &Listing, edit: ListingEdit) -> Change<Listing> {
        let scope = self.scope().await;
        listing.update(edit, &scope, Self::stamp(&scope)).expect("compatible values").expect("a change")
    }

    pub(crate) async fn update(&self, listing: &Listing, edit: ListingEdit) -> Result<TenantListing, RepositoryError> {
        let change = self.edition(listing, edit).await;
        self.world.ports.listings.update(&self.scope().await, change).await
    }

    /// Returns the listing as the default tenant reviews it.
    pub(crate) async fn reviewed(&self, id: ListingId) -> ReviewedListing {
        let found = self.world.ports.listing_reviews.reviewed(&self.world.admin().await, &[id]).await;
        found.expect("no failure").pop().expect("a listing")
    }

    /// Approves or rejects a listing.
    pub(crate) async fn decide(&self, id: ListingId, is_approved: bool) {
        let (found, stamp) = (self.reviewed(id).await, self.world.stamp().await);
        let reject = |stamp| found.reject("No pictures.".parse().expect("a reason"), stamp);
        let change = if is_approved { found.approve(stamp) } else { reject(stamp) };
        let changes = vec![change.expect("a change")];
        self.world.ports.listing_reviews.review(&self.world.admin().await, changes).await.expect("stored");
    }

    pub(crate) async fn edit_account(&self, edit: AccountEdit) {
        self.world.edit_account(self.account.id, edit).await;
    }

    /// Makes the listings of the account unavailable for this reason alone, or available again.
    pub(crate) async fn set_available(&self, is_available: bool, reason: Unavailable, ids: &[ListingId]) {
        match reason {
            Unavailable::OwnerInactive => {
                let owner = self.world.get(self.tenant.id()).await.expect("an owner");
                let status = if is_available { TenantStatus::Active } else { TenantStatus::Inactive };
                if owner.status() != status {
                    self.world.set_status(&owner, status).await;
                }
            }
            Unavailable::AccountInactive => {
                let status = if is_available { AccountStatus::Active } else { AccountStatus::Inactive };
                self.edit_account(account_with(status)).await;
            }
            Unavailable::ImportNotAllowed => self.edit_account(allowing(is_available)).await,
            Unavailable::ListingInactive => {
                let status = if is_available { ListingStatus::Active } else { ListingStatus::Inactive };
                for id in ids {
                    let listing = self.get(*id).await.expect("a listing").listing;
                    self.update(&listing, with_status(status)).await.expect("updated");
                }
            }
            Unavailable::ListingNotApproved => {
                for id in ids {
                    self.decide(*id, is_available).await;
                }
            }
        }
    }

    pub(crate) async fn delete(&self, listing: &Listing) -> Result<(), RepositoryError> {
        let scope = self.scope().await;
        let change = listing.delete(&scope, Self::stamp(&scope));
        self.world.ports.listings.delete(&scope, change).await
    }

    pub(crate) async fn delete_account(&self) -> Result<(), RepositoryError> {
        let (accounts, scope) = (&self.world.ports.integration_accounts, self.scope().await);
        let account = accounts.get(&scope, self.account.id).await.expect("no failure").expect("its own");
        accounts.delete(&scope, account.delete(&scope, Self::stamp(&scope))).await
    }

    pub(crate) async fn get(&self, id: ListingId) -> Option<TenantListing> {
        self.world.ports.listings.get(&self.scope().await, id).await.expect("no failure")
    }

    /// Returns an active listing of the account as its owner sees it.
    pub(crate) fn own(&self, listing: Listing) -> TenantListing {
        TenantListing { unavailable: None, ..TenantListing::own(listing, self.tenant.id(), true) }
    }

    /// Returns the account's listings with one of the delivered provider ids, ordered by id.
    pub(crate) async fn known(&self, delivered: &[NewListing]) -> Vec<Listing> {
        let ids: Vec<_> = delivered.iter().map(|new| new.provider_id.clone()).collect();
        let found = self.world.ports.listings.with_provider_ids(&self.scope().await, self.account.id, &ids).await;
        let mut found = found.expect("no failure");
        found.sort_by_key(Listing::id);
        found
    }

    /// Returns the decision on a delivery, based on the stored listings.
    pub(crate) async fn delivery(&self, delivered: Vec<NewListing>) -> (Delivered, Option<Change<Delivery>>) {
        let (scope, stored) = (self.scope().await, self.known(&delivered).await);
        let delivered = delivered.into_iter().map(|new| (ListingId::new(build::id()), new)).collect();
        let decided = Delivery::decide(&self.account, delivered, stored, &scope, Self::stamp(&scope));
        decided.expect("compatible values")
    }

    pub(crate) async fn deliver(&self, delivered: Vec<NewListing>) -> Result<Delivered, RepositoryError> {
        let (outcome, change) = self.delivery(delivered).await;
        if let Some(change) = change {
            self.world.ports.listings.deliver(&self.scope().await, change).await?;
        }
        Ok(outcome)
    }

    /// Imports listings of other tenants.
    pub(crate) async fn import(&self, ids: &[ListingId]) -> Result<(), RepositoryError> {
        let (imports, scope) = (&self.world.ports.imports, self.scope().await);
        let candidates = imports.candidates(&scope, ids).await?;
        let batch = decide(self.tenant.id(), &candidates, ids).map_err(|_| RepositoryError::Stale)?;
        imports.add(&scope, batch.by(&scope, Self::stamp(&scope))).await
    }

    /// Returns the whole list, after checking that the count agrees.
    pub(crate) async fn listed(&self, filter: &ListingFilter) -> Vec<TenantListing> {
        let (queries, scope) = (&self.world.ports.listing_queries, self.scope().await);
        let listed = queries.list(&scope, filter, ALL).await.expect("a list");
        let count = queries.count(&scope, filter).await.expect("a count");
        assert_eq!((listed.items.len() as u64, listed.has_more), (count, false), "{filter:?}");
        listed.items
    }

    /// Returns all results of the search, after checking that the count agrees.
    pub(crate) async fn found(&self, around: Around, filter: &ListingFilter) -> Vec<TenantListing> {
        let (queries, scope) = (&self.world.ports.listing_queries, self.scope().await);
        let found =
            queries.search(&scope, around, filter, ALL, u32::MAX).await.expect("a search").expect("not too much");
        let count = queries.count_found(&scope, around, filter, u32::MAX).await.expect("a count");
        assert_eq!((Some(found.items.len() as u64), found.has_more), (count, false), "{around:?} {filter:?}");
        found.items
    }
}

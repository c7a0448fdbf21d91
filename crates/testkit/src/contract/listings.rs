//! Single listings.

use domain::access::{OperatorScope, TenantStanding};
use domain::change::Change;
use domain::ids::{IntegrationAccountId, ListingId, WorkspaceId};
use domain::integration_accounts::AccountStatus;
use domain::listings::{
    AddressEdit, Delivery, Listing, ListingEdit, ListingParts, ListingStatus, NewListing, Picture, TenantListing,
    Unavailable,
};
use domain::patch::Patch;
use domain::tenants::TenantStatus;
use ports::{ListingFilter, RepositoryError, rules};

use super::Ports;
use super::host::{Host, account_with, is_stale, new_listing, renamed, requiring, with_status};
use super::world::twenty_at_once;
use crate::build;

fn is_taken<T>(result: &Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::Taken { rule: rules::LISTING_PROVIDER_ID }))
}

/// Sets every optional field, with values that databases often mishandle.
fn everything() -> ListingEdit {
    let picture = |url: &str, description: Option<&str>| Picture {
        url: url.parse().expect("an address"),
        description: description.map(|text| text.parse().expect("a text")),
    };
    ListingEdit {
        internal_name: Patch::Set("Zimmer 🏨 \"7\" '; --".parse().expect("a name")),
        description: Patch::Set("Quiet.\n\tNo lift, 100 % \\ charm".parse().expect("a description")),
        kind: Patch::Set("Apartment".parse().expect("a type")),
        status: Some(ListingStatus::Inactive),
        thumbnail: Patch::Set("https://example.com/7.jpg?small=1&x='".parse().expect("an address")),
        pictures: Some(vec![
            picture("https://example.com/b.jpg", Some("The \"Küche\"")),
            picture("https://example.com/a.jpg", None),
        ]),
        address: Patch::Set(AddressEdit {
            line1: Patch::Set("115 East 23rd Street".parse().expect("a line")),
            line2: Patch::Set("5th Floor".parse().expect("a line")),
            city: Patch::Set("New York".parse().expect("a city")),
            state: Patch::Set("NY".parse().expect("a state")),
            country: Patch::Set("US".parse().expect("a country")),
            postal_code: Patch::Set("10010".parse().expect("a post code")),
        }),
        time_zone: Patch::Set("America/New_York".parse().expect("a time zone")),
        minimum_nights: Some(3.try_into().expect("nights")),
        maximum_nights: Patch::Set(30.try_into().expect("nights")),
        max_infants: Patch::Set(0.try_into().expect("infants")),
        pets_allowed: Patch::Set(false),
        bedroom_count: Some(2.try_into().expect("bedrooms")),
        bathroom_count: Some("1.5".parse().expect("bathrooms")),
        amenities: Some(["Wifi", "Café, \"près\"", "100%"].map(|text| text.parse().expect("an amenity")).into()),
        ..ListingEdit::default()
    }
}

/// Clears the fields that [`everything`] sets, and changes the required ones.
fn nothing() -> ListingEdit {
    ListingEdit {
        provider_id: Some("another id".parse().expect("an id")),
        name: Some("Barn".parse().expect("a name")),
        internal_name: Patch::Clear,
        description: Patch::Clear,
        kind: Patch::Clear,
        status: Some(ListingStatus::Active),
        thumbnail: Patch::Clear,
        pictures: Some(vec![]),
        address: Patch::Clear,
        latitude: Some("-89.999999999".parse().expect("a latitude")),
        longitude: Some("179.999999999".parse().expect("a longitude")),
        time_zone: Patch::Clear,
        minimum_nights: Some(1.try_into().expect("nights")),
        maximum_nights: Patch::Clear,
        max_occupancy: Some(1_000.try_into().expect("an occupancy")),
        max_infants: Patch::Clear,
        pets_allowed: Patch::Clear,
        bedroom_count: Some(0.try_into().expect("bedrooms")),
        bathroom_count: Some("0".parse().expect("bathrooms")),
        start_price: Some("1000000000".parse().expect("an amount")),
        currency: Some("JPY".parse().expect("a currency")),
        amenities: Some(vec![]),
    }
}

/// Compares every field, of a full listing and of one with the required fields only.
pub async fn a_listing_comes_back_as_it_was_stored(ports: Ports) {
    let host = Host::open(ports).await;
    let full = NewListing { rest: everything(), currency: "KWD".parse().ok(), ..new_listing("Ⅶ/7 %_'") };
    for new in [new_listing("plain"), full] {
        let change = host.creation(new).await;
        let expected = TenantListing::own(change.after.clone(), host.tenant.id(), true);
        let created = host.world.ports.listings.create(&host.scope().await, change).await;
        assert_eq!(created.expect("created"), expected);
        assert_eq!(host.get(expected.listing.id()).await.as_ref(), Some(&expected));
        assert_eq!(host.listed(&ListingFilter::default()).await.last(), Some(&expected));
    }
}

/// Fields are set, left unchanged and cleared.
pub async fn a_changed_listing_comes_back_as_it_was_stored(ports: Ports) {
    let host = Host::open(ports).await;
    let mut listing = host.listing("7").await;
    for edit in [everything(), renamed("Barn"), nothing()] {
        let change = host.edition(&listing, edit).await;
        listing = change.after.clone();
        let updated = host.world.ports.listings.update(&host.scope().await, change).await.expect("updated");
        assert_eq!(updated.listing, listing);
        assert_eq!(updated.unavailable.is_none(), listing.details().status == ListingStatus::Active);
        assert_eq!(host.get(listing.id()).await, Some(updated));
    }
    assert_eq!(listing.version(), 4);
    host.edit_account(account_with(AccountStatus::Inactive)).await;
    let asleep = host.update(&listing, renamed("Loft")).await.expect("updated");
    assert_eq!(asleep.unavailable, Some(Unavailable::AccountInactive));
    assert_eq!(host.get(listing.id()).await, Some(asleep));
}

/// Finds the account's name and the workspace's currency; `None` for an unknown account.
pub async fn an_account_says_what_a_listing_takes_from_it(ports: Ports) {
    let host = Host::open(ports).await;
    assert_eq!((host.account.name.as_str(), host.account.default_currency.code()), ("Host", "USD"));
    let unknown = IntegrationAccountId::new(build::id());
    assert_eq!(host.world.ports.listings.account(&host.scope().await, unknown).await.expect("no failure"), None);
}

/// Finds the present owner, active or not, but only from the account's own workspace.
pub async fn the_operator_finds_whose_an_account_is(ports: Ports) {
    let host = Host::open(ports).await;
    let heir = Host::of(&host.world, "heir").await;
    let owner = async |workspace: WorkspaceId, account: IntegrationAccountId| {
        let found = host.world.ports.listings.owner(&OperatorScope::new(), workspace, account).await;
        found.expect("no failure")
    };
    let (workspace, account) = (host.world.workspace_id(), host.account.id);
    let standing = |host: &Host, status| {
        let (id, name) = (host.tenant.id(), host.tenant.name().clone());
        Some(TenantStanding { id, name, is_default: false, status })
    };
    assert_eq!(owner(workspace, account).await, standing(&host, TenantStatus::Active));
    assert_eq!(owner(workspace, IntegrationAccountId::new(build::id())).await, None);
    assert_eq!(owner(host.world.beside().await.workspace_id(), account).await, None);

    host.world.move_account(account, &heir.tenant).await;
    host.world.set_status(&heir.tenant, TenantStatus::Inactive).await;
    assert_eq!(owner(workspace, account).await, standing(&heir, TenantStatus::Inactive));
}

/// `Stale`.
pub async fn a_listing_of_an_account_that_is_gone_is_not_stored(ports: Ports) {
    let mut host = Host::open(ports).await;
    host.account.id = IntegrationAccountId::new(build::id());
    assert!(is_stale(&host.create(new_listing("7")).await));
    assert!(is_stale(&host.deliver(vec![new_listing("7")]).await));
    assert_eq!(host.listed(&ListingFilter::default()).await, []);
}

/// `Taken { rule: "listing_provider_id" }`, on create and on update, within one account only.
pub async fn a_provider_id_is_taken_once_in_its_account(ports: Ports) {
    let host = Host::open(ports).await;
    let [first, second] = [host.listing("7").await, host.listing("8").await];
    let trail = host.world.ports.trail.actions().await;
    let taken = host.create(new_listing("7")).await;
    assert!(is_taken(&taken), "{taken:?}");
    let edit = ListingEdit { provider_id: "7".parse().ok(), ..ListingEdit::default() };
    let taken = host.update(&second, edit).await;
    assert!(is_taken(&taken), "{taken:?}");
    assert_eq!(host.world.ports.trail.actions().await, trail);
    assert_eq!(host.listed(&ListingFilter::default()).await, [&first, &second].map(|one| host.own(one.clone())));

    host.another_account().await.create(new_listing("7")).await.expect("another account");
    host.delete(&first).await.expect("deleted");
    host.create(new_listing("7")).await.expect("free again");
}

/// A race.
pub async fn of_twenty_who_create_the_same_provider_id_one_wins(ports: Ports) {
    let host = Host::open(ports).await;
    let (won, lost) = twenty_at_once(|| {
        let host = host.clone();
        async move { host.create(new_listing("7")).await }
    })
    .await;
    assert_eq!((won, host.listed(&ListingFilter::default()).await.len()), (1, 1));
    let taken = |error: &RepositoryError| matches!(error, RepositoryError::Taken { rule: rules::LISTING_PROVIDER_ID });
    assert!(lost.iter().all(taken), "{lost:?}");
}

/// `Stale`.
pub async fn an_update_of_an_old_listing_is_stale(ports: Ports) {
    let host = Host::open(ports).await;
    let read = host.listing("7").await;
    let changed = host.update(&read, renamed("Barn")).await.expect("updated");
    assert!(is_stale(&host.update(&read, renamed("Tower")).await));
    assert_eq!(host.get(read.id()).await, Some(changed.clone()));
    host.delete(&changed.listing).await.expect("deleted");
    assert!(is_stale(&host.update(&changed.listing, renamed("Tower")).await));
    assert_eq!(host.get(read.id()).await, None);
}

/// A race.
pub async fn of_twenty_who_update_a_listing_one_wins(ports: Ports) {
    let host = Host::open(ports).await;
    let read = host.listing("7").await;
    let (won, lost) = twenty_at_once(|| {
        let (host, read) = (host.clone(), read.clone());
        async move { host.update(&read, renamed("Barn")).await }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");
}

/// `Stale` for an old version, and for a listing that is deleted already.
pub async fn deleting_an_old_listing_is_stale(ports: Ports) {
    let host = Host::open(ports).await;
    let read = host.listing("7").await;
    let changed = host.update(&read, renamed("Barn")).await.expect("updated");
    assert!(is_stale(&host.delete(&read).await));
    assert_eq!(host.get(read.id()).await, Some(changed.clone()));
    host.delete(&changed.listing).await.expect("deleted");
    assert!(is_stale(&host.delete(&changed.listing).await));
}

/// The imports of all importers are deleted; other listings stay imported.
pub async fn a_deleted_listing_takes_its_imports_with_it(ports: Ports) {
    let host = Host::open(ports).await;
    let [listing, other] = [host.listing("7").await, host.listing("8").await];
    let ids = [listing.id(), other.id()];
    let importers = [Host::of(&host.world, "one").await, Host::of(&host.world, "two").await];
    for importer in &importers {
        importer.import(&ids).await.expect("imported");
    }
    host.delete(&listing).await.expect("deleted");
    for importer in &importers {
        let left = host.world.ports.imports.imported(&importer.scope().await, &ids).await.expect("no failure");
        assert_eq!(left, [other.id()]);
        assert_eq!(importer.get(listing.id()).await, None);
    }
}

/// A race, ten times.
pub async fn an_import_and_a_deletion_of_its_listing_at_once_leave_nothing(ports: Ports) {
    let host = Host::open(ports).await;
    let importer = Host::of(&host.world, "importer").await;
    for round in 0..10 {
        let listing = host.listing(&round.to_string()).await;
        let (id, owner, other) = (listing.id(), host.clone(), importer.clone());
        let importing = tokio::spawn(async move { other.import(&[id]).await });
        let deleting = tokio::spawn(async move { owner.delete(&listing).await });
        let outcome = importing.await.expect("no panic");
        assert!(outcome.is_ok() || is_stale(&outcome), "{outcome:?}");
        deleting.await.expect("no panic").expect("an import does not prevent a deletion");
        let left = host.world.ports.imports.imported(&importer.scope().await, &[id]).await.expect("no failure");
        assert_eq!((left, host.get(id).await), (vec![], None));
    }
}

/// `Stale`, for every operation.
pub async fn a_listing_whose_account_moved_away_is_stale(ports: Ports) {
    let host = Host::open(ports).await;
    let heir = Host::of(&host.world, "heir").await;
    let listing = host.listing("7").await;
    let creation = host.creation(new_listing("8")).await;
    let (scope, edition) = (host.scope().await, host.edition(&listing, renamed("Barn")).await);
    let delivery = host.delivery(vec![new_listing("8")]).await.1.expect("a change");
    host.world.move_account(host.account.id, &heir.tenant).await;

    let listings = &host.world.ports.listings;
    assert!(is_stale(&listings.create(&scope, creation).await));
    assert!(is_stale(&listings.update(&scope, edition).await));
    assert!(is_stale(&listings.deliver(&scope, delivery).await));
    assert!(is_stale(&host.delete(&listing).await));
    assert_eq!(host.listed(&ListingFilter::default()).await, []);
    assert_eq!(heir.listed(&ListingFilter::default()).await, [heir.own(listing)]);
}

/// Finds listings of the tenant's own account only.
pub async fn listings_are_found_by_the_ids_of_their_provider(ports: Ports) {
    let host = Host::open(ports).await;
    let [first, second] = [host.listing("7").await, host.listing("it's 8, %").await];
    host.listing("9").await;
    host.another_account().await.listing("7").await;
    let neighbour = Host::of(&host.world, "neighbour").await;
    let elsewhere = Host::of(&host.world.beside().await, "stranger").await;
    let requested = ["it's 8, %", "7", "unknown", "_"].map(new_listing);
    assert_eq!(host.known(&requested).await, [first, second]);
    assert_eq!(host.known(&[]).await, []);
    for other in [neighbour, elsewhere] {
        let curious = Host { account: host.account.clone(), ..other };
        assert_eq!(curious.known(&requested).await, [], "the account is another tenant's");
    }
}

/// Isolation: of tenants in a workspace, and of workspaces.
pub async fn another_tenant_reaches_no_listing(ports: Ports) {
    let host = Host::open(ports).await;
    let listing = host.listing("7").await;
    let neighbour = Host::of(&host.world, "neighbour").await;
    let elsewhere = Host::of(&host.world.beside().await, "stranger").await;

    for other in [&neighbour, &elsewhere] {
        let (scope, listings) = (other.scope().await, &other.world.ports.listings);
        assert_eq!(other.get(listing.id()).await, None);
        assert_eq!(listings.account(&scope, host.account.id).await.expect("no failure"), None);
        let of_the_account =
            ListingFilter { integration_account_id: Some(host.account.id), ..ListingFilter::default() };
        for filter in [ListingFilter::default(), of_the_account] {
            assert_eq!(other.listed(&filter).await, []);
        }

        assert!(is_stale(&other.update(&listing, renamed("Taken over")).await));
        assert!(is_stale(&other.delete(&listing).await));
        let there = Host { account: host.account.clone(), ..other.clone() };
        assert!(is_stale(&there.create(new_listing("8")).await));
        assert!(is_stale(&there.deliver(vec![new_listing("8")]).await));

        // A forged listing names the caller's own account, but the stored account decides.
        let forged = Listing::from_parts(ListingParts {
            workspace_id: scope.workspace_id(),
            integration_account_id: other.account.id,
            ..listing.clone().into_parts()
        });
        assert!(is_stale(&other.update(&forged, renamed("Taken over")).await));
        assert!(is_stale(&other.delete(&forged).await));
        let change = other.delivery(vec![new_listing("8")]).await.1.expect("a change");
        let next = other.edition(&forged, renamed("Taken over")).await.after;
        let planted = Listing::from_parts(ListingParts {
            id: ListingId::new(build::id()),
            integration_account_id: host.account.id,
            ..change.after.listings[0].clone().into_parts()
        });
        for forged in [next, planted] {
            let after = Delivery { listings: vec![forged], ..change.after.clone() };
            let refused = listings.deliver(&scope, Change { after, ..change.clone() }).await;
            assert!(is_stale(&refused), "{refused:?}");
        }
        assert_eq!(other.listed(&ListingFilter::default()).await, []);
    }
    assert_eq!(host.listed(&ListingFilter::default()).await, [host.own(listing)]);
}

/// Entries are written in the transaction of the change.
pub async fn every_change_of_a_listing_leaves_one_entry(ports: Ports) {
    let host = Host::open(ports).await;
    let before = host.world.ports.trail.actions().await.len();
    let listing = host.listing("7").await;
    let listing = host.update(&listing, with_status(ListingStatus::Inactive)).await.expect("updated").listing;
    host.delete(&listing).await.expect("deleted");
    host.deliver(["7", "8"].map(new_listing).into()).await.expect("delivered");
    let trail = host.world.ports.trail.actions().await;
    assert_eq!(trail[before..], ["listing.create", "listing.update", "listing.delete", "listing.deliver"]);
}

/// `Stale`.
pub async fn a_listing_that_is_changed_meanwhile_is_not_deleted(ports: Ports) {
    let host = Host::open(ports.clone()).await;
    let listing = host.listing("7").await;
    let (changed, deleted) = ports.overlap(host.update(&listing, renamed("Attic")), host.delete(&listing)).await;
    assert!(changed.is_ok() && is_stale(&deleted), "{changed:?} {deleted:?}");
}

/// `Stale`.
pub async fn a_new_listing_needs_the_approval_that_its_account_requires_meanwhile(ports: Ports) {
    let host = Host::open(ports.clone()).await;
    let ((), created) = ports.overlap(host.edit_account(requiring(true)), host.create(new_listing("7"))).await;
    assert!(is_stale(&created), "{created:?}");
}

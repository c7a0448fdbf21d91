//! Locations.

use domain::change::Change;
use domain::ids::LocationId;
use domain::locations::{Location, LocationDetails, LocationEdit, NewLocation};
use domain::patch::Patch;
use domain::tenants::Tenant;
use domain::users::{ApiUser, Role, Workplace};
use ports::{Page, PageStart, RepositoryError, rules};

use super::world::twenty_at_once;
use super::{Ports, World};
use crate::build;

const FIRST_PAGE: Page = Page { start: PageStart::Number(1), size: 100 };

/// Returns the creation of a location by the administrator, not yet stored.
async fn new_location(world: &World, tenant: &Tenant, details: LocationDetails) -> Change<Location> {
    let new = NewLocation { id: LocationId::new(build::id()), name: "Airport".parse().expect("a name"), details };
    Location::create(new, &world.scope_in(tenant.id()).await, world.stamp().await)
}

async fn create(world: &World, tenant: &Tenant) -> Location {
    let change = new_location(world, tenant, LocationDetails::default()).await;
    world.ports.locations.create(&world.scope_in(tenant.id()).await, change).await.expect("created")
}

async fn get(world: &World, tenant: &Tenant, id: LocationId) -> Option<Location> {
    world.ports.locations.get(&world.scope_in(tenant.id()).await, id).await.expect("no failure")
}

async fn renamed(world: &World, tenant: &Tenant, location: &Location, name: &str) -> Change<Location> {
    let edit = LocationEdit { name: Some(name.parse().expect("a name")), ..LocationEdit::default() };
    location.update(edit, &world.scope_in(tenant.id()).await, world.stamp().await).expect("a change")
}

async fn update(world: &World, tenant: &Tenant, change: Change<Location>) -> Result<Location, RepositoryError> {
    world.ports.locations.update(&world.scope_in(tenant.id()).await, change).await
}

async fn delete(world: &World, tenant: &Tenant, location: &Location) -> Result<(), RepositoryError> {
    let scope = world.scope_in(tenant.id()).await;
    let change = location.delete(&scope, world.stamp().await).expect("not the default one");
    world.ports.locations.delete(&scope, change).await
}

/// Creates a user whose home is the tenant and whose work place is the location.
async fn new_clerk(world: &World, home: &Tenant, location: &Location) -> Result<ApiUser, RepositoryError> {
    let scope = world.scope_in(home.id()).await;
    let change = world.user_change(&scope, Role::FrontDesk, &format!("{}@example.com", location.id())).await;
    let mut clerk = change.after.clone().into_parts();
    clerk.workplace = Some(Workplace { id: location.id(), name: location.name().clone() });
    let change = Change { after: ApiUser::from_parts(clerk), ..change };
    world.ports.users.create(&scope, change).await
}

fn is_stale<T>(result: &Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::Stale))
}

fn is_in_use<T>(result: &Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::Taken { rule: rules::LOCATION_IN_USE }))
}

/// Compares every field, with values that databases often mishandle.
pub async fn a_location_comes_back_as_it_was_stored(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let details = LocationDetails {
        description: Some("Zimmer 🏨\n\tmit \"Blick\" '; --".parse().expect("a description")),
        address: Some("115 East 23rd Street 5th Floor".parse().expect("an address")),
        post_code: Some("10010".parse().expect("a post code")),
        city: Some("New York".parse().expect("a city")),
        state: Some("NY".parse().expect("a state")),
        country: Some("US".parse().expect("a country")),
        latitude: Some("40.7390000".parse().expect("a latitude")),
        longitude: Some("-073.98".parse().expect("a longitude")),
        external_location_id: Some("POS/7 %_".parse().expect("a name")),
    };
    let change = new_location(&world, &channel, details).await;
    let expected = change.after.clone();
    let scope = world.scope_in(channel.id()).await;
    assert_eq!(world.ports.locations.create(&scope, change).await.expect("created"), expected);
    assert_eq!(get(&world, &channel, expected.id()).await, Some(expected.clone()));
    let listed = world.ports.location_queries.list(&scope, FIRST_PAGE).await.expect("a list").items;
    assert_eq!((listed.len(), &listed[1]), (2, &expected));
    assert!(listed[0].is_default());
}

/// Fields are cleared, set and left unchanged, also those of the default location.
pub async fn a_changed_location_comes_back_as_it_was_stored(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let scope = world.scope_in(channel.id()).await;
    let details = LocationDetails { city: Some("Paris".parse().expect("a city")), ..LocationDetails::default() };
    let change = new_location(&world, &channel, details).await;
    let created = world.ports.locations.create(&scope, change).await.expect("created");
    let edit = LocationEdit {
        city: Patch::Clear,
        latitude: Patch::Set("48.85".parse().expect("a latitude")),
        ..LocationEdit::default()
    };
    let change = created.update(edit, &scope, world.stamp().await).expect("a change");
    let expected = change.after.clone();
    assert_eq!(update(&world, &channel, change).await.expect("updated"), expected);
    assert_eq!(get(&world, &channel, created.id()).await, Some(expected));

    let default = world.ports.location_queries.list(&scope, FIRST_PAGE).await.expect("a list").items.remove(0);
    let changed = update(&world, &channel, renamed(&world, &channel, &default, "Main").await).await.expect("updated");
    assert!(changed.is_default());
    assert_eq!(get(&world, &channel, default.id()).await, Some(changed));
}

/// `Stale`.
pub async fn a_location_of_a_tenant_that_is_gone_is_not_stored(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let scope = world.scope_in(channel.id()).await;
    let change = new_location(&world, &channel, LocationDetails::default()).await;
    world.delete(&channel).await.expect("deleted");
    let late = world.ports.locations.create(&scope, change).await;
    assert!(is_stale(&late), "{late:?}");
}

/// `Taken { rule: "location_default" }`.
pub async fn a_tenant_has_one_default_location(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let change = new_location(&world, &channel, LocationDetails::default()).await;
    let second = Change { after: Location::default_of(&channel, change.after.id()), ..change };
    let taken = world.ports.locations.create(&world.scope_in(channel.id()).await, second).await;
    assert!(matches!(taken, Err(RepositoryError::Taken { rule: rules::LOCATION_DEFAULT })), "{taken:?}");
}

/// `Stale`.
pub async fn an_update_of_an_old_location_is_stale(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let read = create(&world, &channel).await;
    let first = renamed(&world, &channel, &read, "First rename").await;
    let second = renamed(&world, &channel, &read, "Second rename").await;
    let stored = update(&world, &channel, first).await.expect("updated");
    assert!(is_stale(&update(&world, &channel, second).await));
    assert_eq!(get(&world, &channel, read.id()).await, Some(stored.clone()));

    let gone = renamed(&world, &channel, &stored, "Third rename").await;
    delete(&world, &channel, &stored).await.expect("deleted");
    assert!(is_stale(&update(&world, &channel, gone).await));
}

/// A race.
pub async fn of_twenty_who_update_a_location_one_wins(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let read = create(&world, &channel).await;
    let (won, lost) = twenty_at_once(|| {
        let (world, channel, read) = (world.clone(), channel.clone(), read.clone());
        async move { update(&world, &channel, renamed(&world, &channel, &read, "Another name").await).await }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");
}

/// `Stale`, also the second time.
pub async fn deleting_an_old_location_is_stale(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let read = create(&world, &channel).await;
    let changed = update(&world, &channel, renamed(&world, &channel, &read, "Another name").await).await;
    let changed = changed.expect("updated");
    assert!(is_stale(&delete(&world, &channel, &read).await));
    assert_eq!(get(&world, &channel, read.id()).await, Some(changed.clone()));
    delete(&world, &channel, &changed).await.expect("deleted");
    assert_eq!(get(&world, &channel, read.id()).await, None);
    assert!(is_stale(&delete(&world, &channel, &changed).await));
}

/// `Taken { rule: "location_in_use" }`.
pub async fn a_location_where_users_work_is_not_deleted(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let [used, unused] = [create(&world, &channel).await, create(&world, &channel).await];
    new_clerk(&world, &channel, &used).await.expect("a user");
    let trail = world.ports.trail.actions().await;
    let refused = delete(&world, &channel, &used).await;
    assert!(is_in_use(&refused), "{refused:?}");
    assert_eq!(get(&world, &channel, used.id()).await, Some(used));
    assert_eq!(world.ports.trail.actions().await, trail);
    delete(&world, &channel, &unused).await.expect("no user works there");
}

/// A race, ten times.
pub async fn new_users_and_a_deletion_at_once_leave_nobody_without_a_place(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    for _ in 0..10 {
        let location = create(&world, &channel).await;
        let id = location.id();
        let [(there, home), (here, tenant)] = [(); 2].map(|()| (world.clone(), channel.clone()));
        let [workplace, doomed] = [location.clone(), location.clone()];
        let hiring = tokio::spawn(async move { new_clerk(&there, &home, &workplace).await });
        let deleting = tokio::spawn(async move { delete(&here, &tenant, &doomed).await });
        let (hired, deleted) = (hiring.await.expect("no panic"), deleting.await.expect("no panic"));
        match (&hired, &deleted) {
            (Ok(_), refused) if is_in_use(refused) => {
                assert_eq!(get(&world, &channel, id).await, Some(location));
            }
            (refused, Ok(())) if is_stale(refused) => assert_eq!(get(&world, &channel, id).await, None),
            both => panic!("one of them wins: {both:?}"),
        }
    }
}

/// Isolation: of tenants in a workspace, and of workspaces.
pub async fn another_tenant_reaches_no_location(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let sibling = world.create("sibling").await.expect("created");
    let location = create(&world, &channel).await;
    let elsewhere = world.beside().await;
    let stranger = elsewhere.create("stranger").await.expect("created");

    for (world, other) in [(&world, &sibling), (&elsewhere, &stranger)] {
        let scope = world.scope_in(other.id()).await;
        assert_eq!(get(world, other, location.id()).await, None);
        let listed = world.ports.location_queries.list(&scope, FIRST_PAGE).await.expect("a list").items;
        assert_eq!(listed.len(), 1, "the tenant's own default location");
        let renamed = renamed(world, other, &location, "Taken over").await;
        assert!(is_stale(&update(world, other, renamed.clone()).await));
        let mut row = renamed.after.clone().into_parts();
        (row.workspace_id, row.tenant_id) = (scope.workspace_id(), scope.tenant_id());
        let forged = Change { after: Location::from_parts(row), ..renamed };
        assert!(is_stale(&update(world, other, forged).await), "the scope's tenant decides, not the location's");
        assert!(is_stale(&delete(world, other, &location).await));
        let mut row = location.clone().into_parts();
        row.id = LocationId::new(build::id());
        let after = Location::from_parts(row);
        let planted = Change { after, ..new_location(world, other, LocationDetails::default()).await };
        assert!(is_stale(&world.ports.locations.create(&scope, planted).await));
    }
    assert_eq!(get(&world, &channel, location.id()).await, Some(location));
}

/// Entries are written in the transaction of the change.
pub async fn every_change_of_a_location_leaves_one_entry(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let location = create(&world, &channel).await;
    let location = update(&world, &channel, renamed(&world, &channel, &location, "Seaport").await).await;
    delete(&world, &channel, &location.expect("updated")).await.expect("deleted");
    let trail = world.ports.trail.actions().await;
    assert_eq!(trail[2..], ["location.create", "location.update", "location.delete"]);
}

/// `Stale`.
pub async fn a_location_that_is_changed_meanwhile_is_not_deleted(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let channel = world.create("channel").await.expect("created");
    let location = create(&world, &channel).await;
    let change = renamed(&world, &channel, &location, "Seaport").await;
    let (changed, deleted) = ports.overlap(update(&world, &channel, change), delete(&world, &channel, &location)).await;
    assert!(changed.is_ok() && is_stale(&deleted), "{changed:?} {deleted:?}");
}

/// `Taken { rule: "location_in_use" }`.
pub async fn a_location_where_a_user_begins_to_work_meanwhile_is_not_deleted(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let channel = world.create("channel").await.expect("created");
    let location = create(&world, &channel).await;
    let (hired, deleted) =
        ports.overlap(new_clerk(&world, &channel, &location), delete(&world, &channel, &location)).await;
    assert!(hired.is_ok() && is_in_use(&deleted), "{hired:?} {deleted:?}");
}

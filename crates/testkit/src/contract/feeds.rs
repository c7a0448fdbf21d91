//! Reading of the event log, and of the feeds of tenants.

use domain::access::{EventScope, TenantChoice};
use domain::audit::{Actor, Fact};
use domain::events::{Datum, Event, TypePattern};
use domain::ids::TenantId;
use domain::tenants::Tenant;
use domain::users::Role;
use ports::{EventFilter, EventPage, LogState};

use super::host::Host;
use super::{Ports, World};
use crate::build;

/// Returns the administrator's scope: a tenant's feed, or the log of the workspace.
async fn scope(world: &World, tenant: Option<TenantId>) -> EventScope {
    let choice = tenant.map_or(TenantChoice::Home, TenantChoice::Named);
    world.caller(&world.token, choice).await.event_scope(tenant.is_none()).expect("an administrator")
}

async fn page(world: &World, tenant: Option<TenantId>, filter: &EventFilter) -> EventPage {
    world.ports.events.read(&scope(world, tenant).await, filter).await.expect("a page")
}

/// Returns all events of these types, without a limit that matters.
async fn events(world: &World, tenant: Option<TenantId>, types: &[&str]) -> EventPage {
    let types = types.iter().map(|name| name.parse::<TypePattern>().expect("a type")).collect();
    page(world, tenant, &EventFilter { after: 0, types, limit: 100 }).await
}

fn types(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.event_type.as_str()).collect()
}

fn positions(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.position).collect()
}

/// Creates two tenants by turns with three users of each.
async fn two_channels(world: &World) -> [Tenant; 2] {
    let [one, other] = ["one", "other"];
    let channels = [world.create(one).await.expect("created"), world.create(other).await.expect("created")];
    for number in 0..3 {
        for channel in &channels {
            let email = format!("{}-{number}@example.com", channel.id());
            world.new_user(channel, Role::Venue, &email).await.expect("a user");
        }
    }
    world.number().await;
    channels
}

/// The bounds of a log before its first event is numbered.
pub async fn a_log_without_events_begins_at_one(ports: Ports) {
    let world = World::new(ports).await;
    let scope = scope(&world, None).await;
    let empty = EventPage { events: vec![], position: 0, has_more: false, oldest: 1 };
    assert_eq!(events(&world, None, &[]).await, empty);
    assert_eq!(world.ports.events.log(&scope).await.expect("a log"), LogState { position: 0, oldest: 1 });
    world.number().await;
    assert_eq!(world.ports.events.log(&scope).await.expect("a log"), LogState { position: 1, oldest: 1 });
}

/// Walks a feed and the log in pages.
pub async fn a_page_is_read_after_a_position_and_says_how_far_it_has_read(ports: Ports) {
    let world = World::new(ports).await;
    let [one, _] = two_channels(&world).await;
    for tenant in [None, Some(one.id())] {
        let whole = events(&world, tenant, &[]).await;
        assert_eq!((whole.position, whole.has_more, whole.oldest), (9, false, 1), "to the end of the log");
        let (mut after, mut walked) = (0, Vec::new());
        loop {
            let page = page(&world, tenant, &EventFilter { after, types: vec![], limit: 2 }).await;
            assert!(page.events.len() <= 2);
            walked.extend(page.events.clone());
            if !page.has_more {
                assert_eq!(page.position, 9);
                break;
            }
            assert_eq!(Some(page.position), page.events.last().map(|event| event.position));
            after = page.position;
        }
        assert_eq!(walked, whole.events);
        let end = page(&world, tenant, &EventFilter { after: 9, types: vec![], limit: 2 }).await;
        assert_eq!(end, EventPage { events: vec![], position: 9, has_more: false, oldest: 1 });
    }
}

/// Isolation of tenants.
pub async fn a_tenant_reads_its_feed_and_the_default_tenant_the_log(ports: Ports) {
    let world = World::new(ports).await;
    let [one, other] = two_channels(&world).await;
    let log = events(&world, None, &[]).await.events;
    assert_eq!(positions(&log), (1..=9).collect::<Vec<_>>());
    for channel in [&one, &other] {
        let own = events(&world, Some(channel.id()), &[]).await.events;
        assert_eq!(types(&own), ["tenant.created", "user.created", "user.created", "user.created"]);
        assert!(own.iter().all(|event| event.tenant_id == channel.id()), "{own:?}");
        let of_log = log.iter().filter(|event| event.tenant_id == channel.id());
        assert_eq!(own, of_log.cloned().collect::<Vec<_>>(), "the log has the same");
    }
    let of_default = events(&world, Some(world.default_tenant), &[]).await.events;
    assert_eq!(types(&of_default), ["workspace.created", "tenant.created", "tenant.created"]);
}

/// Selects by type and by resource, in a feed and in the log.
pub async fn types_select_events_and_pass_the_others_over(ports: Ports) {
    let world = World::new(ports).await;
    let [one, _] = two_channels(&world).await;
    for (selected, of_tenant, of_log) in [
        (&["user.created"][..], 3, 6),
        (&["user.*"], 3, 6),
        (&["tenant.*", "user.created"], 4, 8),
        (&["tenant.created", "user.deleted", "listing.*"], 1, 2),
        (&["reservation.*"], 0, 0),
    ] {
        for (tenant, expected) in [(Some(one.id()), of_tenant), (None, of_log)] {
            let found = events(&world, tenant, selected).await;
            assert_eq!(found.events.len(), expected, "{selected:?}");
            assert!(found.events.iter().all(|event| {
                selected
                    .iter()
                    .any(|name| name.parse::<TypePattern>().is_ok_and(|pattern| pattern.matches(&event.event_type)))
            }));
            assert_eq!((found.position, found.has_more), (9, false), "{selected:?}");
        }
    }
    let user = "user.*".parse().expect("a type");
    let first = page(&world, Some(one.id()), &EventFilter { after: 0, types: vec![user], limit: 2 }).await;
    assert_eq!((first.events.len(), first.has_more), (2, true));
    assert_eq!(Some(first.position), first.events.last().map(|event| event.position));
}

/// Compares the parts of an event, and what its two tenants see.
pub async fn an_event_is_read_as_it_was_told(ports: Ports) {
    let world = World::new(ports).await;
    let [owner, importer] = [Host::of(&world, "owner").await, Host::of(&world, "importer").await];
    let listing = owner.listing("loft").await;
    importer.import(&[listing.id()]).await.expect("imported");
    world.number().await;
    let import = |tenant: &Tenant| events(&world, Some(tenant.id()), &["import.created"]);
    let [own, of_owner] = [import(&importer.tenant).await, import(&owner.tenant).await].map(|page| {
        let [event] = &page.events[..] else { panic!("one event: {page:?}") };
        event.clone()
    });
    let listings = ("listingIDs".to_owned(), Datum::Ids(vec![listing.id().as_uuid()]));
    assert!(own.data.contains(&listings) && of_owner.data.contains(&listings), "{own:?} {of_owner:?}");
    assert!(matches!(own.actor, Some(Actor::ApiUser { .. })));
    assert_eq!((of_owner.actor.as_ref(), of_owner.id, of_owner.position), (None, own.id, own.position));
    assert_eq!((own.tenant_id, of_owner.tenant_id), (importer.tenant.id(), owner.tenant.id()));
    assert_eq!((own.at, own.before.is_empty()), (build::at(), true));

    let created = events(&world, Some(owner.tenant.id()), &["listing.created"]).await.events;
    let [created] = &created[..] else { panic!("one event: {created:?}") };
    assert_eq!((created.resource_kind.as_str(), created.resource_id), ("listing", listing.id().as_uuid()));
    assert!(created.after.contains(&("providerID".to_owned(), Fact::from("loft"))), "{created:?}");
    assert!(created.after.is_sorted_by_key(|(name, _)| name.clone()));
}

/// Isolation of workspaces.
pub async fn another_workspace_reads_its_own_log(ports: Ports) {
    let world = World::new(ports).await;
    let other = world.beside().await;
    two_channels(&world).await;
    let its = events(&other, None, &[]).await;
    assert_eq!((types(&its.events), its.position), (vec!["workspace.created"], 1), "it counts for itself");
    assert_eq!(events(&world, None, &[]).await.position, 9);
}

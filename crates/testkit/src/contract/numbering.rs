//! The numbering of several workspaces.

use domain::access::OperatorScope;
use domain::events::Event;
use domain::ids::TenantId;
use ports::{EventFilter, Numbered};

use super::events::{now, types};
use super::host::allowing;
use super::imports::Market;
use super::world::twenty_at_once;
use super::{Ports, World};
use crate::build;

async fn number(world: &World, most: u32) -> Numbered {
    world.ports.event_log.number(&OperatorScope::new(), build::at(), most).await.expect("numbered")
}

async fn feed(world: &World, tenant: Option<TenantId>, after: u64) -> Vec<Event> {
    let scope = OperatorScope::new().event_scope(world.workspace_id(), tenant);
    let filter = EventFilter { after, types: vec![], limit: 100 };
    world.ports.events.read(&scope, &filter).await.expect("a page").events
}

/// Changes of other workspaces are numbered with the first of the many, and these stand in their order.
pub async fn many_changes_of_a_workspace_delay_no_other(ports: Ports) {
    let busy = World::new(ports).await;
    let mut created = vec![];
    for name in 0..30 {
        created.push(busy.create(&format!("tenant-{name}")).await.expect("created").id().as_uuid());
    }
    let others = [busy.beside().await, busy.beside().await];
    others[1].create("channel").await.expect("created");
    assert!(number(&busy, 10).await.has_more);
    assert_eq!(types(&feed(&others[0], None, 0).await), ["workspace.created"]);
    assert_eq!(types(&feed(&others[1], None, 0).await), ["workspace.created", "tenant.created"]);
    let first = feed(&busy, None, 0).await.len();
    assert!((1..=10).contains(&first), "{first}");

    while number(&busy, 10).await.has_more {}
    let log = feed(&busy, None, 0).await;
    assert_eq!(log.iter().map(|event| event.position).collect::<Vec<_>>(), (1..=31).collect::<Vec<_>>());
    let told: Vec<_> = log[1..].iter().map(|event| event.resource_id).collect();
    assert_eq!(told, created);
}

/// The workspace with the imports, and another one.
pub async fn effects_are_told_although_others_are_numbered_at_the_same_time(ports: Ports) {
    let market = Market::open(ports).await;
    let (world, importer) = (market.world.clone(), market.importer.id());
    let [one, two] = market.listings().await;
    market.import(&market.importer, &[one, two]).await.expect("imported");
    let begin = now(&world).await;
    let other = world.beside().await;
    market.host.edit_account(allowing(false)).await;
    other.create("channel").await.expect("created");
    while number(&world, 500).await.has_more {}
    assert_eq!(types(&feed(&world, Some(importer), begin).await), ["import.asleep"]);
    assert_eq!(types(&feed(&other, None, 0).await), ["workspace.created", "tenant.created"]);
}

/// A race of servers: each change of each workspace has one event.
pub async fn twenty_who_number_many_workspaces_number_each_change_once(ports: Ports) {
    let first = World::new(ports).await;
    let mut worlds = vec![first.clone()];
    for _ in 0..4 {
        worlds.push(first.beside().await);
    }
    for world in &worlds {
        for name in 0..5 {
            world.create(&format!("tenant-{name}")).await.expect("created");
        }
    }
    let (done, failed) = twenty_at_once(|| {
        let ports = first.ports.clone();
        async move { ports.event_log.number(&OperatorScope::new(), build::at(), 7).await }
    })
    .await;
    assert_eq!(done, 20, "{failed:?}");
    while number(&first, 7).await.has_more {}
    for world in &worlds {
        let log = feed(world, None, 0).await;
        assert_eq!(log.iter().map(|event| event.position).collect::<Vec<_>>(), (1..=6).collect::<Vec<_>>());
        let mut ids: Vec<_> = log.iter().map(|event| event.id.as_uuid()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 6);
    }
}

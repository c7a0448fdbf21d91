//! The event log: its numbering, whom events concern, and retention.

use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;
use domain::access::OperatorScope;
use domain::audit::Fact;
use domain::events::{Datum, Event, MAX_LISTINGS};
use domain::ids::{ListingId, TenantId, WorkspaceId};
use domain::integration_accounts::{AccountStatus, ImportMode};
use domain::listings::{ListingEdit, ListingStatus, Unavailable};
use domain::patch::Patch;
use domain::tenants::TenantStatus;
use domain::traces::{TraceContext, TraceState};
use ports::{EventFilter, EventPage, LogState, traces};
use uuid::Uuid;

use super::host::{Host, account_with, allowing, is_stale, new_listing, renamed, with_status};
use super::import_policies::set;
use super::imports::Market;
use super::shop::{Shop, blocked, instant, pending, stay};
use super::world::twenty_at_once;
use super::{Ports, World};
use crate::build;

/// Numbers what waits, at most so many changes in a transaction. Returns the number of events.
async fn number_by(world: &World, most: u32) -> u64 {
    let mut events = 0;
    loop {
        let numbered = world.ports.event_log.number(&OperatorScope::new(), build::at(), most).await;
        let numbered = numbered.expect("numbered");
        events += numbered.events;
        if !numbered.has_more {
            return events;
        }
    }
}

async fn number(world: &World) -> u64 {
    number_by(world, 500).await
}

async fn page(world: &World, tenant: Option<TenantId>, after: u64) -> EventPage {
    let scope = OperatorScope::new().event_scope(world.workspace_id(), tenant);
    let filter = EventFilter { after, types: vec![], limit: 100 };
    world.ports.events.read(&scope, &filter).await.expect("a page")
}

/// Numbers what waits, and returns the log of the workspace.
async fn log(world: &World) -> Vec<Event> {
    number(world).await;
    page(world, None, 0).await.events
}

/// The last position of the log, once all is numbered.
pub(super) async fn now(world: &World) -> u64 {
    number(world).await;
    page(world, None, 0).await.position
}

/// Numbers what waits, and returns the events of the tenant's feed after a position.
pub(super) async fn feed(world: &World, tenant: TenantId, after: u64) -> Vec<Event> {
    number(world).await;
    page(world, Some(tenant), after).await.events
}

pub(super) fn types(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.event_type.as_str()).collect()
}

fn datum<'e>(event: &'e Event, name: &str) -> Option<&'e Datum> {
    event.data.iter().find(|(known, _)| known == name).map(|(_, datum)| datum)
}

fn listings(ids: &[ListingId]) -> Datum {
    Datum::from(ids)
}

fn reason(event: &Event) -> (&str, Option<&Datum>, Option<&Datum>) {
    (&event.event_type, datum(event, "reason"), datum(event, "listingIDs"))
}

/// Each entry of the trail has one event, whose positions are 1, 2, 3, ….
pub async fn every_change_is_numbered_once_without_gaps(ports: Ports) {
    let shop = Shop::open(ports).await;
    let world = &shop.owner.world;
    for most in [1, 3, 500] {
        shop.owner.quote(shop.id(), stay("2030-01-01", "2030-01-02")).await;
        let held = shop.importer.book(shop.id(), stay("2030-02-01", "2030-02-03"), pending()).await;
        shop.importer.turn(shop.owner.cancellation(&held.reservation).await).await.expect("cancelled");
        shop.owner.another_account().await;
        number_by(world, most).await;
    }
    assert_eq!(number(world).await, 0, "nothing is numbered again");
    let log = log(world).await;
    let positions: Vec<_> = log.iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..=u64::try_from(log.len()).expect("few")).collect::<Vec<_>>());
    let actions = world.ports.trail.actions().await;
    let changes = actions.iter().filter(|action| *action != "quote.create").count();
    assert_eq!((log.len(), actions.len()), (changes, changes + 3), "quotes leave no events");
    let ids: BTreeSet<_> = log.iter().map(|event| event.id.as_uuid()).collect();
    assert_eq!(ids.len(), log.len());
}

/// A race: each change begins with what the one before it has left.
pub async fn conflicting_changes_stand_in_the_order_in_which_they_took_effect(ports: Ports) {
    let host = Host::open(ports).await;
    let listing = host.listing("7").await.id();
    let begin = now(&host.world).await;
    for round in 0..5 {
        let (renamed, _) = twenty_at_once(|| {
            let (host, name) = (host.clone(), format!("Loft {round} {}", build::id()));
            async move {
                let listing = host.get(listing).await.expect("a listing").listing;
                host.update(&listing, renamed(&name)).await
            }
        })
        .await;
        assert!(renamed > 0);
        number_by(&host.world, 2).await;
    }
    let log = page(&host.world, None, begin).await.events;
    let name = |facts: &[(String, Fact)]| facts.iter().find(|(name, _)| name == "name").map(|(_, fact)| fact.clone());
    assert!(log.len() >= 5);
    for pair in log.windows(2) {
        assert_eq!(name(&pair[0].after), name(&pair[1].before), "{pair:?}");
    }
}

/// Two servers may number at the same time: each change has one event.
pub async fn twenty_who_number_at_once_number_each_change_once(ports: Ports) {
    let world = World::new(ports).await;
    for round in 0..10 {
        world.create(&format!("tenant-{round}")).await.expect("created");
    }
    let (done, failed) = twenty_at_once(|| {
        let ports = world.ports.clone();
        async move { ports.event_log.number(&OperatorScope::new(), build::at(), 3).await }
    })
    .await;
    assert_eq!(done, 20, "{failed:?}");
    let log = log(&world).await;
    assert_eq!(log.iter().map(|event| event.position).collect::<Vec<_>>(), (1..=11).collect::<Vec<_>>());
    let ids: BTreeSet<_> = log.iter().map(|event| event.id.as_uuid()).collect();
    assert_eq!(ids.len(), 11);
}

/// The positions of a workspace do not depend on another.
pub async fn each_workspace_has_its_own_positions(ports: Ports) {
    let world = World::new(ports).await;
    let other = world.beside().await;
    world.create("channel").await.expect("created");
    number(&world).await;
    let empty = WorkspaceId::new(build::id());
    let logs = [(world.workspace_id(), None), (empty, None), (other.workspace_id(), None)];
    assert_eq!(positions(&world, logs).await, [2, 0, 1]);
    assert_eq!(types(&page(&other, None, 0).await.events), ["workspace.created"]);
}

/// The trace of a request is no other tenant's.
pub async fn an_event_keeps_the_trace_of_its_change_for_its_own_tenant(ports: Ports) {
    let shop = Shop::open(ports).await;
    let (owner, world) = (&shop.owner, &shop.owner.world);
    let parent: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().expect("a parent");
    let traced = TraceContext { state: TraceState::read(["a=1,b=2"]), ..parent.clone() };
    let begin = now(world).await;
    let expected = [Some(traced), Some(parent), None];
    for (number, trace) in expected.iter().enumerate() {
        let listing = owner.get(shop.id()).await.expect("a listing").listing;
        let rename = owner.update(&listing, renamed(&format!("Loft {number}")));
        traces::within(trace.clone(), rename).await.expect("renamed");
    }
    let told = async |tenant| feed(world, tenant, begin).await.into_iter().map(|event| event.trace).collect::<Vec<_>>();
    assert_eq!(told(owner.tenant.id()).await, expected);
    assert_eq!(told(shop.importer.tenant.id()).await, [None, None, None]);
}

/// The position of a feed is that of its own last event, whatever others are told, and 0 once none is kept.
pub async fn each_feed_has_the_position_of_its_last_event(ports: Ports) {
    let world = World::new(ports).await;
    let other = world.beside().await;
    let [channel, bystander] = [world.create("channel").await, world.create("bystander").await].map(Result::unwrap);
    world.set_status(&channel, TenantStatus::Inactive).await;
    number(&world).await;
    let here = world.workspace_id();
    let feeds = [
        (here, Some(channel.id())),
        (here, Some(bystander.id())),
        (here, Some(world.default_tenant)),
        (here, None),
        (here, Some(TenantId::new(build::id()))),
        (other.workspace_id(), Some(channel.id())),
        (other.workspace_id(), Some(other.default_tenant)),
    ];
    assert_eq!(positions(&world, feeds).await, [4, 3, 4, 4, 0, 0, 1]);
    let later = build::at() + TimeDelta::days(1);
    world.ports.event_log.forget(&OperatorScope::new(), later, 500).await.expect("forgotten");
    assert_eq!(positions(&world, feeds).await, [0, 0, 0, 4, 0, 0, 0]);
}

/// Returns the positions of the last events of logs and feeds, in their order.
async fn positions<const N: usize>(world: &World, feeds: [(WorkspaceId, Option<TenantId>); N]) -> [u64; N] {
    let operator = OperatorScope::new();
    let feeds = feeds.map(|(workspace, tenant)| operator.event_scope(workspace, tenant));
    let found = world.ports.event_log.positions(&operator, &feeds).await.expect("positions");
    let found: HashMap<_, _> = found.into_iter().collect();
    assert_eq!(found.len(), N);
    feeds.map(|feed| found[&feed])
}

/// A commit of a change that waits for its number is told; a quote is not.
pub async fn a_commit_wakes_the_numbering(ports: Ports) {
    let world = World::new(ports).await;
    world.ports.event_log.committed().await;
    assert_eq!(number(&world).await, 1);
}

/// Tenants are told of by themselves and by the default tenant.
pub async fn a_change_of_a_tenant_is_told_to_it_and_to_the_default_tenant(ports: Ports) {
    let world = World::new(ports).await;
    let begin = now(&world).await;
    let [channel, bystander] = [world.create("channel").await, world.create("bystander").await].map(Result::unwrap);
    let inactive = world.set_status(&channel, TenantStatus::Inactive).await;
    world.set_status(&inactive, TenantStatus::Active).await;
    let told = feed(&world, channel.id(), begin).await;
    assert_eq!(types(&told), ["tenant.created", "tenant.deactivated", "tenant.activated"]);
    assert!(told.iter().all(|event| event.tenant_id == channel.id() && event.actor.is_some()));
    assert_eq!(types(&feed(&world, bystander.id(), begin).await), ["tenant.created"]);
    let all = ["tenant.created", "tenant.created", "tenant.deactivated", "tenant.activated"];
    assert_eq!(types(&feed(&world, world.default_tenant, begin).await), all);
}

/// Reservations are told to both parties, without the user of the other one.
pub async fn a_reservation_is_told_to_its_owner_and_its_seller(ports: Ports) {
    let shop = Shop::open(ports).await;
    let world = shop.owner.world.clone();
    let (owner, importer) = (shop.owner.tenant.id(), shop.importer.tenant.id());
    let bystander = world.create("bystander").await.expect("created");
    let begin = now(&world).await;
    let held = shop.importer.book(shop.id(), stay("2030-02-01", "2030-02-03"), pending()).await;
    let confirmed = shop.owner.turn(shop.owner.confirmation(&held.reservation).await).await.expect("confirmed");
    shop.importer.turn(shop.importer.cancellation(&confirmed.reservation).await).await.expect("cancelled");
    shop.owner.book(shop.id(), stay("2030-03-01", "2030-03-03"), instant()).await;
    let sold = ["reservation.created", "reservation.confirmed", "reservation.cancelled"];
    let told = feed(&world, importer, begin).await;
    assert_eq!(types(&told), sold, "of a direct sale, the importer is not told");
    assert_eq!(told.iter().map(|event| event.actor.is_some()).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(datum(&told[0], "listingID"), Some(&Datum::from(Some(shop.id()))));
    let told = feed(&world, owner, begin).await;
    assert_eq!(types(&told), [&sold[..], &["reservation.created"]].concat());
    assert_eq!(told.iter().map(|event| event.actor.is_some()).collect::<Vec<_>>(), [false, true, false, true]);
    assert!(feed(&world, bystander.id(), begin).await.is_empty());
}

/// Changes of listings are told to their importers, of what these see.
pub async fn a_change_of_a_listing_is_told_to_its_importers(ports: Ports) {
    let shop = Shop::open(ports).await;
    let world = shop.owner.world.clone();
    let importer = shop.importer.tenant.id();
    let elsewhere = shop.owner.listing("8").await;
    let begin = now(&world).await;
    let internal = Patch::Set("Room 7".parse().expect("a name"));
    let internal = |edit| ListingEdit { internal_name: internal.clone(), ..edit };
    let listing = shop.owner.update(&shop.listing, internal(ListingEdit::default())).await.expect("updated").listing;
    let attic = ListingEdit { internal_name: Patch::Clear, ..renamed("Attic") };
    let listing = shop.owner.update(&listing, attic).await.expect("updated").listing;
    shop.owner.write(&listing, &[blocked(stay("2030-01-10", "2030-01-13"))]).await.expect("written");
    shop.owner.update(&elsewhere, renamed("Elsewhere")).await.expect("updated");
    shop.owner.deliver(["7", "8", "9"].map(new_listing).to_vec()).await.expect("delivered");
    let told = feed(&world, importer, begin).await;
    assert_eq!(types(&told), ["listing.updated", "availability.updated", "listing.delivered"]);
    assert_eq!(told[0].after, [("name".to_owned(), Fact::from("Attic"))], "not the owner's name for it");
    assert_eq!(datum(&told[1], "firstNight"), Some(&Datum::from("2030-01-10")));
    assert_eq!(datum(&told[1], "lastNight"), Some(&Datum::from("2030-01-12")));
    assert_eq!(datum(&told[2], "updated"), Some(&listings(&[shop.id()])), "those that it imports");
    assert_eq!((datum(&told[2], "created"), told[2].after.len()), (None, 0));
    assert!(told.iter().all(|event| event.actor.is_none() && event.tenant_id == importer));
    let own = feed(&world, shop.owner.tenant.id(), begin).await;
    assert_eq!(own.len(), 5);
    assert_eq!(datum(&own[4], "updated"), Some(&listings(&[shop.id(), elsewhere.id()])));
}

/// Imports are told to the importer and to the owners, of their own listings.
pub async fn imports_are_told_to_the_owners_of_the_listings(ports: Ports) {
    let market = Market::open(ports).await;
    let world = market.world.clone();
    let other = Host::of(&world, "other-owner").await;
    let [one, two] = market.listings().await;
    let three = other.listing("1").await.id();
    let begin = now(&world).await;
    market.import(&market.importer, &[three, one, two]).await.expect("imported");
    market.remove(&market.importer, &[two]).await.expect("removed");
    let told = feed(&world, market.importer.id(), begin).await;
    assert_eq!(types(&told), ["import.created", "import.removed"]);
    assert_eq!(datum(&told[0], "listingIDs"), Some(&listings(&[three, one, two])));
    let told = feed(&world, market.host.tenant.id(), begin).await;
    assert_eq!(types(&told), ["import.created", "import.removed"]);
    assert_eq!(datum(&told[0], "listingIDs"), Some(&listings(&[one, two])));
    assert_eq!(datum(&told[0], "importerTenantID"), Some(&Datum::from(Some(market.importer.id()))));
    assert_eq!((told[0].after.len(), &told[0].actor), (0, &None));
    let told = feed(&world, other.tenant.id(), begin).await;
    assert_eq!(types(&told), ["import.created"]);
    assert_eq!(datum(&told[0], "listingIDs"), Some(&listings(&[three])));
}

/// An import falls asleep once and wakes once, whatever the reasons in between.
pub async fn importers_are_told_when_their_imports_fall_asleep_and_wake(ports: Ports) {
    let market = Market::open(ports).await;
    let (world, importer) = (market.world.clone(), market.importer.id());
    let [one, two] = market.listings().await;
    market.import(&market.importer, &[one, two]).await.expect("imported");
    let mut begin = now(&world).await;
    let mut told = async || {
        let told = feed(&world, importer, begin).await;
        begin = now(&world).await;
        told
    };
    let asleep = |event: &Event, because: &str, ids: &[ListingId]| {
        let expected = ("import.asleep", Some(Datum::from(because)), Some(listings(ids)));
        let (event_type, reason, found) = reason(event);
        assert_eq!((event_type, reason.cloned(), found.cloned()), expected);
        assert_eq!(
            (event.resource_kind.as_str(), event.before.len(), event.after.len()),
            ("integration_account", 0, 0)
        );
    };
    market.host.edit_account(allowing(false)).await;
    let told_of = told().await;
    asleep(&told_of[0], "IMPORT_NOT_ALLOWED", &[one, two]);
    assert_eq!(told_of.len(), 1);

    // Asleep already, and still asleep afterwards.
    market.host.edit_account(account_with(AccountStatus::Inactive)).await;
    market.host.edit_account(allowing(true)).await;
    assert!(told().await.is_empty());
    market.set_listing(two, ListingStatus::Inactive).await;
    market.host.edit_account(account_with(AccountStatus::Active)).await;
    let told_of = told().await;
    assert_eq!(
        told_of.iter().map(reason).collect::<Vec<_>>(),
        [("import.awake", Some(&Datum::Fact(Fact::Null)), Some(&listings(&[one])))]
    );

    let owner = world.get(market.host.tenant.id()).await.expect("an owner");
    let owner = world.set_status(&owner, TenantStatus::Inactive).await;
    let told_of = told().await;
    asleep(&told_of[0], "OWNER_INACTIVE", &[one]);
    assert_eq!(told_of.len(), 1);
    world.set_status(&owner, TenantStatus::Active).await;
    market.set_listing(two, ListingStatus::Active).await;
    // Numbered together: both have woken by then.
    let told_of = told().await;
    let woken = told_of.iter().filter(|event| event.event_type == "import.awake");
    let woken: Vec<_> = woken.map(|event| datum(event, "listingIDs").cloned()).collect();
    assert_eq!(woken, [Some(listings(&[one, two]))]);
}

/// While its import sleeps, an importer is not told what it could not read.
pub async fn an_importer_is_told_nothing_of_what_sleeps(ports: Ports) {
    let shop = Shop::open(ports).await;
    let (world, importer) = (shop.owner.world.clone(), shop.importer.tenant.id());
    shop.owner.edit_account(allowing(false)).await;
    let begin = now(&world).await;
    let listing = shop.owner.update(&shop.listing, renamed("Attic")).await.expect("updated").listing;
    shop.owner.write(&listing, &[blocked(stay("2030-01-10", "2030-01-13"))]).await.expect("written");
    shop.owner.deliver(vec![new_listing("7")]).await.expect("delivered");
    let target = world.create("target").await.expect("created");
    world.move_account(shop.owner.account.id, &target).await;
    assert_eq!(types(&feed(&world, importer, begin).await), Vec::<&str>::new());
}

/// Imports that fall asleep before the change is numbered. They wake, wherever their account is by then.
pub async fn an_importer_is_not_told_what_it_could_not_read_any_more(ports: Ports) {
    for reason in Unavailable::ALL {
        let market = Market::open(ports.clone()).await;
        let world = &market.world;
        let listing = market.listing().await;
        market.import(&market.importer, &[listing]).await.expect("imported");
        let target = world.create("target").await.expect("created");
        let begin = now(world).await;
        let read = market.host.get(listing).await.expect("a listing").listing;
        market.host.update(&read, renamed("Attic")).await.expect("updated");
        market.move_to(&target).await;
        let owner = Host { tenant: target.clone(), ..market.host.clone() };
        owner.set_available(false, reason, &[listing]).await;
        assert_eq!(types(&feed(world, market.importer.id(), begin).await), ["import.asleep"], "{reason:?}");
        // A move is numbered together with what made the imports available.
        owner.set_available(true, reason, &[listing]).await;
        market.move_to(&market.host.tenant).await;
        let told = feed(world, market.importer.id(), begin).await;
        assert!(types(&told).contains(&"import.awake"), "{reason:?}: {:?}", types(&told));
    }
}

/// One of them is excluded before, so that it falls asleep earlier; it removes its imports, or is deleted.
pub async fn importers_fall_asleep_and_wake_each_for_itself(ports: Ports) {
    for is_deleted in [false, true] {
        let market = Market::open(ports.clone()).await;
        let (world, host, importer) = (&market.world, &market.host, market.importer.id());
        let listing = market.listing().await;
        let other = world.create("other").await.expect("created");
        for tenant in [&market.importer, &other] {
            market.import(tenant, &[listing]).await.expect("imported");
        }
        let begin = now(world).await;
        set(host, ImportMode::Except, &[other.id()]).await;
        assert_eq!(types(&feed(world, other.id(), begin).await), ["import.asleep"]);
        host.edit_account(account_with(AccountStatus::Inactive)).await;
        assert_eq!(types(&feed(world, importer, begin).await), ["import.asleep"]);
        if is_deleted {
            world.delete(&other).await.expect("deleted");
        } else {
            market.remove(&other, &[listing]).await.expect("removed");
        }
        let begin = now(world).await;
        host.edit_account(account_with(AccountStatus::Active)).await;
        assert_eq!(types(&feed(world, importer, begin).await), ["import.awake"], "{is_deleted}");
    }
}

/// A move is one event; the target's imports end, others may wake.
pub async fn a_move_is_told_to_source_target_and_importers(ports: Ports) {
    let market = Market::open(ports).await;
    let world = market.world.clone();
    let [one, two] = market.listings().await;
    let target = world.create("target").await.expect("created");
    let bystander = world.create("bystander").await.expect("created");
    market.import(&market.importer, &[one]).await.expect("imported");
    market.import(&target, &[one, two]).await.expect("imported");
    let begin = now(&world).await;
    let source = market.host.tenant.id();
    market.move_to(&target).await;
    let told = feed(&world, source, begin).await;
    assert_eq!(types(&told), ["integration_account.moved"]);
    assert_eq!(datum(&told[0], "importsEnded"), Some(&Datum::Fact(Fact::Integer(2))));
    let told = feed(&world, target.id(), begin).await;
    assert_eq!(types(&told), ["integration_account.moved", "import.ended"]);
    assert_eq!(reason(&told[1]), ("import.ended", Some(&Datum::from("ACCOUNT_MOVED")), Some(&listings(&[one, two]))));
    let told = feed(&world, market.importer.id(), begin).await;
    assert_eq!(types(&told), ["integration_account.moved"]);
    assert_eq!(datum(&told[0], "toTenantID"), Some(&Datum::from(Some(target.id()))));
    assert_eq!((datum(&told[0], "listings"), &told[0].actor), (None, &None), "how much it holds is not told");
    assert_eq!(page(&world, None, begin).await.events.len(), 2);
    assert!(feed(&world, bystander.id(), begin).await.is_empty());

    // From an inactive tenant to an active one.
    world.set_status(&target, TenantStatus::Inactive).await;
    let begin = now(&world).await;
    market.move_to(&market.host.tenant).await;
    let told = feed(&world, market.importer.id(), begin).await;
    assert_eq!(types(&told), ["integration_account.moved", "import.awake"]);
}

/// Deletions end imports, also those that sleep; the importers are told after the deletion.
pub async fn importers_are_told_that_their_imports_ended(ports: Ports) {
    let market = Market::open(ports).await;
    let (world, importer) = (market.world.clone(), market.importer.id());
    let [one, two, three] = market.listings().await;
    market.import(&market.importer, &[one, two, three]).await.expect("imported");
    market.set_listing(two, ListingStatus::Inactive).await;
    let begin = now(&world).await;
    for id in [one, two] {
        let listing = market.host.get(id).await.expect("a listing").listing;
        market.host.delete(&listing).await.expect("deleted");
    }
    market.host.delete_account().await.expect("deleted");
    let told = feed(&world, importer, begin).await;
    let deleted = ["listing.deleted", "import.ended", "listing.deleted", "import.ended", "import.ended"];
    assert_eq!(types(&told), deleted);
    assert!(told.iter().all(|event| event.before.is_empty() && event.actor.is_none()));
    let reasons = ["LISTING_DELETED", "LISTING_DELETED", "ACCOUNT_DELETED"].map(Datum::from);
    let ended = told.iter().filter(|event| event.event_type == "import.ended");
    assert_eq!(ended.clone().filter_map(|event| datum(event, "reason")).cloned().collect::<Vec<_>>(), reasons);
    let ids: Vec<_> = ended.filter_map(|event| datum(event, "listingIDs")).cloned().collect();
    assert_eq!(ids, [one, two, three].map(|id| listings(&[id])));
}

/// An account with many imports falls asleep, and is deleted: each transaction tells of a bounded number.
pub async fn the_effects_of_a_mass_change_are_told_in_bounded_transactions(ports: Ports) {
    let market = Market::open(ports).await;
    let (world, importer) = (market.world.clone(), market.importer.id());
    let mut all: Vec<ListingId> = market.listings::<900>().await.into();
    all.extend(market.listings::<400>().await);
    for some in all.chunks(900) {
        market.import(&market.importer, some).await.expect("imported");
    }
    let mut begin = now(&world).await;
    let told_of = |events: &[Event], event_type: &str| -> Vec<Uuid> {
        let events = events.iter().filter(|event| event.event_type == event_type);
        let ids = events.filter_map(|event| datum(event, "listingIDs")).flat_map(|datum| match datum {
            Datum::Ids(ids) => ids.clone(),
            Datum::Fact(_) => vec![],
        });
        ids.collect()
    };
    let expected: BTreeSet<_> = all.iter().map(|listing| listing.as_uuid()).collect();
    for (event_type, step) in [("import.asleep", 0), ("import.awake", 1), ("import.ended", 2)] {
        match step {
            2 => {
                let scope = market.host.scope().await;
                let account = world.ports.integration_accounts.get(&scope, market.host.account.id).await;
                let change = account.expect("no failure").expect("an account").delete(&scope, Host::stamp(&scope));
                world.ports.integration_accounts.delete(&scope, change).await.expect("deleted");
            }
            _ => market.host.edit_account(allowing(step == 1)).await,
        }
        // A change that comes after it: it is told before the sleep of all, but not before their end.
        world.create(&format!("later-{step}")).await.expect("created");
        let first = world.ports.event_log.number(&OperatorScope::new(), build::at(), 500).await.expect("numbered");
        assert!(first.has_more, "{event_type}");
        let told = page(&world, Some(importer), begin).await.events;
        assert_eq!(told_of(&told, event_type).len(), MAX_LISTINGS);
        let log = page(&world, None, begin).await.events;
        assert_eq!(types(&log).contains(&"tenant.created"), step < 2);
        let told = feed(&world, importer, begin).await;
        assert_eq!(told_of(&told, event_type).into_iter().collect::<BTreeSet<_>>(), expected);
        assert_eq!(told_of(&told, event_type).len(), expected.len(), "each is told once");
        begin = now(&world).await;
    }
}

/// Old events are forgotten from the beginning of the log, and the rest keeps its positions.
pub async fn the_oldest_events_are_forgotten(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    number(&world).await;
    let later = build::at() + TimeDelta::days(1);
    world.create("later").await.expect("created");
    world.ports.event_log.number(&OperatorScope::new(), later, 500).await.expect("numbered");
    let forget =
        async |most| world.ports.event_log.forget(&OperatorScope::new(), later, most).await.expect("forgotten");
    let scope = OperatorScope::new().event_scope(world.workspace_id(), None);
    let state = async || world.ports.events.log(&scope).await.expect("a state");
    assert_eq!(state().await, LogState { position: 3, oldest: 1 });
    assert_eq!((forget(1).await, state().await), (1, LogState { position: 3, oldest: 2 }));
    assert_eq!((forget(10).await, state().await), (1, LogState { position: 3, oldest: 3 }));
    assert_eq!(forget(10).await, 0, "the next one is young");
    assert_eq!(page(&world, None, 0).await.events.iter().map(|event| event.position).collect::<Vec<_>>(), [3]);
    assert!(feed(&world, channel.id(), 0).await.is_empty());
    assert_eq!(world.ports.trail.actions().await.len(), 3, "the audit trail stays");
}

/// The event of another workspace at the same position is young.
pub async fn each_workspace_forgets_its_own_old_events(ports: Ports) {
    let (scope, later) = (OperatorScope::new(), build::at() + TimeDelta::days(1));
    let young = World::new(ports).await;
    young.ports.event_log.number(&scope, later, 500).await.expect("numbered");
    let old = young.beside().await;
    number(&old).await;
    assert_eq!(old.ports.event_log.forget(&scope, later, 10).await.expect("forgotten"), 1);
    assert!(page(&old, None, 0).await.events.is_empty());
}

/// A change that is refused leaves no event.
pub async fn a_refused_change_leaves_no_event(ports: Ports) {
    let host = Host::open(ports).await;
    let listing = host.listing("7").await;
    host.update(&listing, renamed("Attic")).await.expect("updated");
    let begin = now(&host.world).await;
    assert!(is_stale(&host.update(&listing, with_status(ListingStatus::Inactive)).await));
    assert_eq!(number(&host.world).await, 0);
    assert_eq!(now(&host.world).await, begin);
}

/// Another server numbers them, and what it leaves is numbered later.
pub async fn changes_that_are_being_numbered_are_left_alone(ports: Ports) {
    let world = World::new(ports.clone()).await;
    number(&world).await;
    for name in ["one", "other"] {
        world.create(name).await.expect("created");
    }
    let round = async || world.ports.event_log.number(&OperatorScope::new(), build::at(), 500).await.expect("numbered");
    let (first, second) = ports.overlap(round(), round()).await;
    assert_eq!([first, second].map(|numbered| numbered.events), [2, 0]);
    assert_eq!(log(&world).await.len(), 3);
}

/// By one server.
pub async fn events_that_are_being_forgotten_are_forgotten_once(ports: Ports) {
    let world = World::new(ports.clone()).await;
    world.create("channel").await.expect("created");
    number(&world).await;
    let later = build::at() + TimeDelta::days(1);
    let forget = async || world.ports.event_log.forget(&OperatorScope::new(), later, 500).await.expect("forgotten");
    assert_eq!(ports.overlap(forget(), forget()).await, (2, 0));
}

/// The importer, which has removed it itself, is not told that it ended: with its listing, by a move, or with its account.
pub async fn an_import_that_is_removed_meanwhile_does_not_end(ports: Ports) {
    let market = Market::open(ports.clone()).await;
    let (world, importer, host) = (&market.world, &market.importer, &market.host);
    let sibling = world.create("sibling").await.expect("created");
    let [one, two, three, four] = market.listings().await;
    market.import(importer, &[one, two, three]).await.expect("imported");
    market.import(&sibling, &[four]).await.expect("imported");
    let begin = now(world).await;
    let listing = host.get(one).await.expect("a listing").listing;
    let (removed, deleted) = ports.overlap(market.remove(importer, &[one]), host.delete(&listing)).await;
    removed.and(deleted).expect("removed, then deleted");
    let (removed, ()) = ports.overlap(market.remove(importer, &[two]), market.move_to(importer)).await;
    removed.expect("removed, then moved");
    let moved = Host::with_account(world, importer.clone(), host.account.id).await;
    let (removed, deleted) = ports.overlap(market.remove(&sibling, &[four]), moved.delete_account()).await;
    removed.and(deleted).expect("removed, then deleted");
    let mut told = feed(world, importer.id(), begin).await;
    told.append(&mut feed(world, sibling.id(), begin).await);
    let ended = told.iter().filter(|event| event.event_type == "import.ended");
    let ids: Vec<_> = ended.filter_map(|event| datum(event, "listingIDs")).collect();
    assert_eq!(ids, [&listings(&[three])], "{told:?}");
}

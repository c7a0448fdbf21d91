//! Reading of the audit trail.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{AuditScope, TenantChoice};
use domain::audit::{Actor, AuditRecord, Fact, Stamp};
use domain::ids::TenantId;
use domain::tenants::{Tenant, TenantEdit, TenantStatus};
use domain::users::{Role, UserStatus};
use ports::{AuditFilter, Page, PageStart};

use super::host::Host;
use super::shop::{Shop, instant, pending, stay};
use super::{Ports, World};
use crate::build;

const ALL: Page = Page { start: PageStart::Number(1), size: 100 };

/// Returns the administrator's scope in the chosen tenant.
async fn scope(world: &World, choice: TenantChoice) -> AuditScope {
    world.caller(&world.token, choice).await.audit_scope().expect("an administrator")
}

async fn found(world: &World, choice: TenantChoice, filter: &AuditFilter) -> Vec<AuditRecord> {
    let scope = scope(world, choice).await;
    let found = world.ports.audit.list(&scope, filter, ALL).await.expect("a list").items;
    let count = world.ports.audit.count(&scope, filter).await.expect("a count");
    assert_eq!(found.len() as u64, count, "list and count agree on {filter:?}");
    found
}

/// Returns the actions of all entries of the workspace that match.
async fn actions(world: &World, filter: AuditFilter) -> Vec<String> {
    let found = found(world, TenantChoice::Home, &filter).await;
    found.into_iter().map(|record| record.action).collect()
}

async fn rename(world: &World, tenant: &Tenant, name: &str, at: DateTime<Utc>) -> Tenant {
    let edit = TenantEdit { name: Some(name.parse().expect("a name")), ..TenantEdit::default() };
    let change = tenant.update(edit, Stamp { at, ..world.stamp().await }).expect("a change");
    world.ports.tenants.update(&world.admin().await, change).await.expect("updated")
}

fn named(facts: &[(String, Fact)]) -> Vec<(&str, Fact)> {
    facts.iter().map(|(name, fact)| (name.as_str(), fact.clone())).collect()
}

/// Compares every column, for entries of a user and of the operator.
pub async fn an_entry_comes_back_as_it_was_written(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let stamp = Stamp { at: build::at() + TimeDelta::milliseconds(42), ..world.stamp().await };
    let change = channel.set_status(TenantStatus::Inactive, Some(UserStatus::Banned), stamp.clone());
    let change = change.expect("no default tenant").expect("a change");
    world.ports.tenants.set_status(&world.admin().await, change).await.expect("a status");

    let trail = found(&world, TenantChoice::Home, &AuditFilter::default()).await;
    let [made, created, deactivated] = &trail[..] else { panic!("three entries: {trail:?}") };
    assert_eq!((made.action.as_str(), &made.actor), ("workspace.create", &Some(Actor::Operator)));
    assert_eq!(made.resource_id, world.workspace_id().as_uuid());

    assert_eq!((created.tenant_id, created.resource_id), (channel.id(), channel.id().as_uuid()));
    assert_eq!(created.before, []);
    let text = |text: &str| Fact::from(text);
    assert_eq!(
        named(&created.after),
        [
            ("address", Fact::Null),
            ("city", Fact::Null),
            ("country_code", Fact::Null),
            ("description", Fact::Null),
            ("domain", text("channel")),
            ("name", text("The tenant channel")),
            ("post_code", Fact::Null),
            ("status", text("ACTIVE")),
        ]
    );
    let expected = AuditRecord {
        id: stamp.id,
        tenant_id: channel.id(),
        tenant_name: "The tenant channel".to_owned(),
        other_tenant_id: None,
        at: stamp.at,
        actor: Some(Actor::ApiUser { id: world.user, name: "Administrator".to_owned(), api_key: world.token.id() }),
        action: "tenant.deactivate".to_owned(),
        resource_kind: "tenant".to_owned(),
        resource_id: channel.id().as_uuid(),
        resource_name: "The tenant channel".to_owned(),
        before: vec![("status".to_owned(), text("ACTIVE"))],
        after: vec![("status".to_owned(), text("INACTIVE")), ("user_status".to_owned(), Fact::Integer(2))],
    };
    assert_eq!(*deactivated, expected);
}

/// Isolation.
pub async fn a_channel_sees_its_own_entries_and_the_default_tenant_all(ports: Ports) {
    let world = World::new(ports).await;
    let one = world.create("one").await.expect("created");
    let other = world.create("other").await.expect("created");
    let tenants = |records: Vec<AuditRecord>| records.iter().map(|record| record.tenant_id).collect::<Vec<_>>();

    let all = found(&world, TenantChoice::Home, &AuditFilter::default()).await;
    assert_eq!(tenants(all), [world.default_tenant, one.id(), other.id()]);
    let own = found(&world, TenantChoice::Named(one.id()), &AuditFilter::default()).await;
    assert_eq!(tenants(own), [one.id()]);
    let its = |tenant: TenantId| AuditFilter { tenant_id: Some(tenant), ..AuditFilter::default() };
    assert_eq!(tenants(found(&world, TenantChoice::Named(one.id()), &its(one.id())).await), [one.id()]);
    for foreign in [other.id(), world.default_tenant] {
        assert_eq!(found(&world, TenantChoice::Named(one.id()), &its(foreign)).await, []);
    }
    let of_other = AuditFilter { resource_id: Some(other.id().as_uuid()), ..AuditFilter::default() };
    assert_eq!(found(&world, TenantChoice::Named(one.id()), &of_other).await, []);
}

/// Covers the importer that sells and the owner at that time, also after a move and the deletion of the importer.
pub async fn what_an_importer_sells_stands_in_two_trails(ports: Ports) {
    let shop = Shop::open(ports).await;
    let (world, owner, importer) = (&shop.owner.world, &shop.owner, &shop.importer);
    let third = Host::of(world, "third").await;
    let sold = importer.book(shop.id(), stay("2030-01-10", "2030-01-12"), pending()).await.reservation;
    let sold = importer.turn(importer.confirmation(&sold).await).await.expect("confirmed").reservation;
    owner.turn(owner.cancellation(&sold).await).await.expect("cancelled");
    owner.book(shop.id(), stay("2030-02-10", "2030-02-12"), instant()).await;
    world.move_account(owner.account.id, &third.tenant).await;
    importer.book(shop.id(), stay("2030-03-10", "2030-03-12"), instant()).await;
    world.move_account(importer.account.id, &third.tenant).await;
    world.delete(&importer.tenant).await.expect("deleted");

    let [by, of, new] = [importer.tenant.id(), owner.tenant.id(), third.tenant.id()];
    let create = ("reservation.create", by, Some(of));
    let (confirm, cancel) = (("reservation.confirm", by, Some(of)), ("reservation.cancel", of, Some(by)));
    let (direct, late) = (("reservation.create", of, None), ("reservation.create", by, Some(new)));
    let told = async |choice, tenant_id| {
        let filter = AuditFilter { tenant_id, ..AuditFilter::default() };
        let found = found(world, choice, &filter).await;
        let sales = found.into_iter().filter(|record| record.resource_kind == "reservation");
        sales.map(|record| (record.action, record.tenant_id, record.other_tenant_id)).collect::<Vec<_>>()
    };
    let expect = |entries: &[(&str, TenantId, Option<TenantId>)]| {
        entries.iter().map(|(action, tenant, other)| ((*action).to_owned(), *tenant, *other)).collect::<Vec<_>>()
    };
    let (whole, named) = (TenantChoice::Home, TenantChoice::Named);
    assert_eq!(told(named(of), None).await, expect(&[create, confirm, cancel, direct]));
    assert_eq!(told(named(new), None).await, expect(&[late]), "its own time only");
    assert_eq!(told(whole, None).await, expect(&[create, confirm, cancel, direct, late]));
    assert_eq!(told(whole, Some(by)).await, expect(&[create, confirm, cancel, late]), "what it would see itself");
    assert_eq!(told(whole, Some(of)).await, expect(&[create, confirm, cancel, direct]));
    assert_eq!(told(named(of), Some(of)).await, expect(&[create, confirm, cancel, direct]));
    assert_eq!(told(named(of), Some(by)).await, expect(&[create, confirm, cancel]), "the entries of both");
    assert_eq!(told(named(of), Some(new)).await, []);
}

/// Covers pages by number and by the last item, also with entries of others between a tenant's own.
pub async fn a_trail_of_own_and_others_entries_is_read_in_pages(ports: Ports) {
    let shop = Shop::open(ports).await;
    for (day, seller) in (10..).zip([&shop.owner, &shop.importer, &shop.importer, &shop.owner, &shop.importer]) {
        let (check_in, check_out) = (format!("2030-01-{day}"), format!("2030-01-{}", day + 1));
        seller.book(shop.id(), stay(&check_in, &check_out), instant()).await;
    }
    let (world, owner) = (&shop.owner.world, TenantChoice::Named(shop.owner.tenant.id()));
    let whole: Vec<_> = found(world, owner, &AuditFilter::default()).await.iter().map(|record| record.id).collect();
    assert!(whole.is_sorted() && whole.len() > 5, "{whole:?}");
    let scope = scope(world, owner).await;
    for walks in [false, true] {
        let (mut start, mut seen) = (PageStart::Number(1), Vec::new());
        for number in 2.. {
            let page = Page { start, size: 2 };
            let slice = world.ports.audit.list(&scope, &AuditFilter::default(), page).await.expect("a list");
            seen.extend(slice.items.iter().map(|record| record.id));
            let Some(last) = seen.last().filter(|_| slice.has_more) else { break };
            start = if walks { PageStart::After(last.as_uuid()) } else { PageStart::Number(number) };
        }
        assert_eq!(seen, whole, "walked: {walks}");
    }
}

/// Isolation.
pub async fn another_workspace_has_another_trail(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let other = world.beside().await;
    assert_eq!(actions(&world, AuditFilter::default()).await, ["workspace.create", "tenant.create"]);
    assert_eq!(actions(&other, AuditFilter::default()).await, ["workspace.create"]);
    for filter in [
        AuditFilter { tenant_id: Some(channel.id()), ..AuditFilter::default() },
        AuditFilter { resource_id: Some(channel.id().as_uuid()), ..AuditFilter::default() },
        AuditFilter { action: Some("tenant.create".parse().expect("a text")), ..AuditFilter::default() },
    ] {
        assert_eq!(actions(&other, filter).await, [""; 0]);
    }
}

/// Tests the filters `action`, `resourceID` and `tenantID`, alone and together.
pub async fn entries_are_found_by_action_resource_and_tenant(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let clerk = world.new_user(&channel, Role::FrontDesk, "clerk@example.com").await.expect("a user");
    rename(&world, &channel, "Another name", build::at()).await;
    let tenant = |tenant_id| AuditFilter { tenant_id: Some(tenant_id), ..AuditFilter::default() };
    let resource = |resource_id| AuditFilter { resource_id: Some(resource_id), ..AuditFilter::default() };
    let action = |action: &str| AuditFilter { action: action.parse().ok(), ..AuditFilter::default() };

    for (filter, expected) in [
        (tenant(channel.id()), &["tenant.create", "user.create", "tenant.update"][..]),
        (tenant(world.default_tenant), &["workspace.create"]),
        (tenant(TenantId::new(build::id())), &[]),
        (resource(channel.id().as_uuid()), &["tenant.create", "tenant.update"]),
        (resource(clerk.id().as_uuid()), &["user.create"]),
        (action("user.create"), &["user.create"]),
        (action("user"), &[]),
        (action("USER.CREATE"), &[]),
        (action("user_create"), &[]),
        (AuditFilter { action: action("user.create").action, ..resource(channel.id().as_uuid()) }, &[]),
        (AuditFilter { action: action("user.create").action, ..tenant(channel.id()) }, &["user.create"]),
    ] {
        assert_eq!(actions(&world, filter.clone()).await, expected, "{filter:?}");
    }
}

/// Tests the filters `since` and `until`, with times with and without a fraction of a second.
pub async fn a_span_begins_with_its_first_instant_and_ends_before_its_last(ports: Ports) {
    let world = World::new(ports).await;
    let at = |millis| build::at() + TimeDelta::milliseconds(millis);
    let mut channel = world.create("channel").await.expect("created");
    let instants = [-60_001, -1000, -999, -1, 0, 1, 120, 123, 999, 1000, 1001, 10_000];
    // Not in the order of time, because the list must be ordered by id.
    for millis in instants.iter().rev() {
        channel = rename(&world, &channel, &format!("Renamed at {millis}"), at(*millis)).await;
    }
    let updates = AuditFilter { action: "tenant.update".parse().ok(), ..AuditFilter::default() };
    let of_channel = AuditFilter { resource_id: Some(channel.id().as_uuid()), ..updates.clone() };
    let server_limits = instants.into_iter().flat_map(|millis| [millis - 1, millis, millis + 1]);
    for edge in server_limits {
        for (filter, inside) in [
            (AuditFilter { since: Some(at(edge)), ..updates.clone() }, (edge, i64::MAX)),
            (AuditFilter { until: Some(at(edge)), ..updates.clone() }, (i64::MIN, edge)),
            (AuditFilter { since: Some(at(edge)), until: Some(at(1000)), ..updates.clone() }, (edge, 1000)),
            (AuditFilter { since: Some(at(edge)), until: Some(at(1000)), ..of_channel.clone() }, (edge, 1000)),
        ] {
            let expected = instants.iter().rev().filter(|millis| (inside.0..inside.1).contains(millis));
            let found = found(&world, TenantChoice::Home, &filter).await;
            assert_eq!(
                found.iter().map(|record| record.at).collect::<Vec<_>>(),
                expected.map(|millis| at(*millis)).collect::<Vec<_>>(),
                "{filter:?}"
            );
        }
    }
}

/// Reads by page number and after the id of the last item, with and without a filter.
pub async fn the_trail_is_read_in_pages_and_walked(ports: Ports) {
    let world = World::new(ports).await;
    for domain in ["a", "b", "c", "d"] {
        world.create(domain).await.expect("created");
    }
    let scope = scope(&world, TenantChoice::Home).await;
    let filter = AuditFilter { action: "tenant.create".parse().ok(), ..AuditFilter::default() };
    let whole: Vec<_> = found(&world, TenantChoice::Home, &filter).await.iter().map(|record| record.id).collect();
    assert_eq!(whole.len(), 4);
    assert!(whole.is_sorted());
    for (start, expected, more) in [
        (PageStart::Number(1), &whole[..3], true),
        (PageStart::Number(2), &whole[3..], false),
        (PageStart::Number(3), &[], false),
        (PageStart::After(whole[0].as_uuid()), &whole[1..], false),
        (PageStart::After(whole[3].as_uuid()), &[], false),
    ] {
        let slice = world.ports.audit.list(&scope, &filter, Page { start, size: 3 }).await.expect("a list");
        let ids: Vec<_> = slice.items.iter().map(|record| record.id).collect();
        assert_eq!((ids.as_slice(), slice.has_more), (expected, more), "{start:?}");
    }
}

/// Entries keep the names of their time.
pub async fn the_trail_outlives_what_it_speaks_of(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let channel = rename(&world, &channel, "Another name", build::at()).await;
    world.delete(&channel).await.expect("deleted");
    let its = AuditFilter { tenant_id: Some(channel.id()), ..AuditFilter::default() };
    let trail = found(&world, TenantChoice::Home, &its).await;
    let lines: Vec<_> = trail.iter().map(|record| (record.action.as_str(), record.tenant_name.as_str())).collect();
    let expected =
        [("tenant.create", "The tenant channel"), ("tenant.update", "Another name"), ("tenant.delete", "Another name")];
    assert_eq!(lines, expected);
    let deleted = trail.last().expect("three entries");
    assert!(deleted.before.contains(&("name".to_owned(), Fact::from("Another name"))));
    assert_eq!(deleted.after, []);
}

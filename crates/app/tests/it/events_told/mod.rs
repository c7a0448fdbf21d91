//! The tenants that are told of each change, in their feeds and by their webhooks.

mod cases;
mod scene;
mod shared_cases;

use std::collections::{BTreeMap, BTreeSet};

use domain::events::EventType;
use serde_json::{Value, json};

use self::cases::{Case, Changed, Texts, cases};
use self::scene::{Scene, Who, read};
use crate::events::positions;
use crate::on_both_engines;
use crate::support::{Receiver, World, id_of};
use crate::webhooks::create;

on_both_engines! {
    each_event_is_told_and_delivered_to_those_whom_it_concerns
}

#[test]
fn each_type_of_events_has_a_case() {
    let covered: Vec<_> = cases().map(|case| case.event).collect();
    let missing: Vec<_> = EventType::ALL.iter().filter(|known| !covered.contains(known)).collect();
    assert_eq!(missing, [] as [&EventType; 0]);
}

/// A change that was made, with the position of its event.
struct Made {
    case: Case,
    texts: Texts,
    changed: Changed,
    position: u64,
}

impl Made {
    fn ids(&self, scene: &Scene, parties: &[Who]) -> BTreeSet<String> {
        parties.iter().map(|who| scene.id(*who, &self.changed.resource)).collect()
    }

    fn own(&self, scene: &Scene) -> BTreeSet<String> {
        self.ids(scene, self.case.own)
    }

    fn others(&self, scene: &Scene) -> BTreeSet<String> {
        self.ids(scene, self.case.others)
    }

    fn told(&self, scene: &Scene) -> BTreeSet<String> {
        &self.own(scene) | &self.others(scene)
    }

    /// Returns the event in a feed.
    fn event_in<'a>(&self, feed: &'a [Value]) -> Option<&'a Value> {
        feed.iter().find(|event| {
            event["position"] == self.position
                && event["type"] == self.case.event.as_str()
                && event["resource"]["id"] == *self.changed.resource
        })
    }
}

/// The feeds of all tenants of the workspace, by their ids.
type Feeds = BTreeMap<String, Vec<Value>>;

/// Makes all changes, one after the other.
fn make_all(scene: &Scene) -> Vec<Made> {
    let mut after = 0;
    let made = cases().enumerate().map(|(number, case)| {
        let texts = Texts::of(number);
        let changed = (case.make)(scene, &texts);
        after = scene.logged(after.max(changed.after), case.event, &changed.resource);
        Made { case, texts, changed, position: after }
    });
    made.collect()
}

fn each_event_is_told_and_delivered_to_those_whom_it_concerns(world: &World) {
    let scene = Scene::open(world);
    let other = world.other_workspace();
    let receivers = [&scene.market.importer, &scene.bystander].map(|tenant| {
        let receiver = Receiver::start();
        let webhook = create(&world.calry().named(tenant), &json!({ "url": receiver.url }));
        (tenant, receiver, webhook["position"].as_u64().expect("a position"))
    });
    let made = make_all(&scene);
    let last = made.last().map(|made| made.position).expect("changes");
    for (tenant, ..) in &receivers {
        let location = world.location_id(tenant, "The end");
        scene.logged(last, EventType::LocationCreated, &location);
    }

    let feeds = feeds(world);
    for made in &made {
        is_told_to_those_it_concerns(made, &scene, &feeds);
        plants_stay_with_those_who_may_read_them(made, &scene, &feeds);
    }
    for importer in [&scene.market.importer, &scene.sleeper] {
        assert!(!text(&feeds[importer]).contains("internalName"), "only owners know it");
    }
    the_log_has_each_change_once(world, &made);
    let others = read(&world.client().calry(&other.key), "&scope=workspace");
    assert_eq!(others[0]["type"], EventType::WorkspaceCreated.as_str());
    assert!(others.iter().all(|event| event["workspaceID"] == *other.workspace), "{others:#?}");
    for (tenant, receiver, position) in &receivers {
        let feed = feeds[*tenant].iter().filter(|event| event["position"].as_u64() > Some(*position));
        for expected in feed {
            assert_eq!(receiver.next().event, *expected);
        }
    }
}

/// Reads the feeds of all tenants.
fn feeds(world: &World) -> Feeds {
    let tenants = world.calry().get("/api/v1/tenants?per_page=100").json["data"].clone();
    let tenants = tenants.as_array().expect("tenants").iter().map(id_of);
    tenants.map(|id| (id.clone(), read(&world.calry().named(&id), ""))).collect()
}

fn is_told_to_those_it_concerns(made: &Made, scene: &Scene, feeds: &Feeds) {
    let what = made.case.event.as_str();
    let told = feeds.iter().filter(|(_, feed)| feed.iter().any(|event| event["position"] == made.position));
    assert_eq!(told.map(|(tenant, _)| tenant.clone()).collect::<BTreeSet<_>>(), made.told(scene), "{what}");
    for (tenants, knows_actor) in [(made.own(scene), true), (made.others(scene), false)] {
        for tenant in tenants {
            let event = made.event_in(&feeds[&tenant]).unwrap_or_else(|| panic!("no {what}"));
            assert_eq!(event["tenantID"], tenant, "{event:#}");
            assert_eq!(event["actor"].is_object(), knows_actor, "{event:#}");
            assert!(knows_actor || !event.to_string().contains(&scene.world().user), "{event:#}");
        }
    }
    for (who, expected) in &made.changed.data {
        let tenant = scene.id(*who, &made.changed.resource);
        let event = made.event_in(&feeds[&tenant]).expect("the event");
        assert_eq!(event["data"], *expected, "{event:#}");
    }
}

/// Asserts that no text of the case is in the feed of a tenant that may not read it.
fn plants_stay_with_those_who_may_read_them(made: &Made, scene: &Scene, feeds: &Feeds) {
    let (own, told) = (made.own(scene), made.told(scene));
    let Texts { told: for_told, private, secret } = &made.texts;
    for (tenant, feed) in feeds {
        for (planted, is_reader) in
            [(for_told, told.contains(tenant)), (private, own.contains(tenant)), (secret, false)]
        {
            let found = feed.iter().find(|event| !is_reader && event.to_string().contains(planted.as_str()));
            assert_eq!(found, None, "{}", made.case.event.as_str());
        }
    }
}

fn text(feed: &[Value]) -> String {
    json!(feed).to_string()
}

/// Asserts that the log of the workspace has one event for each entry of the audit trail, without gaps.
fn the_log_has_each_change_once(world: &World, made: &[Made]) {
    let log = read(&world.calry(), "&scope=workspace");
    let last = u64::try_from(log.len()).expect("a number");
    assert_eq!(positions(&log), (1..=last).collect::<Vec<_>>());
    assert_eq!(log.iter().map(|event| event["id"].as_str()).collect::<BTreeSet<_>>().len(), log.len());
    assert!(made.iter().all(|made| made.event_in(&log).is_some()));
    for known in EventType::ALL {
        let Some(action) = known.action() else { continue };
        let entries = world.calry().get(&format!("/api/v1/audit/count?action={action}")).json["count"].as_u64();
        let told = log.iter().filter(|event| event["type"] == known.as_str()).count();
        // A move is in the trails of both tenants.
        let of_each = if *known == EventType::IntegrationAccountMoved { 2 } else { 1 };
        assert_eq!(entries, u64::try_from(told * of_each).ok(), "{action}");
    }
    // The texts of the cases do reach those who may read them.
    let log = text(&log);
    let plants = made.iter().flat_map(|made| [&made.texts.told, &made.texts.private]);
    assert!(plants.filter(|planted| log.contains(planted.as_str())).count() > 20);
}

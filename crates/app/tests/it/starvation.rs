//! Tests that a tenant with extreme load does not keep others from being served, in its workspace and in others.
//!
//! `just starve` measures how fast they are served.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::support::{Client, Engine, Server, Wire, World, listing_fields, until_so};

const QUESTION: &str = "/api/v1/tenants/search-listings/count?location=40.7128,-74.006&radius=50";
/// Time limits that are never reached, even on a busy machine.
const PATIENT: [&str; 8] =
    ["--workers", "2", "--database-wait", "60", "--statement-timeout", "60", "--request-timeout", "120"];
const AMENITIES: usize = 20;

/// An attacking tenant, and two ordinary ones.
struct Scene {
    world: World,
    attacker: Client,
    account: String,
    bystanders: [Client; 2],
}

impl Scene {
    fn of(engine: Engine) -> Self {
        let world = World::of(Server::start_with(engine, &PATIENT));
        let [attacker, bystander] = ["Attacker", "Bystander"].map(|name| world.tenant_id(name));
        let account = world.account(&attacker);
        let [attacker, bystander] =
            [attacker, bystander].map(|tenant| world.client().calry(&world.key_in(&tenant, "WRITE")));
        let other = world.client().calry(&world.other_workspace().key);
        Self { world, attacker, account, bystanders: [bystander, other] }
    }

    /// Checks that reads and writes of the other tenants succeed.
    fn others_are_served(&self) {
        for client in &self.bystanders {
            for path in ["/api/v1/users/me", "/api/v1/locations"] {
                assert_eq!(client.get(path).status, 200, "{path}");
            }
            let made = client.post("/api/v1/locations", &json!({ "name": "Front desk" }));
            assert_eq!(made.status, 201, "{}", made.text);
        }
    }

    /// Attacks from several threads while others are served a few times, and returns the statuses of its responses.
    fn attacked(&self, sides: usize, attack: impl Fn(&Client) -> u16 + Sync, meanwhile: impl Fn()) -> Vec<u16> {
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let attacks: Vec<_> = (0..sides)
                .map(|_| {
                    scope.spawn(|| {
                        let mut answers = vec![];
                        while !is_over.load(Ordering::Relaxed) {
                            answers.push(attack(&self.attacker));
                        }
                        answers
                    })
                })
                .collect();
            for _ in 0..10 {
                self.others_are_served();
                meanwhile();
            }
            is_over.store(true, Ordering::Relaxed);
            attacks.into_iter().flat_map(|attack| attack.join().expect("it does not panic")).collect()
        })
    }

    fn deliver(&self, client: &Client, listings: &[Value]) -> u16 {
        let path = format!("/api/v1/integration-account/{}/listings", self.account);
        client.put(&path, &json!({ "listings": listings })).status
    }

    /// Returns the number of database connections in use, of all pools that read.
    fn used(&self) -> usize {
        let scrape = self.world.client().get("/metrics").text;
        let used = scrape.lines().find_map(|line| {
            let (series, value) = line.rsplit_once(' ')?;
            let reads = series.contains("pool=\"sqlite-reader\"") || series.contains("pool=\"postgres\"");
            (series.starts_with("tenantry_db_connections{") && series.contains("\"used\"") && reads).then_some(value)
        });
        used.expect("a pool that reads").parse().expect("a number")
    }
}

/// Returns listings of one delivery, each with a text of this length.
fn listings(text: usize) -> Vec<Value> {
    let listing = |number: usize| {
        let mut listing = listing_fields(&number.to_string());
        listing["description"] = "x".repeat(text).into();
        let amenities: Vec<_> = (0..AMENITIES).map(|number| format!("Amenity number {number}")).collect();
        listing["amenities"] = amenities.into();
        listing
    };
    (0..1000).map(listing).collect()
}

fn one_that_asks_much_leaves_others_served(engine: Engine, sides: usize, most: usize) {
    let scene = Scene::of(engine);
    assert_eq!(scene.deliver(&scene.attacker, &listings(0)), 200);
    // No listing has the last amenity, so all are compared.
    let amenities: Vec<_> = (1..=AMENITIES).map(|number| format!("Amenity%20number%20{number}")).collect();
    let question = format!("/api/v1/listing/count?amenities={}", amenities.join(","));
    let ask = |client: &Client| client.get(&question).status;
    let bounded = || {
        let used = scene.used();
        assert!(used <= most, "the attacker holds {used} connections");
    };
    let answers = scene.attacked(sides, ask, bounded);
    assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
}

#[test]
fn one_that_asks_much_leaves_others_served_on_sqlite() {
    one_that_asks_much_leaves_others_served(Engine::sqlite(), 16, 6);
}

#[test]
fn one_that_asks_much_leaves_others_served_on_postgresql() {
    one_that_asks_much_leaves_others_served(Engine::postgres(), 24, 12);
}

fn one_that_delivers_much_leaves_others_served(engine: Engine) {
    let scene = Scene::of(engine);
    let listings = listings(1000);
    let answers = scene.attacked(6, |client| scene.deliver(client, &listings), || {});
    assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
}

#[test]
fn one_that_delivers_much_leaves_others_served_on_sqlite() {
    one_that_delivers_much_leaves_others_served(Engine::sqlite());
}

#[test]
fn one_that_delivers_much_leaves_others_served_on_postgresql() {
    one_that_delivers_much_leaves_others_served(Engine::postgres());
}

#[test]
fn a_client_that_hangs_up_leaves_no_statement_behind() {
    let postgres = Arc::new(testkit::Postgres::fresh(crate::support::migrate));
    let scene = Scene::of(Engine::Postgres(postgres.clone()));
    let key = scene.world.key_in(&scene.world.tenant_id("Asker"), "READ");
    let _lock = postgres.lock("listings");
    let wires: Vec<_> = (0..24)
        .map(|_| {
            let mut wire = Wire::open(&scene.world.server.base);
            wire.send(&format!("GET {QUESTION} HTTP/1.1\r\nhost: test\r\nx-calry-api-key: {key}\r\n\r\n"));
            wire
        })
        .collect();
    // The attacking requests wait for the lock, with the maximum number of each worker's connections for one tenant. The
    // longer they hold these, the more they have used, and others of their workspace are served nevertheless.
    until_so(|| scene.used() > 0);
    for _ in 0..50 {
        scene.others_are_served();
        assert!(scene.used() <= 12);
    }
    drop(wires);
    until_so(|| scene.used() == 0);
}

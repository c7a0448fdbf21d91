//! `kill -9` during deliveries, imports and moves: no partial batch, no mixed ownership.
//!
//! `TENANTRY_TEST_KILLS` is the number of kills, small by default.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::support::{Client, Engine, Server, World, id_of, listing_fields, number_of, until_so};

/// The number of listings in a delivery.
const DELIVERED: usize = 60;
/// The number of listings in a batch of imports.
const IMPORTED: usize = 20;
/// The number of such batches.
const BATCHES: usize = 3;

#[test]
fn nothing_is_left_half_done_on_sqlite() {
    nothing_is_left_half_done(Engine::sqlite());
}

#[test]
fn nothing_is_left_half_done_on_postgresql() {
    nothing_is_left_half_done(Engine::postgres());
}

/// An account whose listings two tenants import, while it moves between its owner and one of them.
struct Shop {
    owner: String,
    target: String,
    importer: String,
    account: String,
    batches: Vec<Vec<String>>,
}

impl Shop {
    fn open(world: &World) -> Self {
        let [owner, target, importer] = ["Owner", "Target", "Importer"].map(|name| world.tenant_id(name));
        let account = world.account(&owner);
        let inside = world.calry().named(&owner);
        deliver(&inside, &account, "shared", BATCHES * IMPORTED).expect("a server");
        let listings = listed(&inside, &format!("integrationAccountID={account}"));
        let ids: Vec<_> = listings.iter().map(id_of).collect();
        let batches = ids.chunks(IMPORTED).map(<[_]>::to_vec).collect();
        Self { owner, target, importer, account, batches }
    }

    /// Imports or removes whole batches until the server is killed.
    fn trade(&self, client: &Client, importer: &str, done: &AtomicUsize) {
        let client = client.clone().named(importer);
        for round in 0.. {
            let body = json!({ "listingIDs": self.batches[round % BATCHES] });
            let verb = if (round / BATCHES).is_multiple_of(2) { "import-listings" } else { "remove-imported-listings" };
            let path = format!("/api/v1/tenants/{verb}");
            let Some(answer) = client.try_call("POST", &path, Some(&body)) else { return };
            // Refused are the target's own listings and batches that were imported or removed before a kill; a request
            // that loses every retry gets 503.
            assert!([200, 409, 422, 503].contains(&answer.status), "{}", answer.text);
            done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Moves the account back and forth until the server is killed.
    fn swing(&self, client: &Client, done: &AtomicUsize) {
        let path = format!("/api/v1/integration-account/{}/move-tenant", self.account);
        for round in 0.. {
            let target = if round % 2 == 0 { &self.target } else { &self.owner };
            let body = json!({ "tenantID": target });
            let Some(answer) = client.try_call("PATCH", &path, Some(&body)) else { return };
            assert!([200, 409, 503].contains(&answer.status), "{}", answer.text);
            done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Asserts that the account and its listings have the same owner, who imports none of them, and that each batch is
    /// imported as a whole or not at all.
    fn is_whole(&self, client: &Client) {
        let owners = [&self.owner, &self.target].into_iter().filter(|tenant| {
            let inside = client.clone().named(tenant);
            let account = inside.get(&format!("/api/v1/integration-account/{}", self.account)).status == 200;
            let own = listed(&inside, &format!("listingType=self&integrationAccountID={}", self.account)).len();
            assert_eq!(own, if account { BATCHES * IMPORTED } else { 0 }, "listings move with their account");
            let imported = imported(&inside);
            assert!(!account || imported.is_empty(), "an owner does not import its own listings");
            account
        });
        assert_eq!(owners.count(), 1);
        for importer in [&self.importer, &self.target] {
            let imported = imported(&client.clone().named(importer));
            for batch in &self.batches {
                let count = batch.iter().filter(|listing| imported.contains(listing)).count();
                assert!([0, IMPORTED].contains(&count), "{count} of {IMPORTED} are imported");
            }
        }
    }
}

/// Delivers new listings whose ids begin with the batch's name. Returns `None` if the delivery was not acknowledged.
fn deliver(client: &Client, account: &str, batch: &str, count: usize) -> Option<()> {
    let listings: Vec<_> = (0..count).map(|number| listing_fields(&format!("{batch}-{number}"))).collect();
    let path = format!("/api/v1/integration-account/{account}/listings");
    let answer = client.try_call("PUT", &path, Some(&json!({ "listings": listings })))?;
    assert_eq!(answer.status, 200, "{}", answer.text);
    Some(())
}

/// Returns all listings that match.
fn listed(client: &Client, query: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let answer = client.get(&format!("/api/v1/listing?per_page=100&{query}{after}"));
        let page = answer.json["data"].as_array().unwrap_or_else(|| panic!("{}", answer.text)).clone();
        let Some(last) = page.last() else { return all };
        after = format!("&after={}", id_of(last));
        all.extend(page);
    }
}

fn imported(client: &Client) -> Vec<String> {
    listed(client, "listingType=imported").iter().map(id_of).collect()
}

fn nothing_is_left_half_done(engine: Engine) {
    let kills = number_of("TENANTRY_TEST_KILLS", 2);
    let world = World::start(engine);
    let shop = Shop::open(&world);
    let World { mut server, key, .. } = world;
    for kill in 0..kills {
        let client = Client::new(&server.base).calry(&key);
        let inside = client.clone().named(&shop.importer);
        let body =
            json!({ "name": "Host", "provider": "OTHER", "accountIdentifier": kill.to_string(), "authType": "OAUTH" });
        let account = id_of(&inside.post("/api/v1/integration-account", &body).json["data"]);
        let (traded, moved, delivered) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            let workers = [
                scope.spawn(|| shop.trade(&client, &shop.importer, &traded)),
                scope.spawn(|| shop.trade(&client, &shop.target, &traded)),
                scope.spawn(|| shop.swing(&client, &moved)),
                scope.spawn(|| {
                    for batch in 0.. {
                        let Some(()) = deliver(&inside, &account, &batch.to_string(), DELIVERED) else { return };
                        delivered.fetch_add(1, Ordering::Relaxed);
                    }
                }),
            ];
            // After all workers have begun, the moment of the kill is random.
            let moment = usize::from(uuid::Uuid::new_v4().as_bytes()[0] % 64);
            let counters = [&traded, &moved, &delivered];
            let done = || counters.map(|counter| counter.load(Ordering::Relaxed));
            let has_given_up = || workers.iter().any(thread::ScopedJoinHandle::is_finished);
            until_so(|| has_given_up() || !done().contains(&0) && done().iter().sum::<usize>() >= moment);
            server.kill();
        });

        server = Server::start(server.engine.clone());
        let client = Client::new(&server.base).calry(&key);
        shop.is_whole(&client);
        let listings = listed(&client.named(&shop.importer), &format!("integrationAccountID={account}"));
        let mut batches = BTreeMap::<usize, usize>::new();
        for listing in &listings {
            let (batch, _) = listing["providerID"].as_str().and_then(|id| id.split_once('-')).expect("an id");
            *batches.entry(batch.parse().expect("a number")).or_default() += 1;
        }
        assert!(batches.values().all(|count| *count == DELIVERED), "each delivery is stored as a whole: {batches:?}");
        assert!(batches.len() >= delivered.load(Ordering::Relaxed), "no acknowledged delivery is lost");
    }
}

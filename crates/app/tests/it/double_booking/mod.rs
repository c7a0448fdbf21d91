//! Concurrent sales of the same nights: every night is sold once, no acknowledged booking is lost, and every amendment is whole or
//! not made.
//!
//! `TENANTRY_TEST_WRITERS`, `_LISTINGS` and `_ATTEMPTS` set the size: small by default, large in `just stress`. The
//! attempts depend on `TENANTRY_TEST_SEED` only; their results also depend on timing.

mod writer;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

pub(crate) use self::writer::Dice;
use self::writer::{Booked, Writer};
use crate::support::{Client, Engine, Market, Server, World, data, id_of, number_of, until_so};

#[test]
fn every_night_is_sold_once_on_sqlite() {
    sell(&World::start(Engine::sqlite()), &[], Owners::Stay);
}

#[test]
fn every_night_is_sold_once_on_postgresql() {
    sell(&World::start(Engine::postgres()), &[], Owners::Stay);
}

#[test]
fn every_night_is_sold_once_by_two_servers() {
    let world = World::start(Engine::postgres());
    let second = Server::start(world.server.engine.clone());
    sell(&world, &[second], Owners::Stay);
}

#[test]
fn no_booking_is_lost_while_accounts_move_on_sqlite() {
    sell(&World::start(Engine::sqlite()), &[], Owners::Change);
}

#[test]
fn no_booking_is_lost_while_accounts_move_by_two_servers() {
    let world = World::start(Engine::postgres());
    let second = Server::start(world.server.engine.clone());
    sell(&world, &[second], Owners::Change);
}

/// Whether the account moves back and forth, and its imports sleep and wake, while its listings are sold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owners {
    Stay,
    Change,
}

/// The size of the test.
struct Size {
    writers: usize,
    listings: usize,
    attempts: usize,
    seed: u64,
}

impl Size {
    fn told() -> Self {
        Self {
            writers: number_of("TENANTRY_TEST_WRITERS", 8),
            listings: number_of("TENANTRY_TEST_LISTINGS", 3),
            attempts: number_of("TENANTRY_TEST_ATTEMPTS", 400),
            seed: number_of("TENANTRY_TEST_SEED", 17),
        }
    }
}

/// An owner, and three tenants that import all its listings.
struct Season<'a> {
    market: Market<'a>,
    tenants: Vec<String>,
    listings: Vec<String>,
}

impl<'a> Season<'a> {
    fn open(world: &'a World, listings: usize) -> Self {
        let market = Market::open(world);
        let holds = world.calry().patch("/api/v1/workspace", &json!({ "maxImporterHolds": 10_000 }));
        assert_eq!(holds.status, 200, "{}", holds.text);
        let listings: Vec<_> = (0..listings).map(|_| market.listing()).collect();
        let others = ["Second importer", "Third importer"].map(|name| world.tenant_id(name));
        let tenants: Vec<_> = [market.owner.clone(), market.importer.clone()].into_iter().chain(others).collect();
        let season = Self { market, tenants, listings };
        for importer in &season.tenants[1..] {
            season.market.import(importer, &season.listings.iter().collect::<Vec<_>>());
        }
        season
    }

    /// Moves the account to the first importer and back, and puts the imports to sleep and wakes them, one step after
    /// every few attempts, until a worker has finished.
    fn unsettle(&self, done: &AtomicUsize, is_over: impl Fn() -> bool) {
        const FEW: usize = 16;
        let client = self.market.world.calry();
        let (owner, importer) = (&self.market.owner, &self.market.importer);
        let account = format!("/api/v1/integration-account/{}", self.market.account);
        let change = |client: &Client, method: &str, path: &str, body: &Value| {
            let answer = client.persist(method, path, Some(body));
            assert_eq!(answer.status, 200, "{}", answer.text);
        };
        let moves = |to: &str| {
            change(&client, "PATCH", &format!("{account}/move-tenant"), &json!({ "tenantID": to }));
        };
        let sleeps = |at: &str, sleeps: bool| {
            change(&client.clone().named(at), "PATCH", &account, &json!({ "allowImport": !sleeps }));
        };
        for step in 0.. {
            until_so(|| is_over() || done.load(Ordering::Relaxed) >= (step + 1) * FEW);
            if is_over() {
                return;
            }
            match step % 6 {
                0 => moves(importer),
                1 => sleeps(importer, true),
                2 => sleeps(importer, false),
                3 => {
                    moves(owner);
                    let body = json!({ "listingIDs": self.listings });
                    change(&client.clone().named(importer), "POST", "/api/v1/tenants/import-listings", &body);
                }
                4 => sleeps(owner, true),
                _ => sleeps(owner, false),
            }
        }
    }

    /// Returns the present owner of the account.
    fn owner(&self) -> &String {
        let path = format!("/api/v1/integration-account/{}", self.market.account);
        let owns = |tenant: &&String| self.market.world.calry().named(tenant).get(&path).status == 200;
        let owners: Vec<_> = self.tenants.iter().filter(owns).collect();
        assert_eq!(owners.len(), 1, "one owner");
        owners[0]
    }

    /// Returns everything that the tenant sees, by id.
    fn seen(&self, tenant: &str) -> BTreeMap<String, Value> {
        let client = self.market.world.calry().named(tenant);
        let mut seen = BTreeMap::new();
        let mut after = String::new();
        loop {
            let page = data(200, &client.get(&format!("/api/v1/reservation?per_page=100{after}")));
            let page = page.as_array().expect("a list");
            let Some(last) = page.last() else { return seen };
            after = format!("&after={}", id_of(last));
            seen.extend(page.iter().map(|reservation| (id_of(reservation), reservation.clone())));
        }
    }

    /// Asserts that no night is sold twice, that exactly the acknowledged bookings are stored, as their last acknowledged
    /// change has left them, and that every tenant sees its own.
    fn is_whole(&self, booked: &[Booked]) {
        let owner = self.owner();
        let all = self.seen(owner);
        assert_eq!(all.len(), booked.len(), "only acknowledged bookings are stored");
        let mut of_sellers: BTreeMap<&str, usize> = BTreeMap::new();
        for Booked { seller, answer, is_brief } in booked {
            let found = all.get(&id_of(answer)).unwrap_or_else(|| panic!("lost: {answer}"));
            let fields = ["listingID", "checkInDate", "checkOutDate", "guests", "totalPrice", "quoteID", "createdAt"];
            for field in fields {
                assert_eq!(found[field], answer[field], "{field}");
            }
            let has_lapsed = *is_brief && answer["status"] == "PENDING" && found["status"] == "EXPIRED";
            for field in ["status", "revision"] {
                assert!(has_lapsed || found[field] == answer[field], "{field}: {found} {answer}");
            }
            let seller = &self.tenants[*seller];
            assert_eq!(answer["soldByTenantID"], json!(seller), "{answer}");
            let is_direct = answer["tenantID"] == json!(seller);
            let expected = if is_direct { owner } else { seller };
            assert_eq!([&found["tenantID"], &found["soldByTenantID"]], [&json!(owner), &json!(expected)]);
            if !is_direct {
                *of_sellers.entry(seller).or_default() += 1;
            }
        }
        for tenant in self.tenants.iter().filter(|tenant| *tenant != owner) {
            assert_eq!(self.seen(tenant).len(), of_sellers.get(&**tenant).copied().unwrap_or_default());
        }
        let mut live: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        for reservation in all.values().filter(|found| found["status"] == "CONFIRMED" || found["status"] == "PENDING") {
            let text = |field: &str| reservation[field].as_str().expect("a text");
            live.entry(text("listingID")).or_default().push((text("checkInDate"), text("checkOutDate")));
        }
        for (listing, stays) in &mut live {
            stays.sort_unstable();
            for pair in stays.windows(2) {
                assert!(pair[0].1 <= pair[1].0, "{listing} is sold twice: {pair:?}");
            }
        }
    }
}

fn sell(world: &World, more_servers: &[Server], owners: Owners) {
    let Size { writers, listings, attempts, seed } = Size::told();
    let season = Season::open(world, listings);
    let bases: Vec<_> = [&world.server].into_iter().chain(more_servers).map(|server| &server.base).collect();
    let done = AtomicUsize::new(0);
    let sold = thread::scope(|scope| {
        let working: Vec<_> = (0..writers)
            .map(|number| {
                // One client for all tenants, so that its connection is never idle: the server might close an idle one
                // while a request is sent.
                let client = Client::new(bases[number % bases.len()]).calry(&world.key);
                let mut writer = Writer {
                    clients: season.tenants.iter().map(|tenant| client.clone().named(tenant)).collect(),
                    listings: &season.listings,
                    owners,
                    dice: Dice(seed.wrapping_add(number as u64)),
                    booked: Vec::new(),
                    answers: BTreeMap::new(),
                };
                let done = &done;
                scope.spawn(move || {
                    for _ in (number..attempts).step_by(writers) {
                        writer.attempt();
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    (writer.booked, writer.answers)
                })
            })
            .collect();
        if owners == Owners::Change {
            season.unsettle(&done, || working.iter().any(thread::ScopedJoinHandle::is_finished));
        }
        working.into_iter().map(|writer| writer.join().expect("no panic")).collect::<Vec<_>>()
    });
    let mut booked = Vec::new();
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for (of_writer, counts) in sold {
        booked.extend(of_writer);
        for (answer, count) in counts {
            *answers.entry(answer).or_default() += count;
        }
    }
    season.is_whole(&booked);
    println!("{writers} writers, {listings} listings, {attempts} attempts, seed {seed}: {answers:#?}");
    assert!(booked.len() >= listings, "some bookings succeed");
    for refused in ["book 409 not_available", "amend 409 not_available"] {
        assert!(answers.contains_key(refused), "{refused}: none");
    }
    assert!(answers.contains_key("amend 200 "), "some amendments succeed");
}

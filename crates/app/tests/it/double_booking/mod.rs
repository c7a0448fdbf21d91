//! Concurrent sales of the same nights: every night is sold once, and no acknowledged booking is lost.
//!
//! `TENANTRY_TEST_WRITERS`, `_LISTINGS` and `_ATTEMPTS` set the size: small by default, large in `just stress`. The
//! attempts depend on `TENANTRY_TEST_SEED` only; their results also depend on timing.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Engine, Market, Server, World, booking, data, id_of, quoted};

/// The number of nights for sale.
const SEASON: u64 = 60;
const LONGEST_STAY: u64 = 6;

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
        fn number<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
            let told = std::env::var(format!("TENANTRY_TEST_{name}")).ok();
            told.map_or(otherwise, |told| told.parse().ok().unwrap_or_else(|| panic!("{name} is not a valid number")))
        }
        Self {
            writers: number("WRITERS", 8),
            listings: number("LISTINGS", 3),
            attempts: number("ATTEMPTS", 400),
            seed: number("SEED", 17),
        }
    }
}

/// Pseudo-random numbers (`SplitMix64`), the same for the same seed on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % bound
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[usize::try_from(self.below(items.len() as u64)).expect("an index")]
    }

    fn stay(&mut self) -> (String, String) {
        let check_in = NaiveDate::from_ymd_opt(2060, 6, 1).expect("a day") + Days::new(self.below(SEASON));
        let check_out = check_in + Days::new(1 + self.below(LONGEST_STAY));
        (check_in.to_string(), check_out.to_string())
    }
}

/// An acknowledged booking: the answer, and the expected status.
struct Booked {
    seller: usize,
    answer: Value,
    status: &'static str,
}

/// A worker that sells for all tenants in turn, and confirms or cancels its sales.
struct Writer<'a> {
    clients: Vec<Client>,
    listings: &'a [String],
    owners: Owners,
    dice: Dice,
    booked: Vec<Booked>,
    answers: BTreeMap<String, usize>,
}

impl Writer<'_> {
    fn attempt(&mut self) {
        match self.dice.below(10) {
            0..=5 => self.book(),
            6 => self.book_with_quote(),
            7 => self.turn("POST", "/confirm"),
            _ => self.turn("DELETE", ""),
        }
    }

    fn book(&mut self) {
        let (seller, listing) = (self.seller(), self.dice.pick(self.listings).clone());
        let (check_in, check_out) = self.dice.stay();
        let asked = self.held_or_not(booking(&listing, &check_in, &check_out));
        let answer = self.clients[seller].post("/api/v1/reservation", &asked);
        self.note_booking(seller, &answer);
    }

    fn book_with_quote(&mut self) {
        let (seller, listing) = (self.seller(), self.dice.pick(self.listings).clone());
        let (check_in, check_out) = self.dice.stay();
        let stay = crate::support::stay(&listing, &check_in, &check_out);
        let quote = self.clients[seller].post("/api/v1/quote", &stay);
        if quote.status != 201 {
            return self.note_booking(seller, &quote);
        }
        let asked = self.held_or_not(quoted(&id_of(&quote.json["data"])));
        let answer = self.clients[seller].post("/api/v1/reservation", &asked);
        self.note_booking(seller, &answer);
    }

    fn seller(&mut self) -> usize {
        usize::try_from(self.dice.below(self.clients.len() as u64)).expect("an index")
    }

    fn held_or_not(&mut self, mut asked: Value) -> Value {
        if self.dice.below(2) == 0 {
            asked["reservationType"] = json!("PENDING_CONFIRMATION");
        }
        asked
    }

    fn note_booking(&mut self, seller: usize, answer: &Answer) {
        self.count("book", answer);
        let refusal = answer.refusal();
        if answer.status == 201 {
            let status = if answer.json["data"]["status"] == "PENDING" { "PENDING" } else { "CONFIRMED" };
            self.booked.push(Booked { seller, answer: answer.json["data"].clone(), status });
        } else {
            let may_be = match self.owners {
                Owners::Stay => &[(409, "not_available")][..],
                // A booking that loses every retry is told to try again.
                Owners::Change => {
                    &[(409, "not_available"), (409, "import_asleep"), (404, "listing_not_found"), (503, "busy")]
                }
            };
            assert!(may_be.contains(&refusal), "{}", answer.text);
        }
    }

    /// Confirms or cancels one of this worker's sales.
    fn turn(&mut self, method: &str, rest: &str) {
        let live: Vec<_> = (0..self.booked.len()).filter(|number| self.booked[*number].status != "CANCELLED").collect();
        if live.is_empty() {
            return self.book();
        }
        let number = *self.dice.pick(&live);
        let Booked { seller, answer, .. } = &self.booked[number];
        let path = format!("/api/v1/reservation/{}{rest}", id_of(answer));
        let answer = self.clients[*seller].call(method, &path, None);
        self.count(if rest.is_empty() { "cancel" } else { "confirm" }, &answer);
        if answer.status == 200 {
            self.booked[number].status = if rest.is_empty() { "CANCELLED" } else { "CONFIRMED" };
        } else {
            // A direct sale moves with its account.
            let may_be = [(404, "reservation_not_found"), (503, "busy")];
            assert!(self.owners == Owners::Change && may_be.contains(&answer.refusal()), "{}", answer.text);
        }
    }

    fn count(&mut self, what: &str, answer: &Answer) {
        let (status, code) = answer.refusal();
        self.answers.entry(format!("{what} {status} {code}")).or_default().add_assign(1);
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
            season.import(importer);
        }
        season
    }

    fn import(&self, importer: &str) {
        self.market.import(importer, &self.listings.iter().collect::<Vec<_>>());
    }

    /// Moves the account to the first importer and back, and puts the imports to sleep and wakes them, one step after
    /// every few attempts, until a worker has finished.
    fn unsettle(&self, done: &AtomicUsize, is_over: impl Fn() -> bool) {
        const FEW: usize = 16;
        let world = self.market.world;
        let (owner, importer) = (&self.market.owner, &self.market.importer);
        let sleeps = |at: &str, sleeps: bool| {
            let path = format!("/api/v1/integration-account/{}", self.market.account);
            let answer = world.calry().named(at).patch(&path, &json!({ "allowImport": !sleeps }));
            assert_eq!(answer.status, 200, "{}", answer.text);
        };
        for step in 0.. {
            while done.load(Ordering::Relaxed) < (step + 1) * FEW {
                if is_over() {
                    return;
                }
                thread::yield_now();
            }
            match step % 6 {
                0 => assert_eq!(self.market.move_to(importer).status, 200),
                1 => sleeps(importer, true),
                2 => sleeps(importer, false),
                3 => {
                    assert_eq!(self.market.move_to(owner).status, 200);
                    self.import(importer);
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

    /// Asserts that no night is sold twice, that exactly the acknowledged bookings are stored, with their last status,
    /// and that every tenant sees its own.
    fn is_whole(&self, booked: &[Booked]) {
        let owner = self.owner();
        let all = self.seen(owner);
        assert_eq!(all.len(), booked.len(), "only acknowledged bookings are stored");
        let mut of_sellers: BTreeMap<&str, usize> = BTreeMap::new();
        for Booked { seller, answer, status } in booked {
            let found = all.get(&id_of(answer)).unwrap_or_else(|| panic!("lost: {answer}"));
            for field in ["listingID", "checkInDate", "checkOutDate", "totalPrice", "quoteID", "createdAt"] {
                assert_eq!(found[field], answer[field], "{field}");
            }
            assert_eq!(found["status"], json!(status), "{answer}");
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
    let lost = answers.get("book 409 not_available").copied().unwrap_or_default();
    assert!(lost > 0, "some bookings are refused");
}

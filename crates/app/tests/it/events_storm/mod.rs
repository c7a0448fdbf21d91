//! Many writers, readers that follow the log in every way, transactions that hold their commit back, and kills of
//! servers, of the session that numbers, and of the database: each change has one event, without gaps and in order, and no
//! reader misses one.
//!
//! `TENANTRY_TEST_STORM_EVENTS` is the number of changes, small by default.

mod log;
mod readers;
mod writers;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

use serde_json::json;

use self::readers::{READERS, Reader};
use self::writers::Writer;
use crate::events::EVENTS;
use crate::support::{Client, Engine, Fleet, Market, Server, World, number_of, until, until_so};

const WRITERS: usize = 32;
const LOCATIONS: &str = "/api/v1/locations";
/// The number of locations that all writers rename.
const SHARED: usize = 8;
/// The name that a location gets by the last change.
const THE_END: &str = "The end";

#[test]
fn no_event_of_a_storm_is_lost_or_late_on_sqlite() {
    no_event_of_a_storm_is_lost_or_late(Engine::sqlite(), 1);
}

#[test]
fn no_event_of_a_storm_is_lost_or_late_on_two_servers_on_postgresql() {
    let engine = Engine::own_postgres();
    // Citus has no triggers on distributed tables.
    if let Engine::Own(postgres) = &engine {
        postgres.hold_commits();
    }
    no_event_of_a_storm_is_lost_or_late(engine, 2);
}

struct Storm {
    key: String,
    fleet: Fleet,
    /// The tenant of the writers.
    tenant: String,
    /// The locations that all writers rename.
    shared: Vec<String>,
    /// The listing whose nights all writers book.
    listing: String,
    changes: usize,
    done: AtomicUsize,
    is_over: AtomicBool,
}

/// Ends the storm when it is dropped, so that writers and readers end after a failure.
struct Ending<'a>(&'a Storm);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }
}

impl Storm {
    /// Prepares what the writers change, and starts the other servers.
    fn prepare(engine: Engine, servers: usize, changes: usize) -> (Self, Vec<Server>) {
        let world = World::start(engine);
        let market = Market::open(&world);
        let shared = (0..SHARED).map(|number| world.location_id(&market.owner, &format!("Shared {number}"))).collect();
        let (tenant, listing) = (market.owner.clone(), market.listing());
        let World { server, key, .. } = world;
        let others = (1..servers).map(|_| Server::start(server.engine.clone())).collect::<Vec<_>>();
        let servers: Vec<_> = [server].into_iter().chain(others).collect();
        let fleet = Fleet::of(&servers);
        let storm = Self {
            key,
            fleet,
            tenant,
            shared,
            listing,
            changes,
            done: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        };
        (storm, servers)
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn client(&self, side: usize) -> Client {
        Client::new(&self.fleet.base(side)).calry(&self.key)
    }

    /// Waits until so many changes are acknowledged, as long as there are more and more.
    fn await_changes(&self, changes: usize) {
        loop {
            let before = self.done.load(Ordering::Relaxed);
            if before >= changes {
                return;
            }
            until_so(|| self.done.load(Ordering::Relaxed) > before);
        }
    }

    /// Kills a server, the session that numbers, or the database, in turns.
    fn strike(&self, number: usize, servers: &mut [Server]) {
        match (&servers[0].engine, number % 3) {
            (Engine::Own(postgres), 1) => postgres.end_numbering(),
            (Engine::Postgres(postgres), 1) => postgres.end_numbering(),
            (Engine::Own(postgres), 2) => {
                postgres.crash();
                postgres.start_again();
            }
            _ => self.fleet.replace(servers, number % servers.len()),
        }
    }

    /// Makes the last change, once all others are numbered. Returns its position: the number of audit entries.
    fn end(&self) -> u64 {
        let client = self.client(0);
        let entries = || client.get("/api/v1/audit/count").json["count"].as_u64().expect("a number");
        let position =
            || client.get(&format!("{EVENTS}?scope=workspace&after=latest")).json["meta"]["position"].clone();
        let all_are_numbered = |entries: u64| {
            until(|| {
                let position = position();
                if position == entries { Ok(()) } else { Err(format!("{position} of {entries}")) }
            });
        };
        all_are_numbered(entries());
        let last = client
            .clone()
            .named(&self.tenant)
            .patch(&format!("{LOCATIONS}/{}", self.shared[0]), &json!({ "name": THE_END }));
        assert_eq!(last.status, 200, "{}", last.text);
        let entries = entries();
        all_are_numbered(entries);
        entries
    }
}

fn no_event_of_a_storm_is_lost_or_late(engine: Engine, servers: usize) {
    let changes = number_of("TENANTRY_TEST_STORM_EVENTS", 600);
    let part = (changes / 5).clamp(1, 1_000);
    let (storm, mut servers) = Storm::prepare(engine, servers, changes);
    let entries = thread::scope(|scope| {
        let storm = &storm;
        let _ending = Ending(storm);
        let readers: Vec<ScopedJoinHandle<'_, u64>> = READERS
            .into_iter()
            .enumerate()
            .map(|(side, way)| scope.spawn(move || Reader::new(storm, side).follow(way)))
            .collect();
        let writers: Vec<_> = (0..WRITERS).map(|side| scope.spawn(move || Writer::new(storm, side).write())).collect();
        for number in 0..changes / part - 1 {
            storm.await_changes((number + 1) * part);
            storm.strike(number, &mut servers);
        }
        for writer in writers {
            writer.join().expect("no panic");
        }
        let entries = storm.end();
        for reader in readers {
            assert_eq!(reader.join().expect("no panic"), entries);
        }
        entries
    });
    log::is_whole(&storm.client(0), entries);
}

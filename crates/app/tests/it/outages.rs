//! Outages of the database under load: answers stay fast, no acknowledged change is lost, and the service recovers by
//! itself.
//!
//! `TENANTRY_TEST_OUTAGE` is the duration in seconds, short by default.

use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Client, Engine, Load, Server, World, is_unavailable, migrate, number_of};

const CLIENTS: usize = 8;
/// Less than the time limit of a request, which a request that hangs would reach.
const LIMIT: Duration = Duration::from_secs(14);

fn outage() -> Duration {
    Duration::from_secs(number_of("TENANTRY_TEST_OUTAGE", 2))
}

/// Creates load, takes the database away, brings it back, and checks that no acknowledged change is lost.
fn goes_on_after(world: &World, take_away: impl FnOnce(), bring_back: impl FnOnce(), meanwhile: impl Fn()) {
    let load = Load::default();
    let client = world.calry();
    thread::scope(|scope| {
        load.start(scope, &client, CLIENTS);
        load.more_acknowledged(20);
        take_away();
        let start = Instant::now();
        load.more_refused(CLIENTS);
        while start.elapsed() < outage() {
            meanwhile();
        }
        bring_back();
        load.more_acknowledged(CLIENTS);
        load.end();
    });
    assert!(load.slowest() < LIMIT, "the slowest answer took {:?}", load.slowest());
    load.was_kept(&client);
}

#[test]
fn a_postgresql_that_crashes_under_load_loses_nothing_and_is_found_again() {
    let postgres = Arc::new(testkit::PostgresServer::start());
    migrate(postgres.url());
    let world = World::start(Engine::Own(postgres.clone()));
    let is_away = || {
        let answer = world.client().get("/readyz");
        assert_eq!(answer.refusal(), (503, "not_ready"));
        is_unavailable(&world.calry().get("/api/v1/tenants"));
        assert_eq!(world.client().get("/healthz").status, 200);
    };
    goes_on_after(&world, || postgres.crash(), || postgres.start_again(), is_away);
    assert_eq!(world.client().get("/readyz").status, 200);
}

#[test]
fn an_sqlite_whose_disk_is_full_loses_nothing_and_goes_on_when_there_is_space() {
    // For SQLite, a limit of the file size acts like a full disk, without needing one. The signal that comes with it
    // would end the process.
    let world = World::of(Server::start_ignoring("XFSZ", Engine::sqlite()));
    let limit = |size: &str| {
        let pid = world.server.pid().to_string();
        let limited = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={size}:")]).status();
        assert!(limited.expect("prlimit is there, from util-linux").success());
    };
    let reads = || assert_eq!(world.calry().get("/api/v1/tenants").status, 200, "existing data can be read");
    goes_on_after(&world, || limit("16384"), || limit("unlimited"), reads);

    let World { mut server, key, .. } = world;
    server.kill();
    let again = Server::start(server.engine.clone());
    assert_eq!(Client::new(&again.base).calry(&key).get("/api/v1/tenants").status, 200, "the database file is intact");
}

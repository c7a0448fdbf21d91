//! A run of many histories at once, with kills.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use super::checker::check;
use super::clients::{Bias, CLIENTS, Caller};
use super::record::{Call, Op, TENANTS};
use super::wire::Scene;
use crate::double_booking::Dice;
use crate::support::{Client, Engine, Fleet, Server, World, id_of, listing_fields, number_of, until_so};

/// The number of histories that run at once: 32 clients.
const LANES: usize = 8;
/// The number of histories with the same tenants.
const TOGETHER: usize = 25;

pub(super) struct Run {
    pub(super) key: String,
    pub(super) fleet: Fleet,
    pub(super) servers: usize,
    start: Instant,
    seed: u64,
    wanted: usize,
    begun: AtomicUsize,
    done: AtomicUsize,
    is_over: AtomicBool,
    /// The descriptions of wrong histories.
    wrong: Mutex<Vec<String>>,
    /// The numbers of answers, by call.
    answers: Mutex<BTreeMap<String, usize>>,
}

/// Ends the run when it is dropped, so that all end after a panic.
struct Ending<'a>(&'a Run);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.is_over.store(true, Ordering::Relaxed);
        }
    }
}

/// The result of a run.
pub(super) struct Outcome {
    pub(super) histories: usize,
    /// The descriptions of wrong histories.
    pub(super) wrong: Vec<String>,
    /// The numbers of answers, by call.
    pub(super) answers: BTreeMap<String, usize>,
}

/// Runs histories, and kills something this many times meanwhile. Ends early after a wrong history.
pub(super) fn run(world: World, servers: usize, wanted: usize, kills: usize) -> Outcome {
    let World { server, key, .. } = world;
    let more = (1..servers).map(|_| Server::start(server.engine.clone())).collect::<Vec<_>>();
    let mut servers: Vec<_> = [server].into_iter().chain(more).collect();
    let holds = json!({ "maxImporterHolds": 10_000 });
    let told = Client::new(&servers[0].base).calry(&key).patch("/api/v1/workspace", &holds);
    assert_eq!(told.status, 200, "{}", told.text);
    let run = Run {
        key,
        fleet: Fleet::of(&servers),
        servers: servers.len(),
        start: Instant::now(),
        seed: number_of("TENANTRY_TEST_SEED", 17),
        wanted,
        begun: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        is_over: AtomicBool::new(false),
        wrong: Mutex::default(),
        answers: Mutex::default(),
    };
    thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|_| scope.spawn(|| run.lane())).collect();
        for number in 0..kills {
            run.await_histories((number + 1) * wanted / (kills + 1));
            if !run.is_over() {
                run.strike(number, &mut servers);
            }
        }
        for lane in lanes {
            lane.join().expect("no panic");
        }
    });
    Outcome {
        histories: run.done.into_inner(),
        wrong: run.wrong.into_inner().expect("no panic"),
        answers: run.answers.into_inner().expect("no panic"),
    }
}

impl Run {
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Waits until so many histories are done, as long as there are more and more.
    fn await_histories(&self, histories: usize) {
        loop {
            let before = self.done.load(Ordering::Relaxed);
            if before >= histories || self.is_over() {
                return;
            }
            until_so(|| self.done.load(Ordering::Relaxed) > before || self.is_over());
        }
    }

    /// Kills a server or the database.
    fn strike(&self, number: usize, servers: &mut [Server]) {
        match &servers[0].engine {
            Engine::Own(postgres) if number % 3 == 2 => {
                postgres.crash();
                postgres.start_again();
            }
            _ => self.fleet.replace(servers, number % servers.len()),
        }
    }

    /// Runs one history after the other.
    fn lane(&self) {
        let _ending = Ending(self);
        let mut tenants = None;
        for count in 0.. {
            let number = self.begun.fetch_add(1, Ordering::Relaxed);
            if number >= self.wanted || self.is_over() {
                return;
            }
            let shared =
                tenants.take().filter(|_| !usize::is_multiple_of(count, TOGETHER)).unwrap_or_else(|| self.tenants());
            let ops = self.history(number as u64, &shared);
            self.judge(number, &ops);
            // A change without an answer could still take effect.
            let is_settled = |op: &Op| op.answer.is_some() || !matches!(op.call, Call::SetTenant { .. });
            tenants = Some(shared).filter(|_| ops.iter().all(is_settled));
            self.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn tenants(&self) -> [String; TENANTS] {
        let name = json!({ "name": "Tenant" });
        [(); TENANTS].map(|()| id_of(&self.prepare(None, "/api/v1/tenants", &name)))
    }

    /// Makes the calls of a history.
    fn history(&self, number: u64, tenants: &[String; TENANTS]) -> Vec<Op> {
        let mut dice = Dice(self.seed.wrapping_add(number << 16));
        let bias = Bias { deletes: dice.below(5) == 0, deactivates: dice.below(3) == 0 };
        let account = json!({
            "name": "Host", "provider": "OTHER", "accountIdentifier": Uuid::new_v4(), "authType": "OAUTH",
        });
        let account = id_of(&self.prepare(Some(&tenants[0]), "/api/v1/integration-account", &account));
        let mut listing = listing_fields("L");
        (listing["integrationAccountID"], listing["startPrice"]) = (json!(account), json!(super::model::PRICE));
        let listing = id_of(&self.prepare(Some(&tenants[0]), "/api/v1/listing", &listing));
        let scene = Scene::new(tenants.clone(), account, listing);
        let mut next = |client| Caller::new(self, &scene, client, bias, Dice(dice.below(u64::MAX)));
        let mut first = next(CLIENTS);
        first.call(1, Call::Import, true);
        let mut ops = first.ops;
        let callers: Vec<_> = (0..CLIENTS).map(&mut next).collect();
        thread::scope(|scope| {
            let acting: Vec<_> = callers.into_iter().map(|caller| scope.spawn(|| caller.act())).collect();
            ops.extend(acting.into_iter().flat_map(|caller| caller.join().expect("no panic")));
        });
        ops.extend(next(CLIENTS).conclude());
        ops
    }

    /// Creates something, however often the servers are killed.
    fn prepare(&self, tenant: Option<&String>, path: &str, body: &Value) -> Value {
        let key = Uuid::new_v4().to_string();
        for side in 0.. {
            let client = Client::new(&self.fleet.base(side)).calry(&self.key).with("idempotency-key", &key);
            let client = tenant.into_iter().fold(client, |client, tenant| client.named(tenant));
            let answer = client.try_call("POST", path, Some(body));
            let is_open = |status: u16| status == 503 || status == 409;
            if let Some(answer) = answer.filter(|answer| !is_open(answer.status)) {
                assert!([200, 201].contains(&answer.status), "{}", answer.text);
                return answer.json["data"].clone();
            }
            self.fleet.await_server(side);
        }
        unreachable!("the sides do not end")
    }

    fn judge(&self, number: usize, ops: &[Op]) {
        let mut answers = self.answers.lock().expect("no panic");
        for op in ops {
            let call = format!("{:?}", op.call);
            let call = call.split([' ', '(']).next().unwrap_or_default();
            let answer = op.answer.as_ref().map_or("no answer", |_| op.refusal().unwrap_or("done"));
            *answers.entry(format!("{call}: {answer}")).or_default() += 1;
        }
        drop(answers);
        if let Err(wrong) = check(ops) {
            self.is_over.store(true, Ordering::Relaxed);
            let wrong = format!("History {number}, seed {}. {wrong}", self.seed);
            self.wrong.lock().expect("no panic").push(wrong);
        }
    }
}

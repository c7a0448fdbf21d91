//! An attack from its preparation to the removal of all that it has made.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::attacker::Attacker;
use crate::calls::calls;
use crate::client::{Client, Manners};
use crate::document::operations;
use crate::error::Error;
use crate::forces::Forces;
use crate::report::Report;
use crate::siege::{Siege, Target};
use crate::target::is_local;
use crate::views::View;

/// The rate of an attack on another machine.
const POLITE: f64 = 50.0;
/// The time for which a stream of events is read.
const STREAM: Duration = Duration::from_secs(1);

/// An attack's settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address of the instance.
    pub url: String,
    /// Keys of tenants.
    pub keys: Vec<String>,
    /// A key of operators, by which the attack makes two workspaces of its own.
    pub operator_key: Option<String>,
    /// Whether the user may attack an instance on another machine.
    pub owns_it: bool,
    /// The most requests in a second; by default 50 on another machine.
    pub rate: Option<f64>,
    /// The most requests of the attack, without those that prepare it.
    pub max_requests: u64,
    /// The only operations to attack, or none for all of them.
    pub operations: Vec<String>,
    /// Whether to go on after the first class of leaks.
    pub goes_on: bool,
    /// Whether to leave everything that was made, and show the keys.
    pub keeps: bool,
}

/// The next thing to do: nothing, where a leak was found.
enum Next {
    Stop,
    GoOn,
}

/// Attacks an instance. `tell` is given each step.
pub fn attack(settings: &Settings, tell: &dyn Fn(&str)) -> Result<Report, Error> {
    let local = is_local(&settings.url)?;
    if !local && !settings.owns_it {
        let text = format!("{} is not on this machine: say --i-own-this if you may attack it", settings.url);
        return Err(Error::Misuse(text));
    }
    let rate = settings.rate.or((!local).then_some(POLITE));
    let client =
        Client::new(&settings.url, Manners { rate, follows_redirects: false, waits: true, ..Manners::default() });
    let mut siege = siege(&client, settings)?;
    let mut forces = Forces::new(&client);
    tell("making tenants and keys");
    let ended = forces.open(settings).and_then(|()| run(&mut siege, &mut forces, settings, tell));
    tell("removing what was made");
    let mut report = siege.report;
    report.left = forces.remove(settings.keeps);
    report.requests = client.sent();
    match ended {
        Ok(Next::GoOn) => {}
        Ok(Next::Stop) => report.ended = Some("a class of leaks was found; --all plays the others too".to_owned()),
        Err(Error::Exhausted) => {
            report.ended = Some(format!("it may send {} requests, see --max-requests", settings.max_requests));
        }
        Err(error) if report.is_clean() => return Err(error),
        // A leak is worth more than an attack that ends in order.
        Err(error) => report.ended = Some(error.to_string()),
    }
    Ok(report)
}

/// Reads the document.
fn siege(client: &Client, settings: &Settings) -> Result<Siege, Error> {
    let document = client.call("GET", "/openapi.json", None)?;
    if !document.json["paths"].is_object() {
        return Err(Error::unexpected("GET", "/openapi.json", 200, &document));
    }
    let mut calls = calls();
    let mut report = Report::default();
    let mut found = Vec::new();
    for operation in operations(&document.json) {
        let is_chosen = settings.operations.is_empty() || settings.operations.contains(&operation.name);
        if !operation.is_guarded || !is_chosen {
            continue;
        }
        if operation.is_for_operators() {
            let call = crate::calls::of_operators(&operation.name);
            found.push((operation, call));
            continue;
        }
        match calls.remove(&*operation.name) {
            Some(call) => found.push((operation, call)),
            None => {
                report.not_attacked.insert(operation.name, "this version of the attack does not know it".to_owned());
            }
        }
    }
    if found.is_empty() {
        return Err(Error::Misuse("the document has no operation that --operation names".to_owned()));
    }
    let max_requests = settings.max_requests;
    Ok(Siege {
        operations: found,
        report,
        watched: Vec::new(),
        stored: BTreeSet::new(),
        max_requests,
        trail: None,
        shows_keys: settings.keeps,
    })
}

fn run(siege: &mut Siege, forces: &mut Forces, settings: &Settings, tell: &dyn Fn(&str)) -> Result<Next, Error> {
    let camp = forces.camp()?;
    let is_own = forces.ground().is_own;
    if !is_own {
        siege.report.not_attacked.insert("updateWorkspace".to_owned(), "a leak would rename your workspace".to_owned());
        siege.operations.retain(|(operation, _)| operation.name != "updateWorkspace");
    }
    tell("reading what attackers see");
    let readers: Vec<_> = camp.attackers.iter().filter(|attacker| attacker.is_let_in()).collect();
    let mut views = Vec::new();
    for reader in readers {
        let earlier = siege.view(reader)?;
        views.push((reader, earlier, siege.view(reader)?));
    }
    let targets = forces.victim(&camp)?;
    siege.watched = targets.iter().flat_map(|target| target.side.own()).collect();
    let administrator = forces.ground().administrator.clone();
    let victim = forces.ground().inside(&targets[0].side.tenant);
    let sown = siege.sow(&targets[0], &victim)?;
    let changes = victim.call("GET", "/api/v1/audit/count", None)?;
    siege.trail = changes.is_done().then_some((victim, changes.json));
    let before = targets[0].side.shown(&administrator)?;
    let field = Field { attackers: &camp.attackers, views: &views, targets: &targets, moved: &camp.moved, sown: &sown };
    let ended = stages(siege, settings, &field, tell);
    let after = targets[0].side.shown(&administrator)?;
    siege.compare_states(&administrator, &before, &after);
    ended
}

/// One attacker with its views before the victim has anything.
type Views<'a> = (&'a Attacker, Vec<View>, Vec<View>);

/// The two sides.
struct Field<'a> {
    attackers: &'a [Attacker],
    views: &'a [Views<'a>],
    targets: &'a [Target],
    moved: &'a Target,
    /// Operations that the victim has called with idempotency keys.
    sown: &'a [(String, String)],
}

fn stages(siege: &mut Siege, settings: &Settings, field: &Field<'_>, tell: &dyn Fn(&str)) -> Result<Next, Error> {
    let Field { attackers, views, targets, moved, sown } = *field;
    let ends = |siege: &Siege| !siege.report.is_clean() && !settings.goes_on;
    let foreign = &targets[0];
    for (reader, earlier, before) in views {
        siege.compare_views(reader, earlier, before)?;
        siege.stream(reader, STREAM)?;
    }
    if ends(siege) {
        return Ok(Next::Stop);
    }
    tell("keys that must be refused");
    for attacker in attackers {
        siege.trespass(attacker)?;
        if !attacker.is_let_in() {
            siege.attack(attacker, foreign)?;
        }
    }
    if ends(siege) {
        return Ok(Next::Stop);
    }
    let mut repeated = Vec::new();
    for attacker in attackers.iter().filter(|attacker| attacker.is_let_in()) {
        tell(&format!("{}: foreign ids", attacker.way));
        siege.attack(attacker, foreign)?;
        if attacker.is_thorough {
            // A user's second request with an idempotency key would meet its own first one.
            if !repeated.contains(&attacker.standing) {
                repeated.push(attacker.standing);
                siege.repeat(attacker, foreign, sown)?;
            }
            for target in targets[1..].iter().chain([moved]) {
                siege.attack(attacker, target)?;
            }
        }
    }
    if ends(siege) {
        return Ok(Next::Stop);
    }
    tell("times");
    if let Some(attacker) = attackers.first() {
        siege.time(attacker, foreign)?;
    }
    Ok(if ends(siege) { Next::Stop } else { Next::GoOn })
}

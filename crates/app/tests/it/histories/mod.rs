//! Random histories at many listings, checked against a sequential model of a listing: each must be linearizable.
//!
//! Every history is about one listing, of an account of its own. Four clients make calls at once, for three tenants that own,
//! import and sell it; eight histories run at once. Servers and the database are killed meanwhile.
//!
//! `TENANTRY_TEST_HISTORIES` is the number of histories, small by default; `TENANTRY_TEST_SEED` chooses the calls.

mod admissions;
mod checker;
mod clients;
mod known;
mod model;
mod planted;
mod record;
mod run;
mod wire;

use std::fs;
use std::path::Path;

use uuid::Uuid;

use self::run::{Outcome, run};
use crate::support::{Engine, World, number_of};

/// The number of histories between two kills.
const BETWEEN_KILLS: usize = 100;

#[test]
fn every_history_is_linearizable_on_sqlite() {
    every_history_is_linearizable(Engine::sqlite(), 1);
}

#[test]
fn every_history_is_linearizable_on_two_servers_on_postgresql() {
    every_history_is_linearizable(Engine::own_postgres(), 2);
}

fn every_history_is_linearizable(engine: Engine, servers: usize) {
    let wanted = number_of("TENANTRY_TEST_HISTORIES", 60);
    let kills = (wanted / BETWEEN_KILLS).max(3);
    let Outcome { histories, wrong, answers } = run(World::start(engine), servers, wanted, kills);
    println!("{histories} histories on {servers} servers, {kills} kills: {answers:#?}");
    for wrong in &wrong {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("history-{}.txt", Uuid::new_v4()));
        fs::write(&file, wrong).expect("a file");
        println!("{wrong}\nKept in {}", file.display());
    }
    assert!(wrong.is_empty(), "{} wrong histories", wrong.len());
    assert_eq!(histories, wanted);
    for call in ["Book", "Amend", "Confirm", "Cancel", "Edit", "Import", "Remove", "Move", "DeleteListing", "SetTenant"]
    {
        assert!(answers.contains_key(&format!("{call}: done")), "no {call} was done: {answers:#?}");
    }
    assert!(answers.contains_key("Book: not_available"), "{answers:#?}");
}

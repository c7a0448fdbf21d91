//! Tests of an SQLite file that is moved while the server runs: no change is acknowledged that would be lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::support::{Engine, Load, Server, World, is_unavailable};

const FILE: &str = "tenantry.db";

fn world() -> (World, PathBuf) {
    let engine = Engine::sqlite();
    let Engine::Sqlite(folder) = &engine else { unreachable!("it is SQLite") };
    let data = folder.path().join("data");
    (World::start(engine), data)
}

type Change<'a> = &'a dyn Fn(&Path);

fn is_away(world: &World, how: &str) {
    is_unavailable(&world.calry().post("/api/v1/tenants", &json!({ "name": "Channel" })));
    is_unavailable(&world.calry().get("/api/v1/tenants"));
    assert_eq!(world.client().get("/readyz").refusal(), (503, "not_ready"), "{how}");
    assert_eq!(world.client().get("/healthz").status, 200, "{how}");
    let log = world.server.log_with("was moved, removed or replaced");
    assert!(
        log.contains("put it back as it was, or stop the server by SIGTERM and start it to go on with what is there"),
        "{how}: {log}"
    );
}

fn is_back(world: &World) {
    assert_eq!(world.client().get("/readyz").status, 200);
    assert_eq!(world.calry().post("/api/v1/tenants", &json!({ "name": "Channel" })).status, 200);
    assert!(world.server.log_with("is back where it was").contains("is back where it was"));
}

#[test]
fn a_file_that_is_moved_away_and_back_is_served_again() {
    let (world, data) = world();
    let before = world.tenant_id("Before");
    for name in [FILE, "tenantry.db-wal", "tenantry.db-shm", ""] {
        let [from, to] = [data.join(name), data.with_file_name("away")];
        fs::rename(&from, &to).expect("moved");
        is_away(&world, name);
        fs::rename(&to, &from).expect("put back");
        is_back(&world);
        assert_eq!(world.calry().get(&format!("/api/v1/tenants/{before}")).status, 200);
    }
}

#[test]
fn a_file_that_is_removed_or_replaced_takes_no_writes_any_more() {
    let removed = |name: &'static str| move |data: &Path| fs::remove_file(data.join(name)).expect("removed");
    let copied = |data: &Path| {
        fs::copy(data.join(FILE), data.join("copy")).expect("copied");
        fs::rename(data.join("copy"), data.join(FILE)).expect("replaced");
    };
    let emptied = |data: &Path| {
        fs::remove_dir_all(data).expect("removed");
        fs::create_dir(data).expect("made");
    };
    let changes: [(&str, Change); 5] = [
        ("removed", &removed(FILE)),
        ("without its log", &removed("tenantry.db-wal")),
        ("without its index", &removed("tenantry.db-shm")),
        ("replaced", &copied),
        ("in another folder", &emptied),
    ];
    for (how, change) in changes {
        let (world, data) = world();
        change(&data);
        is_away(&world, how);
        is_away(&world, how);
        assert!(
            how != "in another folder" || fs::read_dir(&data).expect("a folder").next().is_none(),
            "nothing is made"
        );
    }
}

#[test]
fn what_was_acknowledged_while_the_file_was_moved_is_in_it() {
    let (world, data) = world();
    let (client, load) = (world.calry(), Load::default());
    std::thread::scope(|scope| {
        load.start(scope, &client, 8);
        load.more_acknowledged(20);
        fs::rename(&data, data.with_file_name("away")).expect("moved");
        load.more_refused(8);
        load.end();
    });
    // The clients have ended, so all acknowledged changes are in the moved file.
    fs::rename(data.with_file_name("away"), &data).expect("put back");
    load.was_kept(&client);
}

#[test]
fn what_the_lost_log_of_a_server_held_is_in_the_file_once_it_has_stopped() {
    let (mut world, data) = world();
    let kept = world.tenant_id("Kept here");
    fs::remove_file(data.join("tenantry.db-wal")).expect("removed");
    is_away(&world, "without its log");
    assert_eq!(world.server.terminate().code(), Some(0));
    world.server = Server::start(world.server.engine.clone());
    assert_eq!(world.calry().get(&format!("/api/v1/tenants/{kept}")).status, 200);
}

#[test]
fn what_the_service_makes_is_for_its_own_user() {
    let (_world, data) = world();
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for name in [FILE, "tenantry.db-wal", "tenantry.db-shm"] {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
}

#[test]
fn an_address_without_a_file_or_with_an_unknown_parameter_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (address, message) in [
        ("%3Amemory%3A", "needs a file"),
        (":memory:?mode=rwc", "needs a file"),
        (":memory:?cache=shared", "\"cache\" is not known"),
        ("file::memory:", "may not begin with file:"),
        ("x.db?mode=memory", "needs a file"),
        ("x.db?vfs=memdb", "\"vfs\" is not known"),
        ("x.db?mod=rw", "\"mod\" is not known"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
        let command = command.args(["serve", "--listen=127.0.0.1:0", "--database", &format!("sqlite:{address}")]);
        let ended = command.env_clear().current_dir(folder.path()).output().expect("the binary runs");
        let told = String::from_utf8(ended.stderr).expect("UTF-8");
        assert_eq!(ended.status.code(), Some(2), "{address}: {told}");
        assert!(told.starts_with("tenantry: --database: ") && told.contains(message), "{address}: {told}");
    }
    assert!(fs::read_dir(folder.path()).expect("a folder").next().is_none());
}

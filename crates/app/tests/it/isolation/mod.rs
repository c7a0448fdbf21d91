//! `tenantry attack` against a running service.
//!
//! With `TENANTRY_TEST_ATTACK=all` every operation is attacked, else [`SOME`].

mod proxy;

use serde_json::{Value, json};

use self::proxy::{Leak, Proxy};
use crate::on_both_engines;
use crate::support::{Engine, Server, World, output};

on_both_engines! {
    an_attack_on_two_servers_finds_nothing
}

/// Operations of each kind: a list, a count, one with a body of ids, writes, and one that only administrators may call.
const SOME: [&str; 8] = [
    "assignPromotionListings",
    "countUsers",
    "createQuote",
    "deleteWebhook",
    "getReservation",
    "listListings",
    "updateLocation",
    "updateTenant",
];

/// Attacks; returns the exit code, the report, and standard error.
fn attack(base: &str, arguments: &[&str]) -> (Option<i32>, Value, String) {
    let attacked = output("sqlite:unused.db", &[&["attack", base, "--json"], arguments].concat());
    let report = serde_json::from_slice(&attacked.stdout).unwrap_or_default();
    (attacked.status.code(), report, String::from_utf8(attacked.stderr).expect("UTF-8"))
}

fn an_attack_on_two_servers_finds_nothing(world: &World) {
    let second = Server::start(world.server.engine.clone());
    let proxy = Proxy::start(&[&world.server.base, &second.base]);
    let operator = world.operator();
    let count = || operator.get("/operator/v1/workspaces/count?status=ACTIVE").json["count"].clone();
    let before = count();
    let key = world.operator_key();
    let is_whole = std::env::var("TENANTRY_TEST_ATTACK").is_ok_and(|all| all == "all");
    let chosen = SOME.iter().filter(|_| !is_whole).flat_map(|name| ["--operation", name]);
    let arguments: Vec<_> = ["--operator-key", &key, "--all"].into_iter().chain(chosen).collect();
    let (code, report, told) = attack(&proxy.base, &arguments);
    assert_eq!((code, &report["findings"]), (Some(0), &json!([])), "{told}\n{report:#}");
    assert_eq!((&report["notAttacked"], &report["left"]), (&json!({}), &json!([])), "{report:#}");
    assert_eq!(count(), before, "the workspaces of the attack are erased");
    let attacked = report["attacked"].as_array().expect("operations");
    let (least, pairs) = if is_whole { (110, 2000) } else { (SOME.len(), 150) };
    assert!(attacked.len() >= least && report["pairs"].as_u64() >= Some(pairs), "{report:#}");
}

/// Attacks with the administrator's key and that of another workspace: what stays is reported, and used again.
#[test]
fn an_attack_with_a_key_leaves_only_what_it_says() {
    let world = World::start(Engine::sqlite());
    let other = world.other_workspace();
    let arguments = ["--key", &world.key, "--key", &other.key, "--operation", "getUser"];
    let tenants = || world.calry().get("/api/v1/tenants?per_page=100").json["data"].clone();
    for _ in 0..2 {
        let (code, report, told) = attack(&world.server.base, &arguments);
        assert_eq!((code, &report["findings"]), (Some(0), &json!([])), "{told}\n{report:#}");
        assert_eq!(report["left"].as_array().map(Vec::len), Some(2), "one tenant in each workspace: {report:#}");
        let tenants = tenants();
        let states: Vec<_> = tenants.as_array().expect("tenants").iter().map(|tenant| &tenant["status"]).collect();
        assert_eq!(states, ["ACTIVE", "INACTIVE"], "{tenants:#}");
    }
}

#[test]
fn each_class_of_leaks_is_found_with_its_operation() {
    let world = World::start(Engine::sqlite());
    let proxy = Proxy::start(&[&world.server.base]);
    let key = world.operator_key();
    for (leak, operation, class) in [
        (Leak::Nothing, "getUser", None),
        (Leak::Status, "getUser", Some("status")),
        (Leak::Header, "getUser", Some("header")),
        (Leak::Body, "getUser", Some("body")),
        (Leak::Marker, "listUsers", Some("marker")),
        (Leak::Count, "countUsers", Some("noticed")),
        (Leak::FilteredCount, "countListings", Some("noticed")),
        (Leak::Admitted, "listUsers", Some("admitted")),
        (Leak::Tag, "updateLocation", Some("status")),
        (Leak::Changed, "updateLocation", Some("changed")),
    ] {
        proxy.leaks(leak);
        let (code, report, told) = attack(&proxy.base, &["--operator-key", &key, "--operation", operation]);
        proxy.leaks(Leak::Nothing);
        assert_eq!(code, Some(i32::from(class.is_some())), "{leak:?}: {told}\n{report:#}");
        let findings = report["findings"].as_array().expect("findings");
        let Some(class) = class else { continue };
        let finding = findings.iter().find(|finding| finding["class"] == class);
        let finding = finding.unwrap_or_else(|| panic!("{leak:?}: {report:#}"));
        assert_eq!(finding["operation"], operation, "{leak:?}");
        assert!(finding["curl"].as_str().expect("a command").starts_with("curl "), "{finding:#}");
        assert!(!finding["curl"].to_string().contains("tny_"), "keys are not shown");
    }
}

#[test]
fn an_attack_that_cannot_be_made_exits_with_2() {
    let world = World::start(Engine::sqlite());
    let (code, _, told) = attack("http://192.0.2.1:8080", &["--key", &world.key]);
    assert_eq!((code, told.contains("say --i-own-this")), (Some(2), true), "{told}");
    for (base, arguments, reason) in [
        ("http://127.0.0.1:9", &["--key", &world.key][..], "no answer from"),
        (&world.server.base, &[], "give a --key with ADMIN of a default tenant"),
        (&world.server.base, &["--key", &world.key, "--operation", "unknown"], "has no operation"),
        ("nowhere", &[], "must begin with http://"),
    ] {
        let (code, _, told) = attack(base, arguments);
        assert_eq!((code, told.contains(reason)), (Some(2), true), "{base}: {told}");
    }
    let (code, report, _) = attack(&world.server.base, &["--key", &world.key, "--max-requests", "10"]);
    let ended = report["endedEarly"].as_str().expect("a reason");
    assert!(code == Some(2) && ended.contains("--max-requests"), "{report:#}");
}

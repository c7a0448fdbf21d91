//! The files in `deploy/` name only what the program has.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::architecture::root;
use crate::on_both_engines;
use crate::support::{World, output, run};

on_both_engines! {
    a_server_is_healthy_while_it_is_ready
}

const FILES: [&str; 8] = [
    "Containerfile",
    "compose.yaml",
    "haproxy.cfg",
    "pgbouncer/Containerfile",
    "pgbouncer/pgbouncer.ini",
    "tenantry.env",
    "tenantry.service",
    "README.md",
];

fn file(name: &str) -> String {
    fs::read_to_string(root().join("deploy").join(name)).expect(name)
}

/// Returns what follows the prefix on the first line that begins with it.
fn said<'t>(text: &'t str, prefix: &str) -> &'t str {
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix(prefix));
    line.unwrap_or_else(|| panic!("{prefix} is not in {text}")).trim()
}

/// Returns the names of variables in a text.
fn variables(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
    words.filter(|word| word.starts_with("TENANTRY_") && *word != "TENANTRY_").collect()
}

fn a_server_is_healthy_while_it_is_ready(world: &World) {
    let address = world.server.base.strip_prefix("http://").expect("an address").to_owned();
    let asked = |listen: &str| output("sqlite:/nowhere/never-opened.db", &["health", "--listen", listen]);
    let port = address.split_once(':').expect("a port").1;
    for listen in [&address, &format!("0.0.0.0:{port}")] {
        let healthy = asked(listen);
        assert!(healthy.status.success() && healthy.stdout == b"ready\n", "{healthy:?}");
    }
    world.server.end_at_once();
    let gone = asked(&address);
    let error = String::from_utf8_lossy(&gone.stderr).into_owned();
    assert_eq!(gone.status.code(), Some(1), "{error}");
    assert!(error.starts_with(&format!("tenantry: no answer from http://{address}/readyz")), "{error}");
}

#[test]
fn every_variable_and_command_exists() {
    let help = run("sqlite:unused.db", &["--help"]).expect("help");
    let known = variables(&help);
    assert!(known.len() > 15, "{known:?}");
    for name in FILES {
        let text = file(name);
        let unknown: Vec<_> = variables(&text).difference(&known).copied().collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
    }
    let commands = help.split("Commands:").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("the commands");
    let commands: Vec<_> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let (containers, compose, service) = (file("Containerfile"), file("compose.yaml"), file("tenantry.service"));
    let run = |text: &str, prefix: &str| -> Vec<String> { serde_json::from_str(said(text, prefix)).expect(prefix) };
    let named = [
        run(&containers, "HEALTHCHECK --interval=10s --timeout=6s --start-period=10s CMD "),
        [run(&containers, "ENTRYPOINT "), run(&containers, "CMD ")].concat(),
        [vec!["/usr/bin/tenantry".to_owned()], run(&compose, "command: ")].concat(),
        said(&service, "ExecStart=").split(' ').map(str::to_owned).collect(),
    ];
    for command in named {
        assert!(command.len() == 2 && command[0] == "/usr/bin/tenantry", "{command:?}");
        assert!(commands.contains(&command[1].as_str()), "{command:?}");
    }
}

#[test]
fn ports_and_names_agree() {
    let (containers, compose) = (file("Containerfile"), file("compose.yaml"));
    let port = said(&containers, "EXPOSE ");
    assert_eq!(said(&containers, "ENV TENANTRY_LISTEN="), format!("0.0.0.0:{port}"));
    let balancer = file("haproxy.cfg");
    for server in ["tenantry-1", "tenantry-2"] {
        assert!(compose.contains(&format!("\n  {server}:\n")), "{server} is a service");
        assert!(balancer.contains(&format!("server {server} {server}:{port} ")), "{server} is balanced");
    }
    let pooler = file("pgbouncer/pgbouncer.ini");
    let listens = said(&pooler, "listen_port = ");
    assert!(compose.contains(&format!("@pgbouncer:{listens}/")), "servers connect to the pooler");
    let document = run("sqlite:unused.db", &["openapi"]).expect("the document");
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let probed = said(&balancer, "http-check send meth GET uri ");
    assert!(document["paths"][probed]["get"].is_object(), "{probed} is an operation");
}

/// A server that is killed earlier than it gives requests in flight would cut them off.
#[test]
fn a_server_has_time_to_stop() {
    let page = fs::read_to_string(root().join("docs/operations.md")).expect("a page");
    let limit =
        page.lines().find(|line| line.contains("`--shutdown-timeout`") && line.starts_with('|')).expect("a row");
    let seconds = limit.split('|').nth(2).and_then(|cell| cell.trim().strip_suffix(" s")).expect("seconds");
    let more_than =
        |text: &str| text.trim_end_matches('s').parse::<u32>().expect("seconds") > seconds.parse().expect("seconds");
    assert!(more_than(said(&file("tenantry.service"), "TimeoutStopSec=")));
    assert!(more_than(said(&file("compose.yaml"), "stop_grace_period: ")));
}

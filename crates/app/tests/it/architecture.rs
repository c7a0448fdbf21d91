//! Tests of the architecture.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The dependencies that each crate may have on other crates of the workspace; `attack`, `fuzz-targets` and `testkit` are
/// outside of the layers.
const ALLOWED: [(&str, &[&str]); 13] = [
    ("domain", &[]),
    ("ports", &["domain"]),
    ("application", &["domain", "ports"]),
    ("adapters-sql", &["domain", "ports"]),
    ("adapters-postgres", &["adapters-sql", "domain", "ports"]),
    ("adapters-sqlite", &["adapters-sql", "domain", "ports"]),
    ("adapters-console", &["application", "domain"]),
    ("adapters-http", &["application", "domain"]),
    ("adapters-webhooks", &["domain", "ports"]),
    (
        "app",
        &[
            "adapters-console",
            "adapters-http",
            "adapters-postgres",
            "adapters-sqlite",
            "adapters-webhooks",
            "application",
            "attack",
            "domain",
            "ports",
        ],
    ),
    ("attack", &[]),
    ("testkit", &["domain", "ports"]),
    ("fuzz-targets", &["adapters-console", "adapters-http", "application", "domain"]),
];

/// External libraries, and the only crates that may use each.
const RESERVED: [(&str, &[&str]); 10] = [
    ("actix-web", &["adapters-console", "adapters-http", "app"]),
    // The reader of listing files is a module of both.
    ("anyhow", &["app", "fuzz-targets"]),
    ("hyper", &["adapters-webhooks"]),
    ("maud", &["adapters-console"]),
    ("opentelemetry", &["app"]),
    ("prometheus", &["adapters-http", "app"]),
    ("sea-orm", &["adapters-sql", "adapters-postgres", "adapters-sqlite"]),
    ("sqlx", &["adapters-sql", "adapters-postgres", "adapters-sqlite", "testkit"]),
    ("serde", &["adapters-console", "adapters-http", "app", "application", "domain"]),
    ("utoipa", &["adapters-http", "application"]),
];

/// The only places that may create credentials and operator scopes without an authentication.
const CREDENTIAL_MAKERS: [&str; 3] =
    ["crates/adapters-sql/src/access/credentials.rs", "crates/domain/src/access/", "crates/testkit/src/build.rs"];
const OPERATORS: [&str; 5] = [
    "crates/app/src/background/",
    "crates/app/src/commands/",
    "crates/application/src/",
    "crates/domain/src/access/",
    "crates/testkit/src/contract/",
];

/// Use cases that store without loading first, so that there is nothing that a concurrent change could invalidate, or
/// under a lease.
const WITHOUT_LOADING: [&str; 7] = [
    "api_keys::issue",
    "integration_accounts::create",
    "locations::create",
    "tenants::create",
    "webhooks::deliver",
    "webhooks::test",
    "workspaces",
];

/// The folders of `adapters-http`. Each may import those after it.
const LAYERS: [&str; 9] = ["fuzzing", "server", "areas", "request", "router", "response", "openapi", "state", "status"];

/// The folders and files of `adapters-console`. Each may import those after it.
const CONSOLE_LAYERS: [&str; 7] = ["fuzzing", "server", "areas", "request", "response", "assets", "state"];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// Returns the crates of the workspace with their dependencies, except those for tests.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a name").to_owned();
    let short = |name: &str| if name == "tenantry" { "app" } else { name.trim_start_matches("tenantry-") }.to_owned();
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
            let normal = dependencies.filter(|dependency| dependency["kind"].is_null());
            (short(&text(&package["name"])), normal.map(|dependency| short(&text(&dependency["name"]))).collect())
        })
        .collect()
}

#[test]
fn crates_depend_inwards_only() {
    let dependencies = dependencies();
    let crates: BTreeSet<_> = ALLOWED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(dependencies.keys().cloned().collect::<BTreeSet<_>>(), crates, "every crate is listed");
    for (name, allowed) in ALLOWED {
        let inside: Vec<_> = dependencies[name].iter().filter(|dependency| crates.contains(*dependency)).collect();
        let forbidden: Vec<_> = inside.iter().filter(|dependency| !allowed.contains(&dependency.as_str())).collect();
        assert!(forbidden.is_empty(), "{name} may not depend on {forbidden:?}");
    }
    for (library, users) in RESERVED {
        for (name, dependencies) in &dependencies {
            assert!(!dependencies.contains(library) || users.contains(&name.as_str()), "{name} may not use {library}");
        }
    }
}

/// Returns all Rust files in a folder.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(sources(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
    found
}

/// Returns the files that contain the text, except integration tests and files at the given places.
fn holding(text: &str, places: &[&str]) -> Vec<String> {
    let root = root();
    let files = sources(&root.join("crates")).into_iter().filter_map(|file| {
        let holds = fs::read_to_string(&file).expect("a source").contains(text);
        let name = file.strip_prefix(&root).expect("inside").display().to_string();
        (holds && !name.contains("/tests/") && !places.iter().any(|place| name.starts_with(place))).then_some(name)
    });
    files.collect()
}

#[test]
fn nobody_is_let_in_past_authentication() {
    assert_eq!(holding("Credential::from_parts", &CREDENTIAL_MAKERS), [""; 0]);
    assert_eq!(holding("OperatorKey::from_parts", &["crates/adapters-sql/src/areas/operators/"]), [""; 0]);
    assert_eq!(holding("OperatorScope::of(", &["crates/domain/src/"]), [""; 0]);
    assert_eq!(holding("Caller::admitted", &["crates/domain/src/access/"]), [""; 0]);
    assert_eq!(holding("OperatorScope::new()", &OPERATORS), [""; 0]);
    // In `application` only tests create an operator scope.
    for file in holding("OperatorScope::new()", &["crates/app/", "crates/domain/", "crates/testkit/"]) {
        let source = fs::read_to_string(root().join(&file)).expect("a source");
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        assert!(!code.contains("OperatorScope::new()"), "{file}");
    }
}

/// A refusal that is returned past the end of its transaction may rest on changes that are not committed.
#[test]
fn what_a_transaction_refuses_is_returned_by_its_end() {
    for file in sources(&root().join("crates/adapters-sql/src/areas")) {
        let code = fs::read_to_string(&file).expect("a source");
        let lines: Vec<_> = code.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            let begins = ["self.begin(", "self.begin_much("].iter().any(|begin| pair[0].contains(begin));
            let is_kept = !pair[0].starts_with("let transaction") || pair[1].starts_with("let done =");
            assert!(!begins || is_kept, "{}: {} {}", file.display(), pair[0], pair[1]);
        }
    }
}

/// Returns the modules of a crate by their paths, each with its code without comments and tests. The root is `""`.
fn modules(crate_name: &str) -> BTreeMap<String, String> {
    let folder = root().join("crates").join(crate_name).join("src");
    sources(&folder)
        .into_iter()
        .map(|file| (file.strip_prefix(&folder).expect("inside").with_extension(""), file))
        .filter(|(path, _)| path.iter().all(|part| part != "tests"))
        .map(|(path, file)| {
            let parts =
                path.iter().map(|part| part.to_str().expect("a name")).filter(|part| !["lib", "mod"].contains(part));
            let name = parts.collect::<Vec<_>>().join("::");
            let source = fs::read_to_string(&file).expect("a source");
            let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
            // What the crate offers to others is not an import.
            let lines = lines.filter(|line| !(name.is_empty() && line.starts_with("pub use ")));
            let code = lines.collect::<Vec<_>>().join("\n");
            (name, code)
        })
        .collect()
}

/// Returns the paths into the crate that the code names.
fn paths(code: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), code);
    while let Some(at) = ["crate::", "self::", "super::"].iter().filter_map(|start| rest.find(start)).min() {
        let end =
            rest[at..].find(|c: char| !(c.is_alphanumeric() || "_:".contains(c))).map_or(rest.len(), |end| at + end);
        let path = &rest[at..end];
        rest = &rest[end..];
        match rest.strip_prefix('{').filter(|_| path.ends_with("::")) {
            Some(group) => {
                let names = group.split('}').next().unwrap_or_default().split(',');
                found.extend(names.map(|name| format!("{path}{}", name.trim())));
            }
            None => found.push(path.to_owned()),
        }
    }
    found
}

/// Returns the module that a path leads to from a module.
fn target(modules: &BTreeMap<String, String>, from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split("::").filter(|_| !path.starts_with("crate::")).collect();
    for part in path.split("::") {
        match part {
            "crate" | "self" => {}
            "super" => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    while !modules.contains_key(&parts.join("::")) {
        parts.pop();
    }
    parts.join("::")
}

/// Returns the imports of each module of a crate.
fn imports(crate_name: &str) -> BTreeMap<String, BTreeSet<String>> {
    let modules = modules(crate_name);
    let of = |name: &String, code: &str| {
        paths(code).iter().map(|path| target(&modules, name, path)).filter(|found| found != name).collect()
    };
    modules.iter().map(|(name, code)| (name.clone(), of(name, code))).collect()
}

/// Returns the imports between the folders at the top of a crate.
fn between_folders(imports: &BTreeMap<String, BTreeSet<String>>) -> BTreeMap<String, BTreeSet<String>> {
    let folder = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
    let mut found = BTreeMap::<_, BTreeSet<_>>::new();
    for (module, imported) in imports {
        let others = imported.iter().map(|other| folder(other)).filter(|other| *other != folder(module));
        found.entry(folder(module)).or_default().extend(others);
    }
    found
}

/// Returns the modules that import each other in a circle, and those that import them.
fn circle(mut imports: BTreeMap<String, BTreeSet<String>>) -> BTreeMap<String, BTreeSet<String>> {
    loop {
        let left: BTreeSet<_> = imports.keys().cloned().collect();
        imports.retain(|_, imported| !imported.is_disjoint(&left));
        if imports.len() == left.len() {
            return imports;
        }
    }
}

#[test]
fn no_modules_of_an_adapter_import_each_other_in_a_circle() {
    for name in [
        "adapters-console",
        "adapters-http",
        "adapters-postgres",
        "adapters-sql",
        "adapters-sqlite",
        "adapters-webhooks",
    ] {
        let imports = imports(name);
        assert!(imports.values().any(|imported| !imported.is_empty()), "{name} has imports");
        let folders = between_folders(&imports);
        assert_eq!(circle(imports), BTreeMap::new(), "{name}");
        assert_eq!(circle(folders), BTreeMap::new(), "{name}");
    }
}

#[test]
fn the_folders_of_the_adapters_on_actix_import_downwards_only() {
    for (name, layers) in [("adapters-console", &CONSOLE_LAYERS[..]), ("adapters-http", &LAYERS)] {
        for (folder, imported) in between_folders(&imports(name)) {
            let Some(place) = layers.iter().position(|layer| *layer == folder) else {
                assert_eq!(folder, "", "every folder of {name} has its place");
                continue;
            };
            for other in imported {
                assert!(layers[place + 1..].contains(&other.as_str()), "{name}: {folder} may not import {other}");
            }
        }
    }
}

/// Returns the modules whose use cases decide outside of the retry, or load before it what they decide on.
fn deciding_once(modules: &BTreeMap<String, String>) -> Vec<&String> {
    let decides_once = |code: &str| match code.split_once("retry_stale(") {
        Some((before, _)) => {
            let in_function = before.rsplit("fn ").next().unwrap_or_default();
            in_function.contains(".await") || before.contains(".stamp(")
        }
        None => code.contains(".stamp("),
    };
    let code = |code: &str| code.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
    modules.iter().filter(|(_, text)| decides_once(&code(text))).map(|(name, _)| name).collect()
}

#[test]
fn every_use_case_loads_and_decides_again_after_a_lost_race() {
    assert_eq!(deciding_once(&modules("application")), WITHOUT_LOADING);
    for code in ["let found = find().await; retry_stale(|| { self.stamp() })", "let change = f(scope.stamp());"] {
        assert_eq!(deciding_once(&[("a".to_owned(), code.to_owned())].into()), ["a"], "{code}");
    }
}

#[test]
fn a_circle_is_found_through_every_kind_of_path() {
    let code = "use crate::a::{B, self};\nuse super::c::D;\nfn f() { self::e::g(); }";
    assert_eq!(paths(code), ["crate::a::B", "crate::a::self", "super::c::D", "self::e::g"]);
    let modules = ["", "a", "a::c", "a::x", "a::x::e"].map(|name| (name.to_owned(), String::new())).into();
    let found = paths(code).iter().map(|path| target(&modules, "a::x", path)).collect::<Vec<_>>();
    assert_eq!(found, ["a", "a", "a::c", "a::x::e"]);
    let imports = |edges: &[(&str, &str)]| {
        edges
            .iter()
            .map(|(from, to)| ((*from).to_owned(), [(*to).to_owned()].into()))
            .collect::<BTreeMap<_, BTreeSet<_>>>()
    };
    assert!(circle(imports(&[("a", "b"), ("b", "c")])).is_empty());
    assert_eq!(circle(imports(&[("a", "b"), ("b", "c"), ("c", "b")])).len(), 3);
}

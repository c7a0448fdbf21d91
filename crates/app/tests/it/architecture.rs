//! Tests of the architecture.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The dependencies that each crate may have on other crates of the workspace; `testkit` is outside of the layers.
const ALLOWED: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("ports", &["domain"]),
    ("application", &["domain", "ports"]),
    ("adapters-sql", &["domain", "ports"]),
    ("adapters-postgres", &["adapters-sql", "domain", "ports"]),
    ("adapters-sqlite", &["adapters-sql", "domain", "ports"]),
    ("adapters-http", &["application", "domain"]),
    ("app", &["adapters-http", "adapters-postgres", "adapters-sqlite", "application", "domain", "ports"]),
    ("testkit", &["domain", "ports"]),
];

/// External libraries, and the only crates that may use each.
const RESERVED: [(&str, &[&str]); 6] = [
    ("actix-web", &["adapters-http", "app"]),
    ("anyhow", &["app"]),
    ("prometheus", &["adapters-http", "app"]),
    ("sea-orm", &["adapters-sql", "adapters-postgres", "adapters-sqlite"]),
    ("sqlx", &["adapters-sql", "adapters-postgres", "adapters-sqlite", "testkit"]),
    ("serde", &["adapters-http", "app"]),
];

/// The only places that may create credentials and operator scopes without an authentication.
const CREDENTIAL_MAKERS: [&str; 3] =
    ["crates/adapters-sql/src/access/credentials.rs", "crates/domain/src/access/", "crates/testkit/src/build.rs"];
const OPERATORS: [&str; 4] = [
    "crates/app/src/commands/",
    "crates/application/src/",
    "crates/domain/src/access/",
    "crates/testkit/src/contract/",
];

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
    assert_eq!(holding("Caller::admitted", &["crates/domain/src/access/"]), [""; 0]);
    assert_eq!(holding("OperatorScope::new()", &OPERATORS), [""; 0]);
    // In `application` only tests create an operator scope.
    for file in holding("OperatorScope::new()", &["crates/app/", "crates/domain/", "crates/testkit/"]) {
        let source = fs::read_to_string(root().join(&file)).expect("a source");
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        assert!(!code.contains("OperatorScope::new()"), "{file}");
    }
}

#[test]
fn every_path_in_the_routes_is_in_the_document() {
    let document = adapters_http::document();
    let known: Vec<&str> = document.paths.paths.keys().map(|path| path.trim_start_matches("/api/v1")).collect();
    let mut found = 0;
    for file in sources(&root().join("crates/adapters-http/src")) {
        let source = fs::read_to_string(&file).expect("a source");
        let paths = source.split("resource(\"").skip(1).filter_map(|rest| rest.split('"').next());
        // The files of the page at `/docs` are no operations.
        for path in paths.filter(|path| *path != "/docs/{file:.*}") {
            found += 1;
            assert!(known.contains(&path), "{path} is not in the document");
        }
    }
    assert_eq!(found, known.len(), "no other operation is in the document");
}

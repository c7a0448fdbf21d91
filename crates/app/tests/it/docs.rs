//! The docs name only files and identifiers that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::architecture::root;

/// Folders whose files contain the identifiers that the docs name.
const SOURCES: [&str; 5] = ["bench", "crates", "deploy", "migrations", ".ci"];
/// First segments of the paths that the docs name, from the root or from `crates`.
const FOLDERS: [&str; 20] = [
    ".ci",
    ".cargo",
    "adapters-console",
    "adapters-http",
    "adapters-postgres",
    "adapters-sql",
    "adapters-sqlite",
    "app",
    "application",
    "attack",
    "bench",
    "crates",
    "deploy",
    "docs",
    "domain",
    "fuzz",
    "fuzz-targets",
    "migrations",
    "ports",
    "testkit",
];
/// Identifiers of other programs.
const FOREIGN: [&str; 6] = [
    "citus_rebalance_start",
    "create_distributed_table_concurrently",
    "extra_float_digits",
    "max_prepared_statements",
    "pg_dump",
    "wal_level",
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Returns the back-ticked texts of all pages, with the name of their page. The changelog is left out: it describes the
/// past.
fn quoted() -> Vec<(String, String)> {
    let root = root();
    let pages =
        files(&root.join("docs")).into_iter().chain(["README.md", "CONTRIBUTING.md"].map(|name| root.join(name)));
    let pages = pages.filter(|page| page.extension().is_some_and(|extension| extension == "md"));
    let mut quoted = Vec::new();
    for page in pages {
        let name = page.strip_prefix(&root).expect("inside").display().to_string();
        let text = fs::read_to_string(&page).expect("a page");
        // Blocks of code are between fences.
        let prose = text.split("```").step_by(2);
        for line in prose.flat_map(str::lines) {
            quoted.extend(line.split('`').skip(1).step_by(2).map(|text| (name.clone(), text.to_owned())));
        }
    }
    quoted
}

fn is_path(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "./_-".contains(c));
    plain && text.split_once('/').is_some_and(|(first, rest)| FOLDERS.contains(&first) && !rest.is_empty())
}

#[test]
fn every_path_in_the_docs_exists() {
    let root = root();
    let paths: Vec<_> = quoted().into_iter().filter(|(_, text)| is_path(text)).collect();
    assert!(paths.len() > 50, "{}", paths.len());
    let exists = |text: &str| {
        let in_crate = text.replacen('/', "/src/", 1);
        [text.to_owned(), format!("crates/{text}"), format!("crates/{in_crate}")]
            .iter()
            .any(|path| root.join(path).exists())
    };
    // Media types look like paths.
    let is_media_type = |text: &str| ["json", "x-www-form-urlencoded"].iter().any(|kind| text.ends_with(kind));
    let gone: Vec<_> = paths.iter().filter(|(_, text)| !exists(text) && !is_media_type(text)).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

/// Returns the segments of a text that is an identifier: one with `::`, in camel case, or in snake case.
fn identifier(text: &str) -> Option<Vec<&str>> {
    let text = text.trim_end_matches("()");
    let segments: Vec<_> = text.split("::").collect();
    let is_word = |word: &str| {
        word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && word.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    let humps = text.chars().filter(char::is_ascii_uppercase).count();
    let is_camel = humps > 1 && humps < text.len() / 2 && text.starts_with(|c: char| c.is_ascii_uppercase());
    let is_snake = text.contains('_') && humps == 0;
    (segments.iter().all(|word| is_word(word)) && (segments.len() > 1 || is_camel || is_snake)).then_some(segments)
}

#[test]
fn every_identifier_in_the_docs_exists() {
    let sources = SOURCES.iter().flat_map(|folder| files(&root().join(folder))).chain([root().join("Cargo.toml")]);
    let texts: Vec<_> = sources.filter_map(|file| fs::read_to_string(file).ok()).collect();
    let separators = |c: char| !c.is_alphanumeric() && c != '_';
    let known: BTreeSet<&str> = texts.iter().flat_map(|text| text.split(separators)).collect();
    let quoted = quoted();
    let named: Vec<_> = quoted.iter().filter_map(|(page, text)| Some((page, text, identifier(text)?))).collect();
    assert!(named.len() > 200, "{}", named.len());
    let unknown =
        named.iter().filter(|(_, _, words)| words.iter().any(|word| !known.contains(word) && !FOREIGN.contains(word)));
    let unknown: Vec<_> = unknown.map(|(page, text, _)| (page, text)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// Names and operations, as `name` → `METHOD /path`.
type Unsupported = BTreeSet<(String, String)>;

#[test]
fn the_table_of_what_is_not_supported_is_that_of_the_code() {
    let document = serde_json::to_value(adapters_http::document()).expect("JSON");
    let operation = |id: &str| {
        let paths = document["paths"].as_object().expect("paths").iter();
        let operations = paths.flat_map(|(path, item)| {
            let methods = item.as_object().expect("operations").iter();
            methods.map(move |(method, operation)| (method, path, operation["operationId"].as_str()))
        });
        let (method, path, _) = operations.into_iter().find(|(_, _, known)| *known == Some(id)).expect("an operation");
        format!("{} {}", method.to_uppercase(), path.trim_start_matches("/api/v1"))
    };
    let known: Unsupported = adapters_http::NOT_SUPPORTED
        .iter()
        .flat_map(|(name, ids)| ids.iter().map(|id| ((*name).to_owned(), operation(id))))
        .collect();
    let page = fs::read_to_string(root().join("docs/api.md")).expect("a page");
    let table = page.split("## Not supported").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the table");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let listed = rows.flat_map(|(name, cell)| {
        let cell = cell.split(" | ").next().unwrap_or_default();
        let groups = cell.split("; ").filter_map(|group| group.split_once(' '));
        let operations = groups.flat_map(|(methods, paths)| {
            let paths: Vec<_> = paths.split(", ").map(|path| path.trim_matches('`').to_owned()).collect();
            methods
                .split('+')
                .flat_map(|method| paths.iter().map(|path| format!("{method} {path}")).collect::<Vec<_>>())
                .collect::<Vec<_>>()
        });
        operations.map(|operation| (name.to_owned(), operation)).collect::<Vec<_>>()
    });
    assert_eq!(listed.collect::<Unsupported>(), known);
}

#[test]
fn the_table_of_events_has_every_type() {
    let page = fs::read_to_string(root().join("docs/events.md")).expect("a page");
    let table = page.split("## Types").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the types");
    let cells = table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let listed: Vec<_> = cells.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`')).collect();
    let known: Vec<_> = domain::events::EventType::ALL.iter().map(|known| known.as_str()).collect();
    assert_eq!(listed, known);
}

#[test]
fn every_action_of_the_trail_but_quotes_leaves_an_event() {
    let page = fs::read_to_string(root().join("docs/api/administration.md")).expect("a page");
    let actions = page.split("The actions are ").nth(1).and_then(|rest| rest.split(". More will come").next());
    let actions: BTreeSet<_> = actions.expect("the actions").split('`').skip(1).step_by(2).collect();
    let silent: Vec<_> =
        actions.iter().filter(|action| domain::events::EventType::of_action(action).is_none()).collect();
    assert_eq!(silent, [&"quote.create"]);
    let told = domain::events::EventType::ALL.iter().filter_map(|known| known.action());
    assert!(told.clone().all(|action| actions.contains(action)), "{:?}", told.collect::<Vec<_>>());
}

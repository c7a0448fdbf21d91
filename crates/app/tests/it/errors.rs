//! Comparison of the table of codes with `docs/errors.md` and the OpenAPI document.

use std::collections::BTreeSet;
use std::fs;

use application::Code;

use crate::architecture::root;
use crate::support::document;

/// Returns the codes in the table of `docs/errors.md`, each with its status.
fn documented() -> Vec<(u16, String)> {
    let page = fs::read_to_string(root().join("docs/errors.md")).expect("the page");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | `"));
    let code = |rest: &str| rest.split_once('`').expect("a code").0.to_owned();
    rows.filter_map(|(status, rest)| Some((status.parse().ok()?, code(rest)))).collect()
}

#[test]
fn every_code_is_in_the_table_of_the_docs_once_and_no_other() {
    let mut table: Vec<String> = documented().into_iter().map(|(_, code)| code).collect();
    let mut codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    table.sort_unstable();
    codes.sort_unstable();
    assert_eq!(table, codes);
}

#[test]
fn every_code_in_the_openapi_document_has_the_status_that_the_docs_give_it() {
    let table: BTreeSet<_> = documented().into_iter().collect();
    let said = document::refusals();
    assert!(said.len() > 60, "{said:?}");
    let unknown: Vec<_> = said.difference(&table).collect();
    assert!(unknown.is_empty(), "not so in docs/errors.md: {unknown:?}");
}

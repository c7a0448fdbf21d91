//! Twins: the rows of another workspace with the same ids, as a copy of a database has them.
//!
//! Each new row has a twin: stored before it, so that a statement without its condition on the workspace finds it first,
//! with another name. A statement that changes or deletes a twin fails. An engine's tests make the triggers for this.

use std::thread;

/// Areas in which operators and the service itself find the twins, because they look at all workspaces.
const ACROSS: [&str; 2] = ["operated_workspaces::", "operators::"];
/// Waits for work in all workspaces.
const WAITING: &str = "unnumbered_events";

/// Returns those of the tables that have twins in this test.
pub fn tables_with_twins<'a>(tables: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let test = thread::current().name().unwrap_or_default().to_owned();
    let is_across = ACROSS.iter().any(|area| test.contains(area));
    tables.iter().copied().filter(move |table| !is_across && *table != WAITING)
}

/// Returns the column with the workspace.
pub fn workspace_column(table: &str) -> &'static str {
    if table == "workspaces" { "id" } else { "workspace_id" }
}

/// Returns the statement of a trigger that stores the twin of `NEW`. `of_twin` turns a workspace into that of its twins.
pub fn insertion_of_twin(table: &str, columns: &[String], of_twin: fn(&str) -> String) -> String {
    let values: Vec<_> = columns.iter().map(|column| value(table, column, of_twin)).collect();
    format!("INSERT INTO {table} ({}) VALUES ({}) ON CONFLICT DO NOTHING", columns.join(", "), values.join(", "))
}

fn value(table: &str, column: &str, of_twin: fn(&str) -> String) -> String {
    let same = format!("NEW.{column}");
    match (table, column) {
        _ if column == workspace_column(table) => of_twin(&same),
        ("workspaces", "status") => "'SUSPENDED'".into(),
        // Operators look for names in all workspaces.
        ("workspaces", "name_folded") => "'twin'".into(),
        ("events" | "event_recipients", "position") => "NEW.position + 100".into(),
        // The name of a consumer is its key.
        ("event_consumers", "name") => same,
        (_, "name" | "description" | "guest_first_name") => "'Twin'".into(),
        _ => same,
    }
}

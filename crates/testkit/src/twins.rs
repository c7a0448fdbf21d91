//! Twins: the rows of two other workspaces with the same ids, as copies of a database have them.
//!
//! Each new row has two twins: stored before it, and before and after it by their workspace, so that a statement without its
//! condition on the workspace finds one first and one last. They have other names and owners. A statement that changes or
//! deletes a twin fails. An engine's tests make the triggers for this.

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

/// Returns the statements of a trigger that store the twins of `NEW`. `with_byte` is the workspace with another twelfth byte,
/// which is 1 in all ids of [`build`](crate::build).
pub fn insertion_of_twins(table: &str, columns: &[String], with_byte: fn(&str, &str) -> String) -> String {
    let insertion = |byte| {
        let workspace = with_byte(&format!("NEW.{}", workspace_column(table)), byte);
        let values: Vec<_> = columns.iter().map(|column| value(table, column, &workspace)).collect();
        format!("INSERT INTO {table} ({}) VALUES ({}) ON CONFLICT DO NOTHING;", columns.join(", "), values.join(", "))
    };
    ["00", "02"].map(insertion).concat()
}

fn value(table: &str, column: &str, workspace: &str) -> String {
    let same = format!("NEW.{column}");
    match (table, column) {
        _ if column == workspace_column(table) => workspace.to_owned(),
        ("integration_accounts", "tenant_id") => {
            format!("(SELECT id FROM tenants WHERE workspace_id = {workspace} AND is_default)")
        }
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

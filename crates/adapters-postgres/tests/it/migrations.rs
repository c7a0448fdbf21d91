//! The form of migrations that run on distributed tables.

use std::fs;
use std::path::Path;

/// The last migration before tables could be distributed.
const LOCAL: u32 = 17;

/// Returns the statements of a migration, in one line each.
fn statements(sql: &str) -> Vec<String> {
    let code: Vec<_> = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let statements = code.join(" ");
    let statements = statements.split(';').map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" "));
    statements.filter(|statement| !statement.is_empty()).collect()
}

/// Returns what Citus would refuse. Tables that the migration itself creates are distributed after it.
fn faults(sql: &str) -> Vec<String> {
    let statements = statements(sql);
    let created: Vec<_> =
        statements.iter().filter_map(|statement| table_after(statement, &["CREATE TABLE "])).collect();
    let is_distributed = |table: Option<&str>| table.is_some_and(|table| !created.contains(&table));
    let fault = |statement: &String| {
        let is_index = statement.starts_with("CREATE INDEX ") || statement.starts_with("CREATE UNIQUE INDEX ");
        if is_index && is_distributed(table_after(statement, &[" ON "])) && statements.len() > 1 {
            return Some(format!("an index beside other statements: {statement}"));
        }
        if !is_distributed(table_after(statement, &["ALTER TABLE "])) {
            return None;
        }
        let rules = [" CHECK ", " CHECK(", " UNIQUE", " REFERENCES ", " PRIMARY KEY"];
        let has_rule = rules.iter().any(|rule| statement.contains(rule));
        let is_column = statement.contains(" ADD COLUMN ");
        if has_rule && (is_column || !statement.contains(" ADD CONSTRAINT ")) {
            return Some(format!("a rule that is not a constraint with a name of its own: {statement}"));
        }
        None
    };
    statements.iter().filter_map(fault).collect()
}

/// Returns the word after one of the beginnings.
fn table_after<'s>(statement: &'s str, beginnings: &[&str]) -> Option<&'s str> {
    let (_, rest) = beginnings.iter().find_map(|beginning| statement.split_once(beginning))?;
    rest.split([' ', '(']).next()
}

#[test]
fn citus_refuses_some_forms() {
    for (sql, expected) in [
        ("CREATE INDEX a ON tenants (workspace_id, id);", 0),
        ("-- Why.\nCREATE INDEX a ON tenants (workspace_id, id);\nCREATE INDEX b ON tenants (workspace_id, name);", 2),
        ("CREATE TABLE a (workspace_id uuid);\nCREATE UNIQUE INDEX b ON a (workspace_id);", 0),
        ("CREATE TABLE a (workspace_id uuid);\nCREATE UNIQUE INDEX b ON tenants (workspace_id);", 1),
        ("ALTER TABLE tenants ADD COLUMN a text NOT NULL DEFAULT '';", 0),
        ("ALTER TABLE tenants ADD COLUMN a text CHECK (a <> '');", 1),
        ("ALTER TABLE tenants ADD COLUMN a text;\nALTER TABLE tenants ADD CONSTRAINT a_is_text CHECK (a <> '');", 0),
        ("ALTER TABLE tenants ADD CHECK (id IS NOT NULL);", 1),
        ("ALTER TABLE tenants ADD FOREIGN KEY (workspace_id, a) REFERENCES users (workspace_id, id);", 1),
    ] {
        assert_eq!(faults(sql).len(), expected, "{sql}: {:?}", faults(sql));
    }
}

#[test]
fn every_migration_runs_on_distributed_tables() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/postgres");
    for file in fs::read_dir(folder).expect("the migrations") {
        let path = file.expect("a file").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let number: u32 = name.split('_').next().and_then(|number| number.parse().ok()).expect("a number");
        let faults = faults(&fs::read_to_string(&path).expect("a migration"));
        assert!(number <= LOCAL || faults.is_empty(), "{name}: {faults:#?}");
    }
}

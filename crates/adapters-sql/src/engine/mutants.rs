//! Mutants: statements without one of their guards, by which the tests are tested. Never part of a release.
//!
//! A guard is a condition that isolates or protects rows, or a lock. It is named by the text of its query up to and including
//! it, with `$` for each value or list of values, and `( … )` for each query inside. So a guard that several statements share
//! is one guard. `TENANTRY_TEST_MUTANT` is the end of the name of the guard that is left out of all statements.
//! `TENANTRY_TEST_GUARDS` is the file that gets a line for each guard of the statements that were run, with tabs between: the query
//! up to the guard, the guard, the name of the thread, which is that of the test, and the whole statement without the guard.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::ops::Range;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

static MUTANT: LazyLock<Option<String>> = LazyLock::new(|| env::var("TENANTRY_TEST_MUTANT").ok());
static GUARDS: LazyLock<Option<String>> = LazyLock::new(|| env::var("TENANTRY_TEST_GUARDS").ok());
static TEXTS: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);

/// The words that end a condition.
const ENDS: [&str; 24] = [
    "AND",
    "OR",
    "THEN",
    "ORDER",
    "GROUP",
    "LIMIT",
    "UNION",
    "FOR",
    "RETURNING",
    "WHERE",
    "LEFT",
    "JOIN",
    "CROSS",
    "INNER",
    "ON",
    "HAVING",
    "END",
    "ELSE",
    "OFFSET",
    "WINDOW",
    "SET",
    "INTERSECT",
    "EXCEPT",
    "DO",
];
/// The words before a condition.
const STARTS: [&str; 8] = ["WHERE", "AND", "OR", "ON", "NOT", "(", "WHEN", "HAVING"];
const OPERATORS: [&str; 9] = ["=", "<>", "<", ">", "<=", ">=", "IN", "NOT", "IS"];
const QUERIES: [&str; 5] = ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"];

/// Returns the text to run: without the mutant's guard, if it has this guard.
pub(super) fn mutated(sql: String) -> String {
    if let Some(file) = &*GUARDS {
        note(file, &sql);
    }
    let Some(mutant) = &*MUTANT else { return sql };
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    texts.entry(sql).or_insert_with_key(|sql| without_guard(sql, mutant)).clone()
}

fn note(file: &str, sql: &str) {
    static NOTED: LazyLock<Mutex<HashSet<(String, String)>>> = LazyLock::new(Mutex::default);
    let thread = thread::current().name().unwrap_or_default().to_owned();
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    if noted.insert((thread.clone(), sql.to_owned())) {
        let mut file = OpenOptions::new().create(true).append(true).open(file).expect("a file for the guards");
        let lines: BTreeSet<_> = guards(sql)
            .into_iter()
            .map(|guard| {
                let left = guard.left_out_of(sql).split_whitespace().collect::<Vec<_>>().join(" ");
                format!("{}\t{}\t{thread}\t{left}\n", guard.query, guard.text)
            })
            .collect();
        file.write_all(lines.into_iter().collect::<String>().as_bytes()).expect("room for the guards");
    }
}

fn without_guard(sql: &str, mutant: &str) -> String {
    // The last first, so that the places of the others stay.
    let left_out = |text: String, guard: &Guard| guard.left_out_of(&text);
    guards(sql).iter().rev().filter(|guard| guard.name().ends_with(mutant)).fold(sql.to_owned(), left_out)
}

struct Guard {
    /// The query up to the guard.
    query: String,
    text: String,
    place: Range<usize>,
    is_lock: bool,
}

impl Guard {
    fn name(&self) -> String {
        format!("{} {}", self.query, self.text)
    }

    /// Returns the statement without this guard. A condition stays, so that each value keeps its type.
    fn left_out_of(&self, sql: &str) -> String {
        let place = self.place.clone();
        let left = if self.is_lock { String::new() } else { format!("({} OR TRUE)", &sql[place.clone()]) };
        format!("{}{left}{}", &sql[..place.start], &sql[place.end..])
    }
}

/// Returns the guards of a statement, in their order.
fn guards(sql: &str) -> Vec<Guard> {
    let tokens = tokens(sql);
    let words: Vec<_> = tokens.iter().map(|token| &sql[token.clone()]).collect();
    let mut guards = Vec::new();
    for at in 0..words.len() {
        let lock = end_of_lock(&words, at);
        if let Some(end) = lock.or_else(|| end_of_condition(&words, at)) {
            guards.push(Guard {
                query: name(&words, start_of_query(&words, at)..at),
                text: name(&words, at..end),
                place: tokens[at].start..tokens[end - 1].end,
                is_lock: lock.is_some(),
            });
        }
    }
    guards
}

fn tokens(sql: &str) -> Vec<Range<usize>> {
    let is_word = |c: char| c.is_alphanumeric() || "_.$\"?".contains(c);
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let length = match first {
            '\'' => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c if "<>=!|&@#^~*/+-:".contains(c) => rest.find(|c| !"<>=!|&@#^~*/+-:".contains(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        if !first.is_whitespace() {
            tokens.push(at..at + length);
        }
        at += length;
    }
    tokens
}

fn is_one_of(word: Option<&&str>, words: &[&str]) -> bool {
    word.is_some_and(|word| words.iter().any(|other| word.eq_ignore_ascii_case(other)))
}

/// Returns the end of the lock that begins here.
fn end_of_lock(words: &[&str], at: usize) -> Option<usize> {
    if words[at] == "pg_advisory_xact_lock" {
        return Some(at + 1);
    }
    let locks: [&[&str]; 5] = [
        &["FOR", "NO", "KEY", "UPDATE", "SKIP", "LOCKED"],
        &["FOR", "NO", "KEY", "UPDATE"],
        &["FOR", "KEY", "SHARE"],
        &["FOR", "SHARE"],
        &["FOR", "UPDATE"],
    ];
    locks.iter().find(|lock| words[at..].starts_with(lock)).map(|lock| at + lock.len())
}

/// Returns the end of the guarding condition that begins here.
fn end_of_condition(words: &[&str], at: usize) -> Option<usize> {
    let column = words[at].rsplit('.').next().unwrap_or_default().trim_matches('"');
    let is_guard = ["workspace_id", "tenant_id", "version"].iter().any(|end| column.ends_with(end))
        || ["status", "sold_by", "user_id"].contains(&column);
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    if !is_guard || !is_one_of(before, &STARTS) || !is_one_of(words.get(at + 1), &OPERATORS) {
        return None;
    }
    let mut depth = 0;
    let end = words[at..].iter().position(|word| {
        depth += usize::from(*word == "(");
        let is_end = depth == 0 && ([")", ",", ";"].contains(word) || is_one_of(Some(word), &ENDS));
        depth -= usize::from(*word == ")" && depth > 0);
        is_end
    });
    Some(end.map_or(words.len(), |length| at + length))
}

/// Returns the start of the query around the word.
fn start_of_query(words: &[&str], at: usize) -> usize {
    let mut closed = 0;
    for place in (0..at).rev() {
        match words[place] {
            ")" => closed += 1,
            "(" if closed > 0 => closed -= 1,
            "(" if is_one_of(words.get(place + 1), &QUERIES) => return place + 1,
            ";" => return place + 1,
            word if closed == 0 && word.eq_ignore_ascii_case("UNION") => return place,
            _ => {}
        }
    }
    0
}

/// Returns the words with `$` for values and lists of them, and without the queries inside.
fn name(words: &[&str], range: Range<usize>) -> String {
    let mut name: Vec<String> = Vec::new();
    let mut inside = 0;
    for at in range {
        let word = words[at];
        if inside > 0 || (word == "(" && is_one_of(words.get(at + 1), &QUERIES)) {
            if inside == 0 {
                name.push("( … )".into());
            }
            inside = inside + usize::from(word == "(") - usize::from(word == ")");
            continue;
        }
        name.push(if word.starts_with(['$', '?']) { "$".into() } else { word.replace('"', "") });
        for list in [&["$", ",", "$"][..], &["(", "$", ")", ",", "(", "$", ")"]] {
            // A list of any length has one name.
            if name.len() >= list.len() && name[name.len() - list.len()..] == *list {
                name.truncate(name.len() - list.len().div_ceil(2));
            }
        }
    }
    name.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(sql: &str) -> Vec<String> {
        guards(sql).iter().map(Guard::name).collect()
    }

    #[test]
    fn a_guard_is_named_by_its_query_up_to_it() {
        let sql = r#"BEGIN; SELECT a.id, "b" FROM a JOIN b ON b.workspace_id = $1 WHERE a.status IN ($3, $4) AND a.id = $2 FOR SHARE"#;
        let query = "SELECT a.id , b FROM a JOIN b ON b.workspace_id = $";
        let in_status = format!("{query} WHERE a.status IN ( $ )");
        assert_eq!(named(sql), [query.to_owned(), in_status.clone(), format!("{in_status} AND a.id = $ FOR SHARE")]);
    }

    #[test]
    fn a_query_inside_has_a_name_of_its_own() {
        let sql = "DELETE FROM a WHERE b IN (SELECT c FROM d WHERE tenant_id = $1) AND (e = $2 OR version <> $3 - 1)";
        let outer = "DELETE FROM a WHERE b IN ( … ) AND ( e = $ OR version <> $ - 1";
        assert_eq!(named(sql), ["SELECT c FROM d WHERE tenant_id = $", outer]);
    }

    #[test]
    fn what_is_selected_inserted_or_set_is_no_guard() {
        for sql in [
            "INSERT INTO a (workspace_id, status) VALUES ($1, $2), ($3, $4)",
            "UPDATE a SET tenant_id = $1, version = version + 1",
            "SELECT status = 'ACTIVE' AS is_active, version FROM a GROUP BY workspace_id",
        ] {
            assert!(guards(sql).is_empty(), "{sql}");
        }
    }

    #[test]
    fn lists_of_any_length_have_one_name() {
        let sql =
            |values| format!("INSERT INTO a VALUES {values} ON CONFLICT (id) DO UPDATE SET b = 1 WHERE a.version = 2");
        assert_eq!(named(&sql("($1, $2), ($3, $4), ($5, $6)")), named(&sql("($1, $2)")));
    }

    #[test]
    fn a_mutant_keeps_the_values_but_not_the_guard() {
        let sql = "SELECT 1 FROM a WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE SKIP LOCKED";
        for (mutant, expected) in [
            (
                "FROM a WHERE workspace_id = $",
                "SELECT 1 FROM a WHERE (workspace_id = $1 OR TRUE) AND id = $2 FOR NO KEY UPDATE SKIP LOCKED",
            ),
            ("FOR NO KEY UPDATE SKIP LOCKED", "SELECT 1 FROM a WHERE workspace_id = $1 AND id = $2 "),
            ("FROM b WHERE workspace_id = $", sql),
        ] {
            assert_eq!(without_guard(sql, mutant), expected);
        }
        let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
        assert_eq!(without_guard(lock, "pg_advisory_xact_lock"), "SELECT (hashtextextended($1, 0))");
    }
}

//! The dialect of PostgreSQL.

use adapters_sql::{Dialect, Violation, escaped_for_like};
use ports::rules;
use sea_orm::DbBackend;
use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::migrate::Migrator;

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// SQLSTATEs, and classes of them, of temporary errors: connection exceptions, a server that became a standby,
/// credentials that are being changed, a database that is being restored, insufficient resources, an object not
/// available (lock timeout), operator intervention (shutdown, cancelled), system errors.
const UNAVAILABLE: [&str; 8] = ["08", "25006", "28", "3D", "53", "55", "57", "58"];
/// The SQLSTATE with which the coordinator of Citus reports that it lost a worker during a statement or a commit.
const INTERNAL: &str = "XX000";
/// The SQLSTATE class of transactions that were rolled back because of others: serialization failures, deadlocks.
const ROLLBACK: &str = "40";
/// The workspaces of the shards whose worker responds.
const REACHABLE: &str = "\
    SELECT CAST(unnest(string_to_array(shard.result, ',')) AS uuid) AS workspace_id \
    FROM run_command_on_shards('workspaces', 'SELECT string_agg(CAST(id AS text), '','') FROM %s') shard \
    WHERE shard.success";
/// The state of a violated exclusion constraint.
const EXCLUDED: &str = "23P01";
/// `lock_not_available`: the lock timeout.
const LOCKED: &str = "55P03";

/// The listings in the box of a search, nearest first, where row-level security is on. The conditions of a query that reads a
/// table with a policy come after the policies, and an operator that is not leakproof finds nothing by an index. So a subquery
/// reads the view alone; with OFFSET, it stays a query of its own.
const WALLED_PLACES: &str = "\
    (SELECT listing.*, listing.position <-> cube(ARRAY[$3, $4, $5]::double precision[]) AS distance \
     FROM walled_listings listing \
     WHERE listing.workspace_id = $1 \
       AND listing.position && cube_enlarge(cube(ARRAY[$3, $4, $5]::double precision[]), $6, 3) \
     ORDER BY distance OFFSET 0) listing";

pub(crate) static POSTGRES: PostgresDialect = PostgresDialect { is_citus: false, is_walled: false };
pub(crate) static CITUS: PostgresDialect = PostgresDialect { is_citus: true, is_walled: false };
pub(crate) static WALLED: PostgresDialect = PostgresDialect { is_citus: false, is_walled: true };

pub(crate) struct PostgresDialect {
    /// Whether the tables may be distributed over several machines.
    pub(crate) is_citus: bool,
    /// Whether row-level security is on.
    pub(crate) is_walled: bool,
}

impl Dialect for PostgresDialect {
    fn backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    fn schema_version(&self) -> i64 {
        MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
    }

    fn begin_writing(&self) -> &'static str {
        "BEGIN"
    }

    fn begin_writing_much(&self) -> &'static str {
        "BEGIN"
    }

    fn begin_numbering(&self) -> &'static str {
        // A lost server may take long to be noticed, and no other numbers until its transaction ends. A plan that was made
        // while little was stored would read or hash all that is stored later.
        "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL enable_seqscan = off; \
         SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
    }

    fn begin_reading(&self) -> &'static str {
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    }

    fn probe_writing(&self) -> &'static str {
        // An UPDATE without rows would wait for a migration that creates an index on the table.
        "SELECT 1 FROM workspaces WHERE false FOR UPDATE"
    }

    fn for_share(&self) -> &'static str {
        " FOR SHARE"
    }

    fn for_update(&self) -> &'static str {
        " FOR UPDATE"
    }

    fn for_key_share(&self) -> &'static str {
        " FOR KEY SHARE"
    }

    fn for_no_key_update(&self) -> &'static str {
        " FOR NO KEY UPDATE"
    }

    fn for_update_of_unlocked(&self) -> &'static str {
        " FOR NO KEY UPDATE SKIP LOCKED"
    }

    fn first_workspace_lock(&self) -> Option<&'static str> {
        // An arbitrary number that no other lock uses.
        Some("SELECT pg_advisory_xact_lock(7301846)")
    }

    fn named_lock(&self) -> Option<&'static str> {
        // Two texts with the same hash wait for each other: that is slower, not wrong.
        Some("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
    }

    fn together(&self, statements: &[&str]) -> String {
        let Some((last, others)) = statements.split_last() else { return String::new() };
        let parts: Vec<_> = others.iter().enumerate().map(|(n, other)| format!("part_{n} AS ({other})")).collect();
        format!("WITH {} {last}", parts.join(", "))
    }

    fn joins_writes(&self) -> bool {
        // Citus would move the rows through the coordinator.
        !self.is_citus
    }

    fn after_write(&self, number: usize) -> String {
        format!(" FROM write_{number}")
    }

    fn in_order(&self, writes: &[String]) -> String {
        // The order is that in which each reads from the one before it.
        let Some((last, others)) = writes.split_last().filter(|(_, others)| !others.is_empty()) else {
            return writes.concat();
        };
        let others = others.iter().enumerate().map(|(n, write)| format!("write_{n} AS ({write} RETURNING 1)"));
        format!("WITH {} {last}", others.collect::<Vec<_>>().join(", "))
    }

    fn numbers_together(&self) -> bool {
        // A policy hides the rows of other workspaces, and Citus would commit on several machines.
        !self.is_citus && !self.is_walled
    }

    fn items(&self, array: &str) -> String {
        format!("jsonb_array_elements({array}) item")
    }

    fn id_to_text(&self, id: &str) -> String {
        format!("replace(CAST({id} AS text), '-', '')")
    }

    fn to_id(&self, text: &str) -> String {
        format!("CAST({text} AS uuid)")
    }

    fn notify_access_change(&self) -> Option<&'static str> {
        Some("SELECT pg_notify('tenantry_access', $1)")
    }

    fn reachable_workspaces(&self) -> Option<&'static str> {
        self.is_citus.then_some(REACHABLE)
    }

    fn first_of_each_account(&self, table: &str, row: &str, conditions: &str) -> String {
        format!(
            "CROSS JOIN LATERAL (SELECT {row}.id FROM {table} {row} \
             WHERE {row}.workspace_id = $1 AND {row}.integration_account_id = account.id{conditions} \
             ORDER BY {row}.id LIMIT $3) {row}"
        )
    }

    fn some_of_each_account(&self, table: &str, row: &str) -> String {
        // The planner does not know how few there are. Without ORDER BY, it might read all by a bitmap.
        self.first_of_each_account(table, row, "")
    }

    fn all_of_each_account(&self, table: &str, row: &str, conditions: &str) -> String {
        // The planner does not know how few there are. Without OFFSET, it might read the whole table to join it.
        format!(
            "CROSS JOIN LATERAL (SELECT {row}.id FROM {table} {row} \
             WHERE {row}.workspace_id = $1 AND {row}.integration_account_id = account.id{conditions} \
             OFFSET 0) {row}"
        )
    }

    fn part_of_page(&self, select: &str, id: &str) -> String {
        // Without LIMIT, the planner would sort each part.
        format!("SELECT * FROM ({select} ORDER BY {id} LIMIT $3) part")
    }

    fn first_of_list(&self, list: &str, most: usize) -> String {
        format!("jsonb_path_query_array({list}, '$[0 to {}]')", most - 1)
    }

    fn length_of_list(&self, list: &str) -> String {
        format!("jsonb_array_length({list})")
    }

    fn rows_of_insert(&self) -> usize {
        // A statement has at most 65,535 values, and a listing has about 40.
        500
    }

    fn placed_listings(&self) -> &'static str {
        if self.is_walled { WALLED_PLACES } else { "listings listing" }
    }

    fn positions(&self) -> &'static str {
        if self.is_walled {
            "walled_listings listing WHERE listing.workspace_id = $1 \
             AND listing.position && cube_enlarge(cube(ARRAY[$3, $4, $5]::double precision[]), $6, 3) AND"
        } else {
            "listings listing WHERE listing.workspace_id = $1 AND"
        }
    }

    fn in_box(&self) -> &'static str {
        if self.is_walled {
            return "true";
        }
        // For a point, this finds the same as `<@`. But for `<@` the planner estimates a fifth of the rows: so few
        // that, in a small table, it would sort all rows in the box instead of reading the index until it has enough.
        "listing.position && cube_enlarge(cube(ARRAY[$3, $4, $5]::double precision[]), $6, 3)"
    }

    fn nearest_first(&self) -> &'static str {
        if self.is_walled {
            return " ORDER BY listing.distance FETCH FIRST ($10) ROWS WITH TIES";
        }
        // With a second sort key the index could not be read in this order; the caller sorts the result.
        " ORDER BY listing.position <-> cube(ARRAY[$3, $4, $5]::double precision[]) FETCH FIRST ($10) ROWS WITH TIES"
    }

    fn initial_search_radius(&self) -> u32 {
        // With row-level security, the whole box is read.
        if self.is_walled { 1 } else { 16 }
    }

    fn has_amenity(&self) -> &'static str {
        "strpos(listing.amenities_folded, ?) > 0"
    }

    fn one_of(&self, column: &str, select: &str) -> String {
        // The planner does not know how few rows a LIMIT leaves, and would read the whole table to join it.
        format!("{column} = ANY (ARRAY({select}))")
    }

    fn delete_some(&self, table: &str) -> String {
        let some = format!("SELECT ctid FROM {table} WHERE workspace_id = $1 LIMIT $2");
        format!("DELETE FROM {table} WHERE workspace_id = $1 AND ctid = ANY (ARRAY({some}))")
    }

    fn find_by_indexes(&self) -> Option<&'static str> {
        Some(
            "SELECT set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)",
        )
    }

    fn rows_by_text(&self, table: &str, row: &str, _: &str) -> String {
        let table = if self.is_walled { view(table) } else { table.to_owned() };
        format!("FROM {table} {row} WHERE searchable({row}.search_text) LIKE ?")
    }

    fn finds_all_by_text(&self) -> bool {
        true
    }

    fn text_key(&self, text: &str) -> Option<String> {
        let text = searchable(text);
        has_trigram(&text).then(|| format!("%{}%", escaped_for_like(&text)))
    }

    fn columns_of_table(&self) -> &'static str {
        "SELECT CAST(known.column_name AS text) AS name, CAST(known.data_type AS text) AS kind, \
             known.is_generated = 'ALWAYS' OR COALESCE(known.column_default LIKE 'nextval(%', false) AS is_drawn \
         FROM information_schema.columns known \
         WHERE known.table_schema = current_schema() AND known.table_name = $1 ORDER BY known.ordinal_position"
    }

    fn violation(&self, error: &dyn DatabaseError) -> Option<Violation> {
        match error.kind() {
            ErrorKind::ForeignKeyViolation => Some(Violation::Reference),
            ErrorKind::UniqueViolation => {
                // The coordinator of Citus repeats the worker's message, but not the name of the constraint.
                broken_rule(error.constraint().unwrap_or_else(|| error.message())).map(Violation::Taken)
            }
            // There is one constraint of this kind. An insert leaves the row out instead.
            _ if error.code().is_some_and(|code| code == EXCLUDED) => Some(Violation::Taken(rules::RESERVATION_STAY)),
            _ if error.code().is_some_and(|code| code.starts_with(ROLLBACK)) => Some(Violation::Conflict),
            _ if error.code().is_some_and(|code| code == LOCKED) => Some(Violation::Locked),
            _ => None,
        }
    }

    fn is_unavailable(&self, error: &dyn DatabaseError) -> bool {
        error.code().is_some_and(|code| {
            UNAVAILABLE.iter().any(|class| code.starts_with(class)) || (self.is_citus && code == INTERNAL)
        })
    }
}

/// Returns the rule whose name is a word of the text, in any language. A shard of Citus appends its number to the names of its
/// constraints.
fn broken_rule(text: &str) -> Option<&'static str> {
    let is_name = |word: &str, rule| {
        let number = word.strip_prefix(rule);
        number.is_some_and(|number| number.chars().all(|c| c == '_' || c.is_ascii_digit()))
    };
    let words = || text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    rules::UNIQUE.into_iter().find(|rule| words().any(|word| is_name(word, *rule)))
}

/// Returns the name by which a table is read by operators that are not leakproof.
pub(crate) fn view(table: &str) -> String {
    format!("walled_{table}")
}

/// Returns the text as the function `searchable` of the schema does.
fn searchable(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'\\' => r"\\".to_owned(),
        0x80.. => format!(r"\{byte:03o}"),
        _ => char::from(byte).to_string(),
    };
    text.bytes().map(byte).collect()
}

/// Whether `pg_trgm` looks for a trigram when this text may be found anywhere. It takes them from the words, to which it
/// adds two spaces at the beginning and one at the end.
fn has_trigram(text: &str) -> bool {
    let words: Vec<_> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let last = words.len() - 1;
    words.iter().enumerate().any(|(place, word)| {
        let (begins, ends) = (usize::from(place > 0), usize::from(place < last));
        !word.is_empty() && 2 * begins + word.len() + ends >= 3
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_rule_is_known_by_its_name_alone_or_in_a_message_with_the_number_of_a_shard() {
        for (text, expected) in [
            ("tenant_domain", Some("tenant_domain")),
            (r#"duplicate key value violates unique constraint "tenant_domain_102043""#, Some("tenant_domain")),
            ("doppelter Schlüsselwert verletzt Unique-Constraint »user_email_7«", Some("user_email")),
            (r#"duplicate key value violates unique constraint "tenants_pkey_102043""#, None),
            (r#"duplicate key value violates unique constraint "tenant_domain_of_another""#, None),
        ] {
            assert_eq!(broken_rule(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_is_looked_for_by_its_trigrams_in_any_script() {
        for (text, expected) in [
            ("hotel", Some("%hotel%")),
            ("50%_", Some(r"%50\%\_%")),
            ("école", Some(r"%\\303\\251cole%")),
            ("\u{1}\u{1}é", Some("%\u{1}\u{1}\\\\303\\\\251%")),
            ("\u{1}\u{1}a", Some("%\u{1}\u{1}a%")),
            (r"a\b", Some(r"%a\\\\b%")),
            ("a-b", Some("%a-b%")),
            ("ab-", Some("%ab-%")),
            ("a--", None),
            ("\u{1}\u{1}%", None),
            ("!!!", None),
        ] {
            assert_eq!(POSTGRES.text_key(text).as_deref(), expected, "{text:?}");
        }
    }
}

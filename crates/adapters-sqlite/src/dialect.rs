//! The dialect of SQLite.

use std::collections::BTreeSet;

use adapters_sql::{Dialect, Violation};
use ports::rules;
use sea_orm::DbBackend;
use serde_json::Value;
use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::migrate::Migrator;

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// Unique rules by their columns: SQLite reports the columns of a violated rule, not its name.
const RULES: [(&str, &str); 10] = [
    ("tenants.workspace_id, tenants.domain", rules::TENANT_DOMAIN),
    ("tenants.workspace_id", rules::TENANT_DEFAULT),
    ("locations.workspace_id, locations.tenant_id", rules::LOCATION_DEFAULT),
    ("users.workspace_id, users.email_folded", rules::USER_EMAIL),
    (
        "integration_accounts.workspace_id, integration_accounts.provider, integration_accounts.account_identifier",
        rules::INTEGRATION_ACCOUNT_IDENTIFIER,
    ),
    ("listings.workspace_id, listings.integration_account_id, listings.provider_id", rules::LISTING_PROVIDER_ID),
    ("promotions.workspace_id, promotions.integration_account_id, promotions.name_folded", rules::PROMOTION_NAME),
    (
        "promotions.workspace_id, promotions.integration_account_id, promotions.coupon_code_folded",
        rules::PROMOTION_COUPON_CODE,
    ),
    (
        "reservations.workspace_id, reservations.external_seller, reservations.external_id",
        rules::RESERVATION_EXTERNAL_ID,
    ),
    ("reservations.workspace_id, reservations.quote_id", rules::QUOTE_USED),
];

/// Begins a transaction that writes much. In WAL mode it is the same as `BEGIN IMMEDIATE`, except that no other change
/// shares its commit.
pub(crate) const BEGIN_ALONE: &str = "BEGIN EXCLUSIVE";

/// Primary result codes of temporary errors: busy, locked, read-only, interrupted, I/O error, disk full, cannot open.
const UNAVAILABLE: [i32; 7] = [5, 6, 8, 9, 10, 13, 14];

/// A blob that sorts after the ids, which have 16 bytes.
const AFTER_ALL_IDS: &str = "X'FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF'";

/// The number of pieces of a text that are compared, at most.
const PIECES: usize = 12;
/// The number of rows from which a piece is common.
const MANY: u32 = 64;

pub(crate) struct SqliteDialect;

impl Dialect for SqliteDialect {
    fn backend(&self) -> DbBackend {
        DbBackend::Sqlite
    }

    fn schema_version(&self) -> i64 {
        MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
    }

    fn begin_writing(&self) -> &'static str {
        // Takes the write lock at once: a transaction that reads first could only get it later by starting again.
        "BEGIN IMMEDIATE"
    }

    fn begin_writing_much(&self) -> &'static str {
        BEGIN_ALONE
    }

    fn begin_numbering(&self) -> &'static str {
        self.begin_writing()
    }

    fn begin_reading(&self) -> &'static str {
        // The snapshot is taken by the first read.
        "BEGIN"
    }

    fn probe_writing(&self) -> &'static str {
        // A transaction that writes can begin even on a file that is not writable.
        "UPDATE workspaces SET id = id WHERE false"
    }

    fn for_share(&self) -> &'static str {
        ""
    }

    fn for_update(&self) -> &'static str {
        ""
    }

    fn for_key_share(&self) -> &'static str {
        ""
    }

    fn for_no_key_update(&self) -> &'static str {
        ""
    }

    fn for_update_of_unlocked(&self) -> &'static str {
        ""
    }

    fn first_workspace_lock(&self) -> Option<&'static str> {
        None
    }

    fn named_lock(&self) -> Option<&'static str> {
        None
    }

    fn together(&self, statements: &[&str]) -> String {
        statements.join("; ")
    }

    fn joins_writes(&self) -> bool {
        true
    }

    fn after_write(&self, _: usize) -> String {
        " WHERE changes() = 1".to_owned()
    }

    fn in_order(&self, writes: &[String]) -> String {
        writes.join("; ")
    }

    fn numbers_together(&self) -> bool {
        true
    }

    fn items(&self, array: &str) -> String {
        format!("jsonb_each({array}) item")
    }

    fn id_to_text(&self, id: &str) -> String {
        format!("lower(hex({id}))")
    }

    fn to_id(&self, text: &str) -> String {
        format!("unhex({text}, '-')")
    }

    fn notify_access_change(&self) -> Option<&'static str> {
        None
    }

    fn reachable_workspaces(&self) -> Option<&'static str> {
        None
    }

    fn first_of_each_account(&self, table: &str, row: &str, conditions: &str) -> String {
        // SQLite has no LATERAL, but a subquery in a condition can refer to the rows before it. Without conditions, the
        // rows are those up to the last one, to which OFFSET skips in the index of the account. With conditions they are
        // found by rowid, without an index.
        let of_account =
            format!("{row}.workspace_id = account.workspace_id AND {row}.integration_account_id = account.id");
        let rows = |column| {
            format!("SELECT {row}.{column} FROM {table} {row} WHERE {of_account}{conditions} ORDER BY {row}.id LIMIT")
        };
        if conditions.is_empty() {
            let last = format!("COALESCE(({} 1 OFFSET $3), {AFTER_ALL_IDS})", rows("id"));
            format!("CROSS JOIN {table} {row} ON {of_account} AND {row}.id <= {last}")
        } else {
            format!("CROSS JOIN {table} {row} ON {row}.rowid IN ({} $3)", rows("rowid"))
        }
    }

    fn some_of_each_account(&self, table: &str, row: &str) -> String {
        // The end of the statement ends the join.
        self.all_of_each_account(table, row, "")
    }

    fn all_of_each_account(&self, table: &str, row: &str, conditions: &str) -> String {
        format!(
            "CROSS JOIN {table} {row} \
             ON {row}.workspace_id = account.workspace_id AND {row}.integration_account_id = account.id{conditions}"
        )
    }

    fn part_of_page(&self, select: &str, _: &str) -> String {
        // SQLite merges parts that an index yields in order, and reads them no further than the page.
        select.to_owned()
    }

    fn first_of_list(&self, list: &str, most: usize) -> String {
        // A list that is short enough, as nearly all are, need not be rebuilt.
        format!(
            "CASE WHEN json_array_length({list}) > {most} THEN (SELECT json_group_array(json(e.value)) \
             FROM (SELECT value FROM json_each({list}) ORDER BY key LIMIT {most}) e) ELSE {list} END"
        )
    }

    fn length_of_list(&self, list: &str) -> String {
        format!("json_array_length({list})")
    }

    fn rows_of_insert(&self) -> usize {
        // SQLite compiles a statement once for each text, which takes longer than it saves if the text is long.
        50
    }

    fn placed_listings(&self) -> &'static str {
        // CROSS JOIN keeps the R-tree in front: everything else is looked up from its results.
        "listing_tree place CROSS JOIN listings listing ON listing.number = place.number"
    }

    fn positions(&self) -> &'static str {
        // The tree alone: the workspace is one of its dimensions.
        "listing_tree place WHERE"
    }

    fn in_box(&self) -> &'static str {
        "place.min_x <= $3 + $6 AND place.max_x >= $3 - $6 AND place.min_y <= $4 + $6 AND place.max_y >= $4 - $6 \
         AND place.min_z <= $5 + $6 AND place.max_z >= $5 - $6 \
         AND place.min_workspace <= (SELECT number FROM workspace_numbers WHERE workspace_id = $1) \
         AND place.max_workspace >= (SELECT number FROM workspace_numbers WHERE workspace_id = $1)"
    }

    fn nearest_first(&self) -> &'static str {
        ""
    }

    fn initial_search_radius(&self) -> u32 {
        // The index cannot yield the nearest first: all listings inside are sorted.
        1
    }

    fn has_amenity(&self) -> &'static str {
        "instr(listing.amenities_folded, ?) > 0"
    }

    fn one_of(&self, column: &str, select: &str) -> String {
        format!("{column} IN ({select})")
    }

    fn delete_some(&self, table: &str) -> String {
        let some = format!("SELECT rowid FROM {table} WHERE workspace_id = $1 LIMIT $2");
        format!("DELETE FROM {table} NOT INDEXED WHERE workspace_id = $1 AND rowid IN ({some})")
    }

    fn find_by_indexes(&self) -> Option<&'static str> {
        None
    }

    fn rows_by_text(&self, table: &str, row: &str, number: &str) -> String {
        // In the index, the number of the scope is in front of the row's. The index does not know in how many rows a
        // piece is, and reads all rows of each piece that it is given. So it gets the three rarest: those that are in the
        // fewest rows, or, of common ones, those whose first rows are the farthest apart.
        let found = |pieces: &str| {
            format!(
                "FROM {table}_text WHERE {table}_text MATCH {pieces} \
                 AND rowid >= (({number}) << 32) AND rowid < ((({number}) + 1) << 32)"
            )
        };
        let order = format!(
            "SELECT CASE WHEN COUNT(*) < {MANY} THEN COUNT(*) ELSE {MANY} - MAX(rowid) + ((({number}) + 1) << 32) END \
             FROM (SELECT rowid {} LIMIT {MANY})",
            found("value")
        );
        let rarest = format!(
            "(SELECT group_concat(piece, ' AND ') \
             FROM (SELECT value AS piece FROM json_each(?) ORDER BY ({order}) LIMIT 3))"
        );
        format!(
            "FROM (SELECT rowid & 4294967295 AS number {}) found CROSS JOIN {table} {row} WHERE {row}.number = found.number",
            found(&rarest)
        )
    }

    fn finds_all_by_text(&self) -> bool {
        false
    }

    fn text_key(&self, text: &str) -> Option<String> {
        let characters: Vec<_> = text.chars().collect();
        let pieces = characters.windows(3);
        let step = pieces.len().div_ceil(PIECES).max(1);
        let pieces = pieces.step_by(step);
        let quoted = |piece: &[char]| format!("\"{}\"", piece.iter().collect::<String>().replace('"', "\"\""));
        let pieces: BTreeSet<_> = pieces.map(quoted).collect();
        (!pieces.is_empty()).then(|| Value::from_iter(pieces).to_string())
    }

    fn columns_of_table(&self) -> &'static str {
        // SQLite draws a number if it is the whole key.
        "SELECT known.name, CASE lower(known.type) WHEN 'blob' THEN 'bytea' WHEN 'integer' THEN 'bigint' \
             WHEN 'real' THEN 'double precision' ELSE lower(known.type) END AS kind, \
             lower(known.type) = 'integer' AND known.pk > 0 \
             AND (SELECT MAX(key.pk) FROM pragma_table_info($1) key) = 1 AS is_drawn \
         FROM pragma_table_info($1) known ORDER BY known.cid"
    }

    fn violation(&self, error: &dyn DatabaseError) -> Option<Violation> {
        match error.kind() {
            ErrorKind::ForeignKeyViolation => Some(Violation::Reference),
            ErrorKind::UniqueViolation => {
                let columns = error.message().rsplit_once(": ").map_or("", |(_, columns)| columns);
                let rule = RULES.into_iter().find(|(known, _)| *known == columns);
                rule.map(|(_, rule)| Violation::Taken(rule))
            }
            _ => None,
        }
    }

    fn is_unavailable(&self, error: &dyn DatabaseError) -> bool {
        let code = error.code().and_then(|code| code.parse::<i32>().ok());
        // The low byte of an extended code is its primary code.
        code.is_some_and(|code| UNAVAILABLE.contains(&(code & 0xff)))
    }
}

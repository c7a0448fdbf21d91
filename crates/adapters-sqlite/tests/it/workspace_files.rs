//! Files that carry a workspace: written whole or not at all, and read if they are whole.

use std::fs::{self, File, Permissions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use adapters_sqlite::{
    CopyEntry, CopyError, Database, Limits, NewWorkspaceFile, Sqlite, WorkspaceFile, WorkspaceFileError,
};
use domain::access::OperatorScope;
use domain::ids::{AuditId, TenantId, WorkspaceId};
use domain::operators::OperatorEntry;
use tempfile::TempDir;
use testkit::{SqliteFile, build};

use crate::file;

/// Two workspaces, of which the first one has many rows.
const ROWS: &str = "\
    INSERT INTO workspaces (id, name, default_currency, default_discount, max_importer_hold_hours, max_importer_holds, version, \
            created_at, updated_at) \
        SELECT id, 'Stays', 'USD', 0, 72, 100, 1, '2030-01-31T12:00:00+00:00', '2030-01-31T12:00:00+00:00' \
        FROM (SELECT x'01920000000070008000000000000001' AS id UNION SELECT x'01920000000070008000000000000002'); \
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 450) \
    INSERT INTO tenants (workspace_id, id, name, name_folded, domain, is_default, status, search_text, version, created_at, updated_at) \
        SELECT id, CAST('tenant-' || printf('%09d', n) AS blob), 'Tenant ' || n, 'tenant ' || n, 'tenant-' || n, n = 1, 'ACTIVE', \
            'tenant ' || n, 1, '2030-01-31T12:00:00.250+00:00', '2030-01-31T12:00:00+00:00' FROM workspaces, numbers; \
    INSERT INTO unnumbered_events (workspace_id, sequence, entry_id, data) \
        SELECT id, 900, zeroblob(16), '{}' FROM workspaces LIMIT 1; \
    INSERT INTO unnumbered_events (workspace_id, sequence, entry_id, data) \
        SELECT id, 70, CAST('sixteen letters.' AS blob), '{\"told\":{\"b\":1}}' FROM workspaces LIMIT 1;";

fn workspace(number: u8) -> WorkspaceId {
    format!("01920000-0000-7000-8000-{number:012}").parse().expect("an id")
}

/// A database with two workspaces, and a place for files.
struct Source {
    folder: TempDir,
    sqlite: Sqlite,
}

impl Source {
    async fn new() -> Self {
        let (folder, _, sqlite) = file().await;
        let source = Self { folder, sqlite };
        SqliteFile::at(&source.path("tenantry.db")).execute(ROWS);
        source
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Exports a workspace, and returns its file.
    async fn exported(&self, number: u8, name: &str) -> PathBuf {
        let path = self.path(name);
        let file = create(&path).await.expect("a new file");
        copy(&self.sqlite.database(), &file.database(), (workspace(number), None)).await.expect("copied");
        file.finish().await.expect("whole");
        path
    }

    /// Returns the names of the files beside the database.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("a folder").map(|entry| entry.expect("an entry"));
        let names = entries.map(|entry| entry.file_name().into_string().expect("UTF-8"));
        let mut names: Vec<_> = names.filter(|name| !name.starts_with("tenantry.db")).collect();
        names.sort();
        names
    }
}

async fn create(path: &Path) -> Result<NewWorkspaceFile, WorkspaceFileError> {
    NewWorkspaceFile::create(path, Limits::default()).await
}

async fn refusal(path: &Path) -> String {
    WorkspaceFile::open(path, Limits::default()).await.err().expect("refused").to_string()
}

async fn copy(source: &Database, target: &Database, of: (WorkspaceId, Option<TenantId>)) -> Result<u64, CopyError> {
    source.copy_to(&OperatorScope::new(), target, of, entry(), &|_, _| ()).await
}

fn entry() -> CopyEntry {
    let stamp = (AuditId::new(build::id()), build::at());
    CopyEntry::InTarget(OperatorEntry::of_import(&OperatorScope::new(), stamp, workspace(1)))
}

#[tokio::test]
async fn a_file_has_the_rows_of_one_workspace_in_their_order() {
    let source = Source::new().await;
    let path = source.exported(1, "one.db").await;
    assert_eq!(source.files(), ["one.db"]);
    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    let mut expected = SqliteFile::at(&source.path("tenantry.db")).tables();
    let of_first = |row: &String| row.contains("'01920000000070008000000000000001'");
    for rows in expected.values_mut() {
        rows.retain(of_first);
    }
    let found = SqliteFile::at(&path).tables();
    assert_eq!(found["tenants"].len(), 450);
    assert!(found["unnumbered_events"][0].contains("told"), "{:?}", found["unnumbered_events"]);
    assert_eq!(found, expected);
}

#[tokio::test]
async fn an_imported_workspace_stands_beside_the_others() {
    let source = Source::new().await;
    let path = source.exported(2, "two.db").await;
    let (folder, _, target) = file().await;
    let first = WorkspaceFile::open(&source.exported(1, "one.db").await, Limits::default()).await.expect("whole");
    copy(&first.database(), &target.database(), (workspace(1), None)).await.expect("copied");
    let second = WorkspaceFile::open(&path, Limits::default()).await.expect("whole");
    let id = second.database().only_workspace(&OperatorScope::new()).await.expect("one workspace");
    assert_eq!(id, workspace(2));
    copy(&second.database(), &target.database(), (id, None)).await.expect("copied");
    let refused = copy(&second.database(), &target.database(), (id, None)).await.expect_err("it is there");
    assert!(matches!(refused, CopyError::Exists(known) if known == id), "{refused}");
    target.close().await;
    let mut expected = SqliteFile::at(&source.path("tenantry.db")).tables();
    let mut found = SqliteFile::at(&folder.path().join("tenantry.db")).tables();
    for rows in expected.values_mut().chain(found.values_mut()) {
        rows.sort();
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn an_import_that_fails_leaves_nothing_behind() {
    let source = Source::new().await;
    let path = source.exported(1, "one.db").await;
    // A tenant that two of the last rows refer to is missing.
    SqliteFile::at(&path).execute(
        "INSERT INTO event_consumers SELECT workspace_id, zeroblob(16), 'gone', id, 1, 1, created_at, updated_at FROM tenants LIMIT 1",
    );
    let (folder, _, target) = file().await;
    let file = WorkspaceFile::open(&path, Limits::default()).await.expect("its structure is whole");
    let refused =
        copy(&file.database(), &target.database(), (workspace(1), None)).await.expect_err("a broken reference");
    assert!(
        matches!(&refused, CopyError::Database { what, .. } if what == "event_consumers cannot be written"),
        "{refused}"
    );
    target.close().await;
    let found = SqliteFile::at(&folder.path().join("tenantry.db")).tables();
    assert!(found.values().all(Vec::is_empty), "{found:?}");
}

#[tokio::test]
async fn rows_that_a_workspace_has_left_are_not_mixed_with_those_of_the_file() {
    let source = Source::new().await;
    let path = source.exported(1, "one.db").await;
    SqliteFile::at(&path).execute("INSERT INTO event_logs SELECT id, 7, 1 FROM workspaces");
    let (folder, _, target) = file().await;
    SqliteFile::at(&folder.path().join("tenantry.db"))
        .execute("INSERT INTO event_logs VALUES (x'01920000000070008000000000000001', 9, 1)");
    let file = WorkspaceFile::open(&path, Limits::default()).await.expect("whole");
    let refused = copy(&file.database(), &target.database(), (workspace(1), None)).await.expect_err("they are there");
    assert!(matches!(refused, CopyError::Left("event_logs")), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_of_one_moment_whatever_is_written_meanwhile() {
    let source = Source::new().await;
    let writer = SqliteFile::at(&source.path("tenantry.db"));
    let file = create(&source.path("one.db")).await.expect("a new file");
    let during = |table: &'static str, rows: u64| {
        if table == "tenants" && rows == 200 {
            writer.execute("DELETE FROM tenants WHERE name = 'Tenant 450'; DELETE FROM unnumbered_events; UPDATE workspaces SET name = 'Late'");
        }
    };
    let database = source.sqlite.database();
    let copied =
        database.copy_to(&OperatorScope::new(), &file.database(), (workspace(1), None), entry(), &during).await;
    assert_eq!(copied.expect("copied"), 1 + 450 + 2);
    file.finish().await.expect("whole");
    assert_eq!(writer.tables()["unnumbered_events"].len(), 0, "the writer was not kept waiting");
}

#[tokio::test]
async fn only_a_whole_file_gets_its_name() {
    let source = Source::new().await;
    let path = source.path("one.db");
    let file = create(&path).await.expect("a new file");
    let refused = copy(&source.sqlite.database(), &file.database(), (workspace(3), None)).await.expect_err("unknown");
    assert!(matches!(refused, CopyError::NoWorkspace(_)), "{refused}");
    let tenant = TenantId::new(build::id());
    let refused = copy(&source.sqlite.database(), &file.database(), (workspace(1), Some(tenant))).await;
    assert!(matches!(refused, Err(CopyError::NoTenant(_))));
    SqliteFile::at(&source.path("tenantry.db"))
        .execute("UPDATE workspaces SET status = 'ERASING' WHERE name = 'Stays'");
    let refused = copy(&source.sqlite.database(), &file.database(), (workspace(1), None)).await.expect_err("not whole");
    assert!(matches!(refused, CopyError::Erasing(id) if id == workspace(1)), "{refused}");
    let files = source.files();
    assert!(files.len() == 1 && files[0].starts_with("one.db.unfinished-"), "{files:?}");
    drop(file);
    assert_eq!(source.files(), [""; 0]);

    let file = create(&path).await.expect("a new file");
    fs::write(&path, "of another program").expect("written");
    let refused = file.finish().await.expect_err("the name is taken");
    assert!(matches!(refused, WorkspaceFileError::Exists(_)), "{refused}");
    assert_eq!((fs::read_to_string(&path).expect("kept").as_str(), source.files().len()), ("of another program", 1));
}

#[tokio::test]
async fn a_file_is_not_written_over_another_or_beside_its_log() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("one.db");
    for name in ["one.db", "one.db-wal"] {
        let there = folder.path().join(name);
        fs::write(&there, "").expect("written");
        let refused = create(&path).await.err().expect("refused").to_string();
        assert!(refused.ends_with(&format!("{name} is there already")), "{refused}");
        fs::remove_file(&there).expect("there");
    }
    let refused = create(&folder.path().join("nowhere/one.db")).await.err().expect("refused");
    assert!(matches!(refused, WorkspaceFileError::Unwritable(..)), "{refused}");
}

#[tokio::test]
async fn a_file_that_is_damaged_or_no_database_of_the_service_is_refused() {
    let source = Source::new().await;
    let path = source.exported(1, "one.db").await;
    let whole = fs::read(&path).expect("a file");
    let other = source.path("other.db");
    let missing = refusal(&other).await;
    assert!(missing.ends_with("other.db cannot be read"), "{missing}");
    for content in
        [&b""[..], b"provider_id,area\n", &b"-- SQL dump of a database, which is longer than a header. ".repeat(20)]
    {
        fs::write(&other, content).expect("written");
        let refused = refusal(&other).await;
        assert!(refused.ends_with("other.db is not a database of Tenantry"), "{refused}");
    }
    let folder = refusal(source.folder.path()).await;
    assert!(folder.ends_with("is not a database of Tenantry"), "{folder}");

    fs::write(&other, &whole[..whole.len() / 2]).expect("written");
    assert!(refusal(&other).await.contains("other.db is damaged: "), "half of it is missing");
    fs::write(&other, &whole).expect("written");
    let mut damaged = File::options().write(true).open(&other).expect("a file");
    damaged.seek(SeekFrom::Start(u64::try_from(whole.len() / 8192 * 4096).expect("a place"))).expect("a place");
    damaged.write_all(&[0xAB; 4096]).expect("written");
    assert!(refusal(&other).await.contains("other.db is damaged: "), "a page of it is wrong");
}

#[tokio::test]
async fn a_file_of_another_version_is_refused_with_what_to_do() {
    let source = Source::new().await;
    for (change, expected) in [
        (
            "DELETE FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)",
            "is of an older version: bring it up to date with `tenantry migrate",
        ),
        ("DELETE FROM _sqlx_migrations WHERE version = 3", "is of another version: use a program as new as the file"),
        ("UPDATE _sqlx_migrations SET checksum = zeroblob(48) WHERE version = 2", "is of another version"),
        (
            "INSERT INTO _sqlx_migrations SELECT 9000, description, installed_on, success, checksum, execution_time \
             FROM _sqlx_migrations WHERE version = 1",
            "is of another version",
        ),
        ("DROP TABLE _sqlx_migrations", "is not a database of Tenantry"),
    ] {
        let path = source.exported(1, "one.db").await;
        SqliteFile::at(&path).execute(change);
        let refused = refusal(&path).await;
        assert!(refused.contains(expected), "{change}: {refused}");
        fs::remove_file(&path).expect("there");
    }
}

#[tokio::test]
async fn a_file_has_one_workspace() {
    let source = Source::new().await;
    let two = source.sqlite.database().only_workspace(&OperatorScope::new()).await;
    assert!(matches!(two, Err(CopyError::NotOne)));
    let empty = create(&source.path("empty.db")).await.expect("a new file");
    let none = empty.database().only_workspace(&OperatorScope::new()).await;
    assert!(matches!(none, Err(CopyError::Empty)));
}

#[tokio::test]
async fn a_file_is_read_without_rights_to_write_it_and_after_it_was_served() {
    let source = Source::new().await;
    let path = source.exported(1, "one.db").await;
    fs::set_permissions(&path, Permissions::from_mode(0o400)).expect("ours");
    let file = WorkspaceFile::open(&path, Limits::default()).await.expect("reading is enough");
    file.close().await;
    assert_eq!(source.files(), ["one.db"], "nothing is left beside it");

    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("ours");
    let served = Sqlite::open(&format!("sqlite:{}", path.display())).await.expect("a database");
    served.migrate().await.expect("nothing to do");
    served.close().await;
    let file = WorkspaceFile::open(&path, Limits::default()).await.expect("whole");
    assert_eq!(file.database().only_workspace(&OperatorScope::new()).await.expect("one workspace"), workspace(1));
}

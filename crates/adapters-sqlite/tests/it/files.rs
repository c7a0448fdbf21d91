//! Tests of the file's permissions, and of its place.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use adapters_sqlite::{Limits, Sqlite};
use ports::{Readiness, RepositoryError};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

use crate::file;

const FILES: [&str; 3] = ["tenantry.db", "tenantry.db-wal", "tenantry.db-shm"];

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

fn url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Returns the reason why the database is not ready; it must be unavailable.
async fn refusal(sqlite: &Sqlite) -> String {
    let refused = sqlite.database().check().await.expect_err("it is away");
    let RepositoryError::Unavailable(cause) = refused else { panic!("{refused:?}") };
    cause.to_string()
}

#[tokio::test]
async fn what_is_made_is_for_its_owner_alone() {
    let folder = folder();
    let inner = folder.path().join("var/tenantry");
    let sqlite = Sqlite::open(&url(&inner.join("tenantry.db"))).await.expect("a database");
    sqlite.migrate().await.expect("a schema");
    assert_eq!(FILES.map(|name| mode(&inner.join(name))), [0o600; 3]);
    assert_eq!([mode(&inner), mode(&folder.path().join("var"))], [0o700; 2]);
}

#[tokio::test]
async fn what_is_there_is_taken_from_others_and_its_folder_left_alone() {
    let (folder, url, sqlite) = file().await;
    // As after a crash, the last writes are in the files beside the database file.
    for name in FILES {
        fs::set_permissions(folder.path().join(name), Permissions::from_mode(0o644)).expect("ours");
    }
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("ours");
    let second = Sqlite::open(&url).await.expect("the database");
    assert_eq!(FILES.map(|name| mode(&folder.path().join(name))), [0o600; 3]);
    assert_eq!(mode(folder.path()), 0o755);
    second.close().await;
    sqlite.close().await;

    let path = folder.path().join("tenantry.db");
    fs::set_permissions(&path, Permissions::from_mode(0o440)).expect("ours");
    Sqlite::open(&url).await.expect("the database");
    assert_eq!(mode(&path), 0o400, "rights are only taken");
}

#[tokio::test]
async fn a_file_that_must_be_there_is_not_made() {
    let folder = folder();
    let path = folder.path().join("tenantry.db");
    for mode in ["rw", "ro"] {
        let refused = Sqlite::open(&format!("{}?mode={mode}", url(&path))).await;
        assert!(refused.is_err() && !path.exists(), "{mode}");
    }
}

#[tokio::test]
async fn what_is_no_file_is_refused_and_keeps_its_rights() {
    let folder = folder();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("ours");
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(folder.path(), &link).expect("a link");
    for path in [folder.path(), &link] {
        let refused = Sqlite::open(&url(path)).await.err().expect("a folder");
        assert!(matches!(refused, adapters_sqlite::OpenError::File(..)), "{refused}");
    }
    assert_eq!(mode(folder.path()), 0o755);
}

#[tokio::test]
async fn a_file_that_may_only_be_read_is_not_ready() {
    let (_folder, url, sqlite) = file().await;
    sqlite.close().await;
    let sqlite = Sqlite::open(&format!("{url}?mode=ro")).await.expect("the database");
    sqlite.migrate().await.expect("nothing to do");
    assert!(refusal(&sqlite).await.contains("readonly"));
}

#[tokio::test]
async fn another_file_in_its_place_is_never_read_or_written() {
    let (folder, _, sqlite) = file().await;
    let other = folder.path().join("other");
    let second = Sqlite::open(&url(&other.join("tenantry.db"))).await.expect("another database");
    second.close().await;
    let [path, away] = ["tenantry.db", "away.db"].map(|name| folder.path().join(name));
    let database = sqlite.database();
    database.check().await.expect("ready");
    fs::rename(&path, &away).expect("moved");
    assert!(refusal(&sqlite).await.contains("was moved, removed or replaced"));
    fs::copy(other.join("tenantry.db"), &path).expect("replaced");
    assert!(refusal(&sqlite).await.contains("was moved, removed or replaced"));
    fs::rename(&away, &path).expect("put back");
    database.check().await.expect("ready again, and no connection to the other file is left");
}

#[tokio::test]
async fn a_link_to_the_file_may_not_lead_elsewhere() {
    let (first, _, sqlite) = file().await;
    sqlite.close().await;
    let (second, _, sqlite) = file().await;
    sqlite.close().await;
    let folder = folder();
    let link = folder.path().join("tenantry.db");
    let lead_to = |target: &TempDir| {
        // In the first round the link does not exist.
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(target.path().join("tenantry.db"), &link).expect("a link");
    };
    lead_to(&first);
    let sqlite = Sqlite::open_within(&url(&link), Limits::default()).await.expect("the first database");
    assert!(first.path().join("tenantry.db-wal").exists());
    lead_to(&second);
    assert!(refusal(&sqlite).await.contains("was moved, removed or replaced"));
    lead_to(&first);
    sqlite.database().check().await.expect("ready again");
}

#[tokio::test]
async fn another_program_that_has_the_file_open_too_changes_nothing() {
    let (_folder, url, sqlite) = file().await;
    for _ in 0..2 {
        let mut other = SqliteConnection::connect(&url).await.expect("another connection");
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut other).await.expect("done");
        sqlx::query("VACUUM").execute(&mut other).await.expect("done");
        other.close().await.expect("closed");
        sqlite.database().check().await.expect("ready");
    }
}

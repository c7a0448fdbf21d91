//! Exports and imports that are refused or interrupted, and exports while others write.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use tempfile::TempDir;
use testkit::SqliteFile;

use crate::exports::{export, import};
use crate::on_both_engines;
use crate::support::{Engine, Server, World, at_once, spawn, until, until_so};

on_both_engines! {
    what_cannot_be_exported_or_imported_is_said_in_one_line
    an_export_is_of_one_moment_while_others_write
}

const NOBODY: &str = "0192f0c1-7b1e-7000-8000-000000000000";

/// The locations that were created without their entry in the trail, entries without their event, and entries of later
/// locations.
const TORN: &str = "\
    SELECT (SELECT COUNT(*) FROM locations location WHERE NOT location.is_default AND NOT EXISTS (\
                SELECT 1 FROM audit entry WHERE entry.action = 'location.create' AND entry.resource_id = location.id)) \
         + (SELECT COUNT(*) FROM audit entry WHERE entry.action = 'location.create' AND 1 <> \
                (SELECT COUNT(*) FROM events event WHERE event.entry_id = entry.id) \
              + (SELECT COUNT(*) FROM unnumbered_events waiting WHERE waiting.entry_id = entry.id)) \
         + (SELECT COUNT(*) FROM audit entry WHERE entry.action = 'location.create' AND NOT EXISTS (\
                SELECT 1 FROM locations location WHERE location.id = entry.resource_id))";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Returns the path of a file in the folder.
fn inside(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

/// Returns the names of the files in a folder.
fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry"));
    entries.map(|entry| entry.file_name().into_string().expect("UTF-8")).collect()
}

fn what_cannot_be_exported_or_imported_is_said_in_one_line(world: &World) {
    let (url, folder) = (world.server.url(), folder());
    let [file, other, two] = ["workspace.db", "other.db", "two.db"].map(|name| inside(&folder, name));
    let refused = |done: Result<String, (Option<i32>, String)>, status: i32, message: &str| {
        let (found, error) = done.expect_err(message);
        let lines: Vec<_> = error.lines().filter(|line| line.starts_with("tenantry: ")).collect();
        assert!(found == Some(status) && lines.len() == 1 && lines[0].contains(message), "{message}: {error}");
    };
    refused(export(&url, NOBODY, None, &file), 1, &format!("nothing was exported: there is no workspace {NOBODY}"));
    let unknown = export(&url, &world.workspace, Some(NOBODY), &file);
    refused(unknown, 1, &format!("nothing was exported: the workspace has no tenant {NOBODY}"));
    refused(import(&url, &file), 1, "workspace.db cannot be read");
    assert_eq!(names(&folder), [""; 0]);

    export(&url, &world.workspace, None, &file).expect("exported");
    refused(export(&url, &world.workspace, None, &file), 1, "workspace.db is there already");
    refused(export(&url, &world.workspace, None, &inside(&folder, "no/where.db")), 1, "cannot be written");
    refused(import(&url, &file), 1, &format!("the database already has the workspace {}", world.workspace));
    fs::write(&other, "provider_id,area\n").expect("written");
    refused(import(&url, &other), 1, "other.db is not a database of Tenantry");
    crate::support::migrate(&format!("sqlite:{two}"));
    refused(import(&url, &two), 1, "it has no workspace");
    for name in ["Stays Inc.", "Others Inc."] {
        crate::support::run(&format!("sqlite:{two}"), &["workspace", "create", "--name", name]).expect("made");
    }
    refused(
        import(&url, &two),
        1,
        "it has more than one workspace: export the one to import with `tenantry tenant export`",
    );
}

fn an_export_is_of_one_moment_while_others_write(world: &World) {
    const WRITERS: usize = 4;
    let (url, folder, is_over) = (world.server.url(), folder(), AtomicBool::new(false));
    let tenants = [(); WRITERS].map(|()| world.tenant_id("Writer"));
    let created = at_once(WRITERS + 1, |worker| {
        if worker == WRITERS {
            let before = world.calry().get("/api/v1/audit/count?action=location.create").json["count"].clone();
            // Once the others write.
            until_so(|| world.calry().get("/api/v1/audit/count?action=location.create").json["count"] != before);
            for number in 0..3 {
                export(&url, &world.workspace, None, &inside(&folder, &format!("{number}.db"))).expect("exported");
            }
            is_over.store(true, Ordering::Relaxed);
            return 0;
        }
        let client = world.calry().named(&tenants[worker]);
        let mut created = 0;
        while !is_over.load(Ordering::Relaxed) {
            let answer = client.post("/api/v1/locations", &json!({ "name": "Airport" }));
            assert_eq!(answer.status, 201, "{}", answer.text);
            created += 1;
        }
        created
    });
    let mut last = 0;
    for number in 0..3 {
        let file = SqliteFile::at(Path::new(&inside(&folder, &format!("{number}.db"))));
        assert_eq!(file.number(TORN), 0);
        let count = file.number("SELECT COUNT(*) FROM locations WHERE NOT is_default");
        assert!(count >= last && count > 0, "{count} {last}");
        last = count;
    }
    assert!(last <= created.iter().sum::<i64>(), "{last} {created:?}");
}

/// A world on PostgreSQL whose table of webhooks, one of the last, is locked, and a folder for files.
struct Stuck {
    world: World,
    server: std::sync::Arc<testkit::Postgres>,
    folder: TempDir,
}

impl Stuck {
    fn new() -> Self {
        let server = std::sync::Arc::new(testkit::Postgres::fresh(crate::support::migrate));
        Self { world: World::start(Engine::Postgres(server.clone())), server, folder: folder() }
    }

    /// Starts an export that waits for the lock.
    fn export(&self) -> Child {
        let file = inside(&self.folder, "workspace.db");
        let arguments = ["tenant", "export", "--workspace", &self.world.workspace, &file, "--database-wait", "60"];
        let child = spawn(&self.world.server.url(), &arguments);
        until_so(|| names(&self.folder).len() == 1);
        child
    }
}

#[test]
fn an_export_that_fails_or_is_stopped_leaves_no_file() {
    let stuck = Stuck::new();
    let lock = stuck.server.lock("webhooks");
    let failed = export(&stuck.world.server.url(), &stuck.world.workspace, None, &inside(&stuck.folder, "failed.db"));
    let (_, error) = failed.expect_err("it waits for a second and a half");
    assert!(error.contains("nothing was exported: "), "{error}");
    assert!(error.contains("webhooks cannot be read: the database is unavailable"), "{error}");
    assert_eq!(names(&stuck.folder), [""; 0]);

    let mut child = stuck.export();
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert_eq!(child.wait().expect("it ran").code(), Some(1));
    let mut told = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut told).expect("UTF-8");
    assert!(told.contains("tenantry: interrupted"), "{told}");
    assert_eq!(names(&stuck.folder), [""; 0]);
    drop(lock);
}

#[test]
fn what_a_killed_export_leaves_does_not_look_whole() {
    let stuck = Stuck::new();
    let _lock = stuck.server.lock("webhooks");
    let mut child = stuck.export();
    child.kill().expect("it runs");
    child.wait().expect("it ran");
    let left = names(&stuck.folder);
    assert!(left.len() == 1 && left[0].starts_with("workspace.db.unfinished-"), "{left:?}");
    let target = Server::start(Engine::sqlite());
    import(&target.url(), &inside(&stuck.folder, &left[0])).expect_err("it is not whole");
}

#[test]
fn a_killed_import_leaves_nothing_behind() {
    let world = World::start(Engine::sqlite());
    let folder = folder();
    let file = inside(&folder, "workspace.db");
    export(&world.server.url(), &world.workspace, None, &file).expect("exported");
    let server = testkit::Postgres::fresh(crate::support::migrate);
    let lock = server.lock("api_keys");
    let mut child = spawn(server.url(), &["workspace", "import", &file, "--database-wait", "60"]);
    // Until it waits for the lock.
    until(|| {
        let again = import(server.url(), &file).expect_err("locked");
        if again.1.contains("workspaces cannot be written") { Ok(()) } else { Err(again.1) }
    });
    child.kill().expect("it runs");
    child.wait().expect("it ran");
    drop(lock);
    import(server.url(), &file).expect("nothing is there");
}

#[test]
fn a_role_that_may_only_read_and_write_the_trail_exports_and_does_not_import() {
    let source = testkit::Postgres::fresh(crate::support::migrate);
    source.run("GRANT INSERT ON operator_audit TO pg_read_all_data");
    let world = World::start(Engine::Postgres(Arc::new(source)));
    let (folder, target) = (folder(), testkit::Postgres::fresh(crate::support::migrate));
    let file = inside(&folder, "workspace.db");
    let reading = |url: &str| format!("{url}?options[role]=pg_read_all_data");
    export(&reading(&world.server.url()), &world.workspace, None, &file).expect("exported");
    let (status, error) = import(&reading(target.url()), &file).expect_err("it may not write");
    assert!(status == Some(1) && error.contains("permission denied for table workspaces"), "{error}");
    import(target.url(), &file).expect("nothing was there");
}

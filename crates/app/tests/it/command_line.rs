//! The command line.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::on_both_engines;
use crate::support::{Client, Engine, World, migrate, run};

on_both_engines! {
    a_workspace_made_on_the_command_line_can_be_worked_in
    another_key_permits_what_it_says
    what_is_wrong_is_said_in_one_line
}

fn a_workspace_made_on_the_command_line_can_be_worked_in(world: &World) {
    let made = run(&world.server.url(), &["workspace", "create", "--name", "Others Inc.", "--json"]).expect("made");
    let made: Value = serde_json::from_str(&made).expect("JSON");
    let mut fields: Vec<_> = made.as_object().expect("an object").keys().collect();
    fields.sort();
    assert_eq!(fields, ["apiKey", "tenantID", "userID", "workspaceID"]);
    let current = world.client().bearer(made["apiKey"].as_str().expect("a key")).get("/api/v1/tenants/current");
    assert_eq!(
        (&current.json["data"]["id"], &current.json["data"]["workspaceID"]),
        (&made["tenantID"], &made["workspaceID"])
    );

    let text = run(&world.server.url(), &["workspace", "create", "--name", "More Inc."]).expect("made");
    assert!(text.contains("API key    tny_"), "{text}");
}

fn another_key_permits_what_it_says(world: &World) {
    let reader = world.client().calry(&world.key_of(&world.user, "READ"));
    assert_eq!(reader.get("/api/v1/tenants").status, 200);
    assert_eq!(reader.post("/api/v1/tenants", &Value::Null).refusal(), (403, "permission_denied"));
}

fn what_is_wrong_is_said_in_one_line(world: &World) {
    let url = world.server.url();
    let nobody = "0192f0c1-7b1e-7000-8000-000000000000";
    for (arguments, status, message) in [
        (&["workspace", "create", "--name", ""][..], 2, "--name: The name may not be empty."),
        (
            &["key", "create", "--workspace", "x", "--user", nobody, "--permission", "ROOT"],
            2,
            "--permission: The permission field is invalid.",
        ),
        (
            &["key", "create", "--workspace", nobody, "--user", nobody, "--permission", "READ"],
            1,
            "The user was not found.",
        ),
        (&["events", "tail", "--workspace", nobody], 1, "The workspace was not found."),
        (
            &["events", "tail", "--workspace", &world.workspace, "--tenant", nobody],
            1,
            "The tenant was not found in this workspace.",
        ),
        (&["serve", "--listen", "203.0.113.1:1"], 1, "cannot listen on 203.0.113.1:1, which --listen changes: "),
    ] {
        let (found, error) = run(&url, arguments).expect_err("refused");
        assert_eq!(found, Some(status), "{arguments:?}: {error}");
        let lines: Vec<_> = error.lines().filter(|line| line.starts_with("tenantry: ")).collect();
        assert!(lines.len() == 1 && lines[0].contains(message), "{arguments:?}: {error}");
    }
}

#[test]
fn bad_usage_says_what_is_expected() {
    for (arguments, message) in [
        (["--listen", "localhost:8080"], "must be an IP address with a port, like 127.0.0.1:8080"),
        (["--workers", "0"], "must be a whole number from 1 to 255"),
        (["--workers", "many"], "must be a whole number from 1 to 255"),
        (["--max-key-age", "0"], "must be a whole number from 1 to 65535"),
        (["--database-connections", "0"], "must be a whole number from 1 to 65535"),
    ] {
        let (status, error) = run("sqlite:unused.db", &arguments).expect_err("refused");
        assert!(status == Some(2) && error.contains(message), "{arguments:?}: {error}");
    }
}

#[test]
fn an_error_of_the_database_is_said_once_with_its_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("tenantry.db");
    fs::write(&file, "not a database, but long enough to be taken for one").expect("a file");
    let (_, error) = run(&format!("sqlite:{}", file.display()), &["migrate"]).expect_err("refused");
    assert_eq!(error.matches("file is not a database").count(), 1, "{error}");
    assert!(error.contains(&format!("{}", file.display())), "{error}");
}

#[test]
fn a_document_whose_reader_has_enough_is_no_error() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    let mut child =
        command.arg("openapi").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    assert!(ended.status.success() && ended.stderr.is_empty(), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn bad_usage_ends_with_2() {
    for arguments in [
        &["fly"][..],
        &["serve", "--listen", "nowhere"],
        &["workspace", "create"],
        &["--log-format", "loud"],
        &["openapi", "--log", "warning"],
        &["openapi", "--log", ""],
        &["serve", "--demo=maybe"],
        &["events", "tail"],
        &["events", "tail", "--workspace", "mine"],
        &["serve", "--event-retention", "0"],
        &["tenant", "export", "workspace.db"],
        &["tenant", "export", "--workspace", "mine", "workspace.db"],
        &["workspace", "import"],
    ] {
        let (status, _) = run("sqlite:unused.db", arguments).expect_err("refused");
        assert_eq!(status, Some(2), "{arguments:?}");
    }
    for url in ["mysql://localhost/x", "tenantry.db", "sqlite:", "postgres://localhost:notaport/x"] {
        let (status, error) = run(url, &["migrate"]).expect_err("refused");
        assert_eq!(status, Some(2), "{url}");
        assert!(error.starts_with("tenantry: --database"), "{error}");
    }
}

#[test]
fn a_variable_that_is_empty_or_makes_no_sense_is_refused_by_its_flag() {
    let help = run("sqlite:unused.db", &["--help"]).expect("help");
    let variables: Vec<_> =
        help.split("env: TENANTRY_").skip(1).filter_map(|rest| rest.split(['=', ']']).next()).collect();
    assert!(variables.contains(&"LOG"), "{help}");
    for variable in variables {
        let flag = format!("--{}", variable.to_lowercase().replace('_', "-"));
        // A file may have any name; a missing file is not a usage error.
        let senseless = (variable != "CONFIG").then_some("warning");
        for value in [Some(""), senseless].into_iter().flatten() {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
            command.current_dir(folder.path()).env_clear().env(format!("TENANTRY_{variable}"), value);
            let ended = command.arg("migrate").output().expect("the binary runs");
            let told = String::from_utf8(ended.stderr).expect("UTF-8");
            assert_eq!(ended.status.code(), Some(2), "TENANTRY_{variable}={value}: {told}");
            assert!(told.contains(&flag), "TENANTRY_{variable}={value}: {told}");
        }
    }
}

#[test]
fn postgresql_is_served_only_once_it_is_migrated() {
    let server = testkit::Postgres::empty(migrate);
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["workspace", "create", "--name", "Stays Inc."]] {
        let (status, error) = run(server.url(), arguments).expect_err("not migrated");
        assert_eq!(status, Some(1));
        assert!(error.contains("`tenantry migrate`"), "{error}");
    }
    run(server.url(), &["migrate"]).expect("migrated");
    run(server.url(), &["migrate"]).expect("may be repeated");
    run(server.url(), &["workspace", "create", "--name", "Stays Inc."]).expect("made");
}

#[test]
fn only_citus_distributes_the_tables() {
    let (status, error) = run(&Engine::sqlite().url(), &["migrate", "--distribute"]).expect_err("not PostgreSQL");
    assert_eq!((status, error.trim()), (Some(2), "tenantry: --distribute needs PostgreSQL with Citus"));
    let server = testkit::Postgres::empty(migrate);
    let (status, error) = run(server.url(), &["migrate", "--distribute"]).expect_err("a plain PostgreSQL");
    assert_eq!(status, Some(1));
    assert!(error.contains("CREATE EXTENSION citus on all nodes"), "{error}");
}

#[test]
fn a_server_needs_a_role_that_row_level_security_binds() {
    let engine = Engine::walled();
    let Engine::Walled(postgres) = &engine else { unreachable!("it is PostgreSQL") };
    let (code, error) = run(postgres.url(), &["serve", "--listen", "127.0.0.1:0"]).expect_err("it is the owner");
    assert_eq!(code, Some(1));
    assert!(error.contains("a server needs the role of `tenantry migrate --role`: row-level security"), "{error}");
    let (code, error) = run(postgres.url(), &["migrate", "--role", "unknown"]).expect_err("no role");
    assert_eq!(code, Some(1));
    assert!(error.contains(r#"there is no role "unknown": make it with CREATE ROLE"#), "{error}");
    run(postgres.url(), &["migrate"]).expect("what is on stays on");
    assert_eq!(World::start(engine).calry().get("/api/v1/tenants").status, 200);
}

#[test]
fn a_database_of_another_encoding_is_refused() {
    let server = testkit::Postgres::latin1(migrate);
    let (status, error) = run(server.url(), &["migrate"]).expect_err("it is LATIN1");
    assert_eq!(status, Some(1));
    let message = "tenantry: the database cannot be used: its encoding is LATIN1, and must be UTF8";
    assert!(error.starts_with(message) && error.lines().count() == 1, "{error}");
}

#[test]
fn what_a_database_url_says_is_known_or_refused() {
    let server = testkit::Postgres::fresh(migrate);
    for parameters in ["?sslmod=verify-full", "?sslmode=disable&sslmode=verify-full", "#?sslmode=verify-full"] {
        let (status, error) = run(&format!("{}{parameters}", server.url()), &["migrate"]).expect_err("refused");
        assert!(status == Some(2) && error.starts_with("tenantry: --database: "), "{parameters}: {error}");
    }
    // The driver would ignore the first value, and use the default port for the second.
    for (variable, value) in [("PGSSLMODE", "verify_full"), ("PGPORT", "many"), ("PGSSLROOTCERT", "ca.pem")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
        command.args(["migrate", "--database", &format!("{}?options[geqo]=on", server.url())]).env_clear();
        command.env("PGSSLMODE", "require").env(variable, value);
        let ended = command.current_dir("/").output().expect("the binary runs");
        let told = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.code() == Some(2) && told.contains("--database: "), "{variable}: {told}");
    }
}

#[test]
fn help_and_errors_show_no_password() {
    let url = "postgres://app:planted-secret@127.0.0.1:1/tenantry";
    for arguments in [&["--help"][..], &["serve", "--help"], &["migrate"], &["serve"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_tenantry"))
            .args(arguments)
            .env("TENANTRY_DATABASE", url)
            .current_dir("/")
            .output()
            .expect("the binary runs");
        let printed = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8_lossy(&printed).contains("planted-secret"), "{arguments:?}");
    }
}

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("tenantry.toml"), "database = \"sqlite:file.db\"\n").expect("a file");
    let migrate = |variable: Option<&str>, flag: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
        command.arg("migrate").current_dir(folder.path()).env_clear();
        if let Some(variable) = variable {
            command.env("TENANTRY_DATABASE", variable);
        }
        if let Some(flag) = flag {
            command.args(["--database", flag]);
        }
        assert!(command.output().expect("the binary runs").status.success());
    };
    let exists = |name: &str| folder.path().join(name).exists();
    migrate(Some("sqlite:variable.db"), Some("sqlite:flag.db"));
    assert_eq!([exists("flag.db"), exists("variable.db"), exists("file.db")], [true, false, false]);
    migrate(Some("sqlite:variable.db"), None);
    assert_eq!([exists("variable.db"), exists("file.db")], [true, false]);
    migrate(None, None);
    assert!(exists("file.db"));
}

#[test]
fn the_document_is_the_one_that_is_served() {
    let printed: Value = serde_json::from_str(&run("sqlite:unused.db", &["openapi"]).expect("printed")).expect("JSON");
    let world = World::start(Engine::sqlite());
    assert_eq!(Client::new(&world.server.base).get("/openapi.json").json, printed);
}

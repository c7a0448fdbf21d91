//! The event log while transactions of other servers are open.

use adapters_postgres::Postgres;
use domain::access::{OperatorScope, Permission};
use domain::ids::{AuditId, LocationId};
use domain::tenants::{NewTenant, Tenant, TenantDetails};
use ports::{EventLog, Numbered, TenantRepository};
use sqlx::types::Uuid;
use sqlx::{Connection, PgConnection, Row};
use testkit::build;

use crate::connections::until;
use crate::fresh;

const ENTRY: &str = "\
    INSERT INTO audit (workspace_id, id, at, tenant_id, tenant_name, actor_name, action, resource_kind, resource_id, resource_name, \
                       before, after) \
    VALUES ($1, $2, now(), $1, 'Channel', 'operator', 'location.create', 'location', $2, 'Lobby', '{}', '{}')";
const WAIT: &str = "INSERT INTO unnumbered_events (workspace_id, entry_id, data) VALUES ($1, $2, '{}')";
const WORKSPACE: &str = "\
    INSERT INTO workspaces (id, name, default_currency, default_discount, max_importer_hold_hours, max_importer_holds, version, \
                            created_at, updated_at) \
    VALUES ($1, 'Stays', 'USD', 0, 72, 100, 1, now(), now())";

async fn change(connection: &mut PgConnection, workspace: Uuid, entry: u128) {
    for statement in [ENTRY, WAIT] {
        let change = sqlx::query(statement).bind(workspace).bind(Uuid::from_u128(entry));
        change.execute(&mut *connection).await.expect("a change");
    }
}

async fn log(connection: &mut PgConnection, workspace: Uuid) -> Vec<(i64, Uuid)> {
    let log = "SELECT position, entry_id FROM events WHERE workspace_id = $1 ORDER BY position";
    let rows = sqlx::query(log).bind(workspace).fetch_all(connection).await;
    rows.expect("the log").iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn a_change_that_commits_late_comes_after_those_that_are_numbered() {
    let server = fresh();
    let database = Postgres::new(server.url()).expect("an address").database();
    let connect = || PgConnection::connect(server.url());
    let (mut early, mut late) = (connect().await.expect("a connection"), connect().await.expect("a connection"));
    let workspace = Uuid::from_u128(1);
    sqlx::query(WORKSPACE).bind(workspace).execute(&mut early).await.expect("a workspace");
    let number = async || database.number(&OperatorScope::new(), build::at(), 10).await.expect("numbered").events;
    let mut open = late.begin().await.expect("a transaction");
    change(&mut open, workspace, 5).await;
    change(&mut early, workspace, 6).await;
    assert_eq!(number().await, 1, "the open transaction is not waited for");
    open.commit().await.expect("committed");
    assert_eq!(number().await, 1);
    let [first, second] = [6, 5].map(Uuid::from_u128);
    assert_eq!(log(&mut early, workspace).await, [(1, first), (2, second)]);
}

/// The sequence decides which of two conflicting changes is numbered first, so it follows the lock.
#[tokio::test]
async fn a_change_that_waits_for_another_draws_its_sequence_afterwards() {
    let server = fresh();
    let database = Postgres::new(server.url()).expect("an address").database();
    let connect = || PgConnection::connect(server.url());
    let (mut one, mut other) = (connect().await.expect("a connection"), connect().await.expect("a connection"));
    let (workspace, channel) = (build::workspace_id(), build::channel_id());
    sqlx::query(WORKSPACE).bind(workspace.as_uuid()).execute(&mut one).await.expect("a workspace");
    let mut open = other.begin().await.expect("a transaction");
    let same = "INSERT INTO tenants (workspace_id, id, name, name_folded, search_text, domain, is_default, status, version, \
                created_at, updated_at) VALUES ($1, $1, 'A', 'a', '', 'channel', false, 'ACTIVE', 1, now(), now())";
    sqlx::query(same).bind(workspace.as_uuid()).execute(&mut *open).await.expect("the same domain");

    let admin = build::administrator().admin_scope(Permission::Admin).expect("an administrator");
    let new = NewTenant {
        workspace_id: workspace,
        id: channel,
        default_location_id: LocationId::new(build::id()),
        name: "Channel".parse().expect("a name"),
        domain: "channel".parse().expect("a domain"),
        details: TenantDetails::default(),
    };
    let change = Tenant::create(new, None, admin.stamp(AuditId::new(build::id()), build::at()));
    let creating = tokio::spawn(async move { database.create(&admin, change).await });
    let waits = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())";
    until(async || sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut one).await.expect("an answer")).await;
    let drawn = "SELECT nextval(pg_get_serial_sequence('unnumbered_events', 'sequence'))";
    let drawn: i64 = sqlx::query_scalar(drawn).fetch_one(&mut *open).await.expect("a number");
    open.rollback().await.expect("the domain is free");
    creating.await.expect("no panic").expect("created");
    let sequence: i64 =
        sqlx::query_scalar("SELECT sequence FROM unnumbered_events").fetch_one(&mut one).await.expect("a change waits");
    assert!(sequence > drawn, "{sequence} was drawn before {drawn}");
}

#[tokio::test]
async fn a_log_that_another_server_numbers_is_left_to_it_until_its_session_ends() {
    let server = fresh();
    let database = Postgres::new(server.url()).expect("an address").database();
    let connect = || PgConnection::connect(server.url());
    let (mut one, mut other) = (connect().await.expect("a connection"), connect().await.expect("a connection"));
    let [held, free] = [1, 2].map(Uuid::from_u128);
    for workspace in [held, free] {
        sqlx::query(WORKSPACE).bind(workspace).execute(&mut one).await.expect("a workspace");
    }
    let number = async || database.number(&OperatorScope::new(), build::at(), 10).await.expect("numbered");
    change(&mut one, held, 5).await;
    assert_eq!(number().await.events, 1);
    change(&mut one, held, 6).await;
    change(&mut one, free, 7).await;

    let mut open = other.begin().await.expect("a transaction");
    let lock = "UPDATE event_logs SET position = position + 1 WHERE workspace_id = $1";
    sqlx::query(lock).bind(held).execute(&mut *open).await.expect("a lock");
    assert_eq!(number().await, Numbered { events: 1, has_more: false }, "another server has the log");
    assert_eq!(log(&mut one, free).await, [(1, Uuid::from_u128(7))]);
    let end = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
               WHERE state = 'idle in transaction' AND datname = current_database()";
    sqlx::query(end).execute(&mut one).await.expect("ended");
    assert_eq!(number().await.events, 1);
    let [first, second] = [5, 6].map(Uuid::from_u128);
    assert_eq!(log(&mut one, held).await, [(1, first), (2, second)]);
    drop(open);
}

#[tokio::test]
async fn a_change_that_cannot_be_read_keeps_no_other_workspace_waiting() {
    let server = fresh();
    let database = Postgres::new(server.url()).expect("an address").database();
    let mut connection = PgConnection::connect(server.url()).await.expect("a connection");
    let workspaces = [1, 2, 3].map(Uuid::from_u128);
    for workspace in workspaces {
        sqlx::query(WORKSPACE).bind(workspace).execute(&mut connection).await.expect("a workspace");
        change(&mut connection, workspace, 5).await;
    }
    let break_one = "UPDATE unnumbered_events SET data = '{\"listings\": 7}' WHERE workspace_id = $1";
    sqlx::query(break_one).bind(workspaces[1]).execute(&mut connection).await.expect("changed");
    assert!(database.number(&OperatorScope::new(), build::at(), 10).await.is_err());
    for (workspace, expected) in workspaces.into_iter().zip([1, 0, 1]) {
        assert_eq!(log(&mut connection, workspace).await.len(), expected);
    }
}

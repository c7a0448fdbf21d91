//! Idempotency records under row locks, which only a server database has.

use adapters_postgres::Postgres;
use domain::access::{AccessError, Permission};
use domain::audit::Actor;
use domain::idempotency::{IdempotencyRecord, IdempotentRequest, Reply};
use ports::{IdempotencyRepository, RepositoryError, rules};
use sqlx::{Connection, PgConnection};
use testkit::build;

use crate::fresh;

/// The transaction of a concurrent duplicate lasts longer than the lock timeout.
#[tokio::test]
async fn a_duplicate_that_takes_too_long_holds_the_key() {
    let server = fresh();
    let database = Postgres::new(server.url()).expect("an address").database();
    let scope = build::channel(Permission::Write).own_scope();
    let mut other = PgConnection::connect(server.url()).await.expect("a connection");
    let workspace = scope.workspace_id().as_uuid();
    sqlx::query(
        "INSERT INTO workspaces (id, name, default_currency, default_discount, max_importer_hold_hours, max_importer_holds, \
         version, created_at, updated_at) VALUES ($1, 'Stays Inc.', 'USD', 0, 72, 100, 1, now(), now())",
    )
    .bind(workspace)
    .execute(&mut other)
    .await
    .expect("a workspace");
    let mut duplicate = other.begin().await.expect("a transaction");
    sqlx::query(
        "INSERT INTO idempotency_records (workspace_id, user_id, idempotency_key, api_key_id, fingerprint, status, body, created_at) \
         VALUES ($1, $2, 'key', $1, '', 200, '', now())",
    )
    .bind(workspace)
    .bind(scope.user_id().as_uuid())
    .execute(&mut *duplicate)
    .await
    .expect("the duplicate's record");

    let request = IdempotentRequest { key: "key".parse().expect("a key"), fingerprint: [7; 32] };
    let actor = Actor::ApiUser { id: scope.user_id(), name: "Ada".to_owned(), api_key: build::token().id() };
    let reply = Reply { status: 200, body: vec![] };
    let idempotency_record =
        IdempotencyRecord::new(scope.workspace_id(), &actor, request, reply, build::at()).expect("a user's record");
    let waited = database.keep(scope, idempotency_record.clone()).await;
    assert!(matches!(waited, Err(RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY })), "{waited:?}");

    duplicate.rollback().await.expect("the duplicate is rolled back");
    // The key is free. The missing user is detected last.
    let refused = database.keep(scope, idempotency_record).await;
    assert!(matches!(refused, Err(RepositoryError::Refused(AccessError::Unauthenticated))), "{refused:?}");
}

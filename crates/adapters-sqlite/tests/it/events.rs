//! The event log with a change that cannot be read.

use domain::access::OperatorScope;
use ports::EventLog;
use sqlx::SqlitePool;
use testkit::build;
use testkit::contract::new_workspace;

use crate::file;

#[tokio::test]
async fn a_change_that_cannot_be_read_keeps_no_other_workspace_waiting() {
    let (_folder, url, sqlite) = file().await;
    let database = sqlite.database();
    let mut workspaces = vec![];
    for _ in 0..3 {
        let (change, token) = new_workspace();
        ports::WorkspaceRepository::create(&database, &OperatorScope::new(), change, None).await.expect("created");
        workspaces.push(token.workspace_id().as_uuid());
    }
    let pool = SqlitePool::connect(&url).await.expect("a connection");
    let break_one = "UPDATE unnumbered_events SET data = '{\"listings\": 7}' WHERE workspace_id = $1";
    sqlx::query(break_one).bind(workspaces[1]).execute(&pool).await.expect("changed");
    assert!(database.number(&OperatorScope::new(), build::at(), 10).await.is_err());
    for (workspace, expected) in workspaces.into_iter().zip([1, 0, 1]) {
        let log = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM events WHERE workspace_id = $1").bind(workspace);
        assert_eq!(log.fetch_one(&pool).await.expect("a number"), expected);
    }
}

//! Plans of SQLite for the deletion of many rows: each is found once.

use testkit::build;

use crate::file;
use crate::plans::plan;

#[tokio::test]
async fn an_erasure_deletes_rows_by_their_number() {
    let (_folder, url, sqlite) = file().await;
    for (table, statement) in sqlite.database().erasing_statements(build::workspace_id()) {
        let plan = plan(&url, statement).await;
        assert_eq!(plan[0], format!("SEARCH {table} USING INTEGER PRIMARY KEY (rowid=?)"), "{plan:#?}");
        assert!(plan[2].starts_with(&format!("SEARCH {table} USING ")), "{plan:#?}");
    }
}

#[tokio::test]
async fn expired_idempotency_records_are_deleted_by_their_keys() {
    let (_folder, url, sqlite) = file().await;
    let statement = sqlite.database().forgetting_statement(build::workspace_id(), build::at());
    let plan = plan(&url, statement).await;
    let [delete, _, find, ..] = &plan[..] else { panic!("{plan:#?}") };
    assert!(delete.ends_with("(workspace_id=? AND user_id=? AND idempotency_key=?)"), "{plan:#?}");
    assert!(find.ends_with("idempotency_records_by_time (workspace_id=? AND created_at<?)"), "{plan:#?}");
}

//! The plan of SQLite for what needs attention.

use domain::access::Permission;
use testkit::build;

use crate::file;
use crate::plans::plan;

#[tokio::test]
async fn what_needs_attention_is_found_by_indexes() {
    let (_folder, url, sqlite) = file().await;
    let scope = build::administrator().admin_scope(Permission::Read).expect("an administrator");
    let plan = plan(&url, sqlite.database().concerns_statement(&scope, build::at(), 10)).await;
    let searches: Vec<_> = plan.iter().filter_map(|line| line.strip_prefix("SEARCH ")).collect();
    assert_eq!(
        searches,
        [
            "tenant USING INDEX tenants_by_status (workspace_id=? AND status=?)",
            "api_user EXISTS USING INDEX users_by_home (workspace_id=? AND home_tenant_id=?)",
            // A workspace has few webhooks and accounts.
            "webhook USING INDEX sqlite_autoindex_webhooks_1 (workspace_id=?)",
            "account USING INDEX sqlite_autoindex_integration_accounts_1 (workspace_id=?)",
            "owner USING INDEX sqlite_autoindex_tenants_1 (workspace_id=? AND id=?)",
            "import EXISTS USING COVERING INDEX imports_by_account (workspace_id=? AND integration_account_id=?)",
            "reservation USING INDEX reservations_on_hold (workspace_id=? AND hold_expires_at<?)",
            "account USING INDEX sqlite_autoindex_integration_accounts_1 (workspace_id=? AND id=?)",
        ]
    );
    assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "each part ends with its limit: {plan:#?}");
}

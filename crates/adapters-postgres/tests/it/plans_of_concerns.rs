//! The plan of PostgreSQL for what needs attention.

use domain::access::Permission;
use testkit::build;

use crate::plans::{ACCOUNTS, IMPORTS, LISTINGS, TEXTS, fill, filled, plan, sides};
use crate::wall::walled;

#[tokio::test]
async fn what_needs_attention_is_found_by_indexes() {
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..], &ACCOUNTS, &TEXTS].concat()).await;
    fill(&pool, &IMPORTS).await;
    for (pool, database) in sides(&server, pool).await {
        let scope = build::administrator().admin_scope(Permission::Read).expect("an administrator");
        let plan = plan(&pool, database.concerns_statement(&scope, build::at(), 10)).await;
        // The users of a tenant are found by either index that begins with it.
        for part in ["tenants_by_status", "(home_tenant_id = tenant.id)", "imports_by_account", "reservations_on_hold"]
        {
            assert!(plan.iter().any(|line| line.contains(part)), "{part}: {plan:#?}");
        }
        // A workspace has few webhooks and accounts.
        for table in ["tenants", "users", "imports", "reservations"] {
            assert!(!plan.iter().any(|line| line.contains(&format!("Seq Scan on {table} "))), "{plan:#?}");
        }
    }
}

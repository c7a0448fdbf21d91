//! Lists over a tenant's accounts: a page is taken from a UNION ALL, in which each part yields its rows by an index.

use chrono::{DateTime, Utc};
use domain::access::TenantScope;
use ports::RepositoryError;

use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::query::{FILTERS, Query};

/// The number of rows that are few: a list may find all of them by an index and sort them.
pub(crate) const FEW: u32 = 1_000;

/// The first of the tenant's accounts that match, with a hole for the condition.
const FIRST_ACCOUNT: &str = "\
    (SELECT account.id FROM integration_accounts account \
     WHERE account.workspace_id = $1 AND account.tenant_id = $2{account} ORDER BY account.id LIMIT 1)";
/// The condition that an account is not the first one.
const OTHER_ACCOUNTS: &str = " AND account.id <> {first_account}";

/// The rows of the tenant's accounts.
pub(crate) const OF_ACCOUNTS: &str = "\
    SELECT 1 FROM integration_accounts account {rows} WHERE account.workspace_id = $1 AND account.tenant_id = $2";

/// Returns the part of all accounts, if it is of few rows; else the part of the first account, whose index yields its ids in
/// order, and that of the others. Most tenants have one account only.
pub(crate) fn of_accounts(dialect: &dyn Dialect, is_few: bool, first: &str, accounts: &str, id: &str) -> String {
    if is_few {
        return accounts.replace("{which}", "");
    }
    let first = dialect.part_of_page(first, id);
    let others = accounts.replace("{which}", OTHER_ACCOUNTS);
    format!("{first} UNION ALL {others}").replace("{first_account}", FIRST_ACCOUNT)
}

/// Returns a condition that no index answers, for the rows that another index finds.
pub(crate) fn of_each(condition: &str) -> String {
    format!("CASE WHEN {condition} THEN 1 END IS NOT NULL")
}

impl Database {
    /// Whether few rows of the tenant's accounts were changed since an instant. `changed` is the condition.
    pub(crate) async fn is_few_of_accounts(
        &self,
        scope: &TenantScope,
        (table, row): (&str, &str),
        changed: &str,
        since: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        let query = Query::of_tenant(OF_ACCOUNTS, scope).fill(FILTERS, "").and(changed, Some(since));
        self.is_few(query.all_of_each_account(self.dialect(), table, row)).await
    }

    /// Whether a SELECT finds few rows.
    pub(crate) async fn is_few(&self, select: Query) -> Result<bool, RepositoryError> {
        Ok(self.count_of(select.count_up_to(FEW.into())).await? <= FEW.into())
    }
}

//! The ports of integration accounts.

mod rows;

use async_trait::async_trait;
use domain::access::{AdminScope, TenantScope};
use domain::change::Change;
use domain::ids::{IntegrationAccountId, TenantId, WorkspaceId};
use domain::integration_accounts::{AccountMoved, AccountStatus, Holdings, IntegrationAccount, MovedImports, Provider};
use ports::{
    IntegrationAccountFilter, IntegrationAccountQueries, IntegrationAccountRepository, Page, RepositoryError, Slice,
    rules,
};
use sea_orm::{FromQueryResult, Statement};

use self::rows::{to_account, to_row};
use crate::areas::events::ImportsOf;
use crate::engine::database::Database;
use crate::engine::errors::{inside, inside_tenant};
use crate::engine::query::Query;
use crate::engine::text_search::containing;
use crate::engine::transaction::Transaction;
use crate::tables::integration_accounts::{Column, Row};

const SELECT: &str = "\
    SELECT {columns} FROM integration_accounts account WHERE account.workspace_id = $1 AND account.tenant_id = $2";

const LOCK: &str = "\
    SELECT status = 'ACTIVE' AS is_active, require_listing_approval FROM integration_accounts \
    WHERE workspace_id = $1 AND tenant_id = $2 AND id = $3";

/// The counts of the data that belong to an account.
const HOLDINGS: &str = "\
    SELECT (SELECT COUNT(*) FROM listings WHERE workspace_id = $1 AND integration_account_id = $2) AS listings, \
           (SELECT COUNT(*) FROM promotions WHERE workspace_id = $1 AND integration_account_id = $2) AS promotions, \
           (SELECT COUNT(*) FROM reservations WHERE workspace_id = $1 AND integration_account_id = $2) AS reservations, \
           (SELECT COUNT(*) FROM imports WHERE workspace_id = $1 AND integration_account_id = $2 AND tenant_id <> $3) AS kept, \
           (SELECT COUNT(*) FROM imports WHERE workspace_id = $1 AND integration_account_id = $2 AND tenant_id = $3) AS ended";

#[derive(FromQueryResult)]
struct HoldingsRow {
    listings: i64,
    promotions: i64,
    reservations: i64,
    kept: i64,
    ended: i64,
}

/// The fields of an account that the listings stored in the same transaction depend on.
#[derive(FromQueryResult)]
pub(crate) struct LockedAccount {
    pub(crate) is_active: bool,
    pub(crate) require_listing_approval: bool,
}

#[async_trait]
impl IntegrationAccountRepository for Database {
    async fn get(
        &self,
        scope: &TenantScope,
        id: IntegrationAccountId,
    ) -> Result<Option<IntegrationAccount>, RepositoryError> {
        let row = self.account_row(scope.workspace_id(), id).await?;
        row.filter(|row| row.tenant_id == scope.tenant_id().as_uuid()).map(to_account).transpose()
    }

    async fn create(
        &self,
        scope: &TenantScope,
        change: Change<IntegrationAccount>,
    ) -> Result<IntegrationAccount, RepositoryError> {
        let Change { after: account, audit, idempotency_record } = change;
        inside_tenant(scope, account.workspace_id(), account.tenant_id())?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = transaction.insert(to_row(account.clone())).await;
        transaction.end(done.map(|()| account), audit).await
    }

    async fn update(
        &self,
        scope: &TenantScope,
        change: Change<IntegrationAccount>,
    ) -> Result<IntegrationAccount, RepositoryError> {
        let Change { after: account, audit, idempotency_record } = change;
        inside_tenant(scope, account.workspace_id(), account.tenant_id())?;
        let owner = (Column::TenantId, scope.tenant_id().as_uuid());
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = transaction.replace(to_row(account.clone()), Some(owner)).await;
        transaction.end(done.map(|()| account), audit).await
    }

    async fn delete(&self, scope: &TenantScope, change: Change<IntegrationAccount>) -> Result<(), RepositoryError> {
        let Change { after: account, audit, idempotency_record } = change;
        let named = || [scope.workspace_id().as_uuid().into(), account.id().as_uuid().into()];
        let transaction = self.begin_much(scope, idempotency_record).await?;
        let done = async {
            // Lock first, so that concurrent new listings, imports and bookings wait and then see the deletion.
            let unchanged =
                Query::new("SELECT 1 FROM integration_accounts WHERE workspace_id = $1 AND id = $2", named())
                    .and("tenant_id = ?", Some(scope.tenant_id().as_uuid()))
                    .and("version = ?", Some(account.version()))
                    .push(transaction.dialect().for_update());
            transaction.expect_row(unchanged).await?;
            let reserved = "SELECT 1 FROM reservations WHERE workspace_id = $1 AND integration_account_id = $2 LIMIT 1";
            transaction.refuse(Query::new(reserved, named()), rules::HAS_RESERVATIONS).await?;
            let ended = ImportsOf { account: account.id(), tenant: None, listing: None };
            transaction.note_ended_imports(scope.workspace_id(), audit.id, ended).await?;
            for delete in [
                "DELETE FROM imports WHERE workspace_id = $1 AND integration_account_id = $2",
                "DELETE FROM promotion_listings WHERE workspace_id = $1 AND promotion_id IN \
                 (SELECT id FROM promotions WHERE workspace_id = $1 AND integration_account_id = $2)",
                "DELETE FROM promotions WHERE workspace_id = $1 AND integration_account_id = $2",
                "DELETE FROM charge_listings WHERE workspace_id = $1 AND integration_account_id = $2",
                "DELETE FROM charges WHERE workspace_id = $1 AND integration_account_id = $2",
                "DELETE FROM calendar_nights WHERE workspace_id = $1 AND listing_id IN \
                 (SELECT id FROM listings WHERE workspace_id = $1 AND integration_account_id = $2)",
                "DELETE FROM quotes WHERE workspace_id = $1 AND listing_id IN \
                 (SELECT id FROM listings WHERE workspace_id = $1 AND integration_account_id = $2)",
                "DELETE FROM listings WHERE workspace_id = $1 AND integration_account_id = $2",
                "DELETE FROM integration_accounts WHERE workspace_id = $1 AND id = $2",
            ] {
                transaction.execute(Query::new(delete, named())).await?;
            }
            Ok(())
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn get_anywhere(
        &self,
        scope: &AdminScope,
        id: IntegrationAccountId,
    ) -> Result<Option<IntegrationAccount>, RepositoryError> {
        self.account_row(scope.workspace_id(), id).await?.map(to_account).transpose()
    }

    async fn holdings(
        &self,
        scope: &AdminScope,
        id: IntegrationAccountId,
        target: TenantId,
    ) -> Result<Holdings, RepositoryError> {
        let named = [scope.workspace_id().as_uuid().into(), id.as_uuid().into(), target.as_uuid().into()];
        let row = self.row(Query::new(HOLDINGS, named)).await?;
        let holdings = |HoldingsRow { listings, promotions, reservations, kept, ended }| Holdings {
            listings: i64::unsigned_abs(listings),
            promotions: i64::unsigned_abs(promotions),
            reservations: i64::unsigned_abs(reservations),
            imports: MovedImports { kept: i64::unsigned_abs(kept), ended: i64::unsigned_abs(ended) },
        };
        Ok(row.map_or_else(Holdings::default, holdings))
    }

    async fn move_account(
        &self,
        scope: &AdminScope,
        change: Change<AccountMoved>,
    ) -> Result<MovedImports, RepositoryError> {
        let Change { after: moved, audit: departure, idempotency_record } = change;
        let AccountMoved { account, source, arrival, .. } = moved.clone();
        inside(scope.workspace_id(), account.workspace_id())?;
        let (workspace_id, id, target) = (account.workspace_id(), account.id(), account.tenant_id());
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            let target_is_active =
                Query::new("SELECT 1 FROM tenants WHERE workspace_id = $1", [workspace_id.as_uuid().into()])
                    .and("id = ?", Some(target.as_uuid()))
                    .push(" AND status = 'ACTIVE'")
                    .push(transaction.dialect().for_share());
            transaction.expect_row(target_is_active).await?;
            // From here on, imports of the account's listings wait.
            transaction.replace(to_row(account), Some((Column::TenantId, source.as_uuid()))).await?;
            let [end_own, count_others] = imports_of_a_move(workspace_id, id, target);
            let ended = ImportsOf { account: id, tenant: Some(target), listing: None };
            transaction.note_ended_imports(workspace_id, departure.id, ended).await?;
            let ended = transaction.execute(end_own).await?.rows_affected();
            let kept = transaction.one::<i64>(count_others, "count").await?.unwrap_or_default();
            let imports = MovedImports { kept: kept.unsigned_abs(), ended };
            transaction.append(moved.departure(departure, imports)).await?;
            Ok(imports)
        }
        .await;
        transaction.end(done, arrival).await
    }
}

#[async_trait]
impl IntegrationAccountQueries for Database {
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &IntegrationAccountFilter,
        page: Page,
    ) -> Result<Slice<IntegrationAccount>, RepositoryError> {
        self.page_of(filtered(Row::COLUMNS, scope, filter), page, to_account).await
    }

    async fn count(&self, scope: &TenantScope, filter: &IntegrationAccountFilter) -> Result<u64, RepositoryError> {
        self.count_of(filtered("COUNT(*) AS count", scope, filter)).await
    }
}

impl Transaction {
    /// Locks an account of the scope until the end of the transaction.
    pub(crate) async fn lock_account(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
    ) -> Result<LockedAccount, RepositoryError> {
        self.lock_account_of((scope.workspace_id(), scope.tenant_id()), account).await
    }

    /// Locks an account of a tenant until the end of the transaction.
    pub(crate) async fn lock_account_of(
        &self,
        (workspace_id, owner): (WorkspaceId, TenantId),
        account: IntegrationAccountId,
    ) -> Result<LockedAccount, RepositoryError> {
        let named = [workspace_id.as_uuid().into(), owner.as_uuid().into(), account.as_uuid().into()];
        let query = Query::new(LOCK, named).push(self.dialect().for_share());
        self.row(query).await?.ok_or(RepositoryError::Stale)
    }
}

fn filtered(columns: &'static str, scope: &TenantScope, filter: &IntegrationAccountFilter) -> Query {
    let IntegrationAccountFilter { provider, status, q } = filter;
    Query::of_tenant(SELECT, scope)
        .fill("columns", columns)
        .keyed("account.id")
        .and("account.provider = ?", provider.map(Provider::as_str))
        .and("account.status = ?", status.map(AccountStatus::as_str))
        .and(r"account.search_text LIKE ? ESCAPE '\'", q.as_ref().map(containing))
}

impl Database {
    async fn account_row(
        &self,
        workspace_id: WorkspaceId,
        id: IntegrationAccountId,
    ) -> Result<Option<Row>, RepositoryError> {
        self.batched_row(("integration_accounts account", Row::COLUMNS), workspace_id, id.as_uuid()).await
    }

    /// Returns the statement of a list, for tests.
    #[doc(hidden)]
    pub fn integration_accounts_statement(
        &self,
        scope: &TenantScope,
        filter: &IntegrationAccountFilter,
        page: Page,
    ) -> Statement {
        self.statement(filtered(Row::COLUMNS, scope, filter).page(page))
    }

    /// Returns the statements of a move that concern imports, for the tests of their plans.
    #[doc(hidden)]
    pub fn move_statements(
        &self,
        workspace_id: WorkspaceId,
        account: IntegrationAccountId,
        target: TenantId,
    ) -> [Statement; 2] {
        imports_of_a_move(workspace_id, account, target).map(|query| self.statement(query))
    }
}

/// Returns the statements that delete the target's imports of the account's listings, and then count the imports of
/// other tenants.
fn imports_of_a_move(workspace_id: WorkspaceId, account: IntegrationAccountId, target: TenantId) -> [Query; 2] {
    let named = || [workspace_id.as_uuid().into(), account.as_uuid().into()];
    let delete = "DELETE FROM imports WHERE workspace_id = $1 AND integration_account_id = $2";
    let count = "SELECT COUNT(*) AS count FROM imports WHERE workspace_id = $1 AND integration_account_id = $2";
    [Query::new(delete, named()).and("tenant_id = ?", Some(target.as_uuid())), Query::new(count, named())]
}

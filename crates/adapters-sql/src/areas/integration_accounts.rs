//! The ports of integration accounts.

use async_trait::async_trait;
use domain::access::{AdminScope, TenantScope};
use domain::change::Change;
use domain::ids::{IntegrationAccountId, TenantId, WorkspaceId};
use domain::integration_accounts::{
    AccountMoved, AccountStatus, Holdings, IntegrationAccount, IntegrationAccountDetails, IntegrationAccountParts,
    MovedImports, Provider,
};
use ports::{
    IntegrationAccountFilter, IntegrationAccountQueries, IntegrationAccountRepository, Page, RepositoryError, Slice,
    rules,
};
use sea_orm::ActiveValue::NotSet;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, Statement};

use crate::engine::database::Database;
use crate::engine::errors::{inside, inside_tenant};
use crate::engine::query::Query;
use crate::engine::rows::{percentage, stored, stored_option};
use crate::engine::transaction::Transaction;
use crate::tables::integration_accounts::{ActiveModel, Column, Entity, Model};

const WHAT: &str = "integration account";

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

#[async_trait]
impl IntegrationAccountRepository for Database {
    async fn find(
        &self,
        scope: &TenantScope,
        id: IntegrationAccountId,
    ) -> Result<Option<IntegrationAccount>, RepositoryError> {
        let select = Entity::find_by_id((scope.workspace_id().as_uuid(), id.as_uuid()))
            .filter(Column::TenantId.eq(scope.tenant_id().as_uuid()));
        self.found(select).await?.map(to_account).transpose()
    }

    async fn create(
        &self,
        scope: &TenantScope,
        change: Change<IntegrationAccount>,
    ) -> Result<IntegrationAccount, RepositoryError> {
        let Change { after: account, audit, idempotency_record } = change;
        inside_tenant(scope, account.workspace_id(), account.tenant_id())?;
        let transaction = self.begin(idempotency_record).await?;
        transaction.insert(to_row(account.clone())).await?;
        transaction.commit(audit).await?;
        Ok(account)
    }

    async fn update(
        &self,
        scope: &TenantScope,
        change: Change<IntegrationAccount>,
    ) -> Result<IntegrationAccount, RepositoryError> {
        let Change { after: account, audit, idempotency_record } = change;
        inside_tenant(scope, account.workspace_id(), account.tenant_id())?;
        let transaction = self.begin(idempotency_record).await?;
        update(&transaction, account.clone(), scope.tenant_id()).await?;
        transaction.commit(audit).await?;
        Ok(account)
    }

    async fn delete(&self, scope: &TenantScope, change: Change<IntegrationAccount>) -> Result<(), RepositoryError> {
        let Change { after: account, audit, idempotency_record } = change;
        let named = || [scope.workspace_id().as_uuid().into(), account.id().as_uuid().into()];
        let transaction = self.begin(idempotency_record).await?;
        // Lock first, so that concurrent new listings, imports and bookings wait and then see the deletion.
        let unchanged = Query::new("SELECT 1 FROM integration_accounts WHERE workspace_id = $1 AND id = $2", named())
            .and("tenant_id = ?", Some(scope.tenant_id().as_uuid()))
            .and("version = ?", Some(account.version()))
            .push(transaction.dialect().for_update());
        transaction.expect_row(unchanged).await?;
        let reserved = "SELECT 1 FROM reservations WHERE workspace_id = $1 AND integration_account_id = $2 LIMIT 1";
        transaction.refuse(Query::new(reserved, named()), rules::HAS_RESERVATIONS).await?;
        for delete in [
            "DELETE FROM imports WHERE workspace_id = $1 AND integration_account_id = $2",
            "DELETE FROM promotion_listings WHERE workspace_id = $1 AND promotion_id IN \
             (SELECT id FROM promotions WHERE workspace_id = $1 AND integration_account_id = $2)",
            "DELETE FROM promotions WHERE workspace_id = $1 AND integration_account_id = $2",
            "DELETE FROM calendar_nights WHERE workspace_id = $1 AND listing_id IN \
             (SELECT id FROM listings WHERE workspace_id = $1 AND integration_account_id = $2)",
            "DELETE FROM quotes WHERE workspace_id = $1 AND listing_id IN \
             (SELECT id FROM listings WHERE workspace_id = $1 AND integration_account_id = $2)",
            "DELETE FROM listings WHERE workspace_id = $1 AND integration_account_id = $2",
            "DELETE FROM integration_accounts WHERE workspace_id = $1 AND id = $2",
        ] {
            transaction.execute(Query::new(delete, named())).await?;
        }
        transaction.commit(audit).await
    }

    async fn find_anywhere(
        &self,
        scope: &AdminScope,
        id: IntegrationAccountId,
    ) -> Result<Option<IntegrationAccount>, RepositoryError> {
        let select = Entity::find_by_id((scope.workspace_id().as_uuid(), id.as_uuid()));
        self.found(select).await?.map(to_account).transpose()
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
        let Change { after: AccountMoved { account, source, arrival }, audit: departure, idempotency_record } = change;
        inside(scope.workspace_id(), account.workspace_id())?;
        let (workspace_id, id, target) = (account.workspace_id(), account.id(), account.tenant_id());
        let transaction = self.begin(idempotency_record).await?;
        let target_is_active =
            Query::new("SELECT 1 FROM tenants WHERE workspace_id = $1", [workspace_id.as_uuid().into()])
                .and("id = ?", Some(target.as_uuid()))
                .push(" AND status = 'ACTIVE'")
                .push(transaction.dialect().for_share());
        transaction.expect_row(target_is_active).await?;
        // From here on, imports of the account's listings wait.
        update(&transaction, account, source).await?;
        let [end_own, count_others] = imports_of_a_move(workspace_id, id, target);
        let ended = transaction.execute(end_own).await?.rows_affected();
        let kept = transaction.one::<i64>(count_others, "count").await?.unwrap_or_default();
        transaction.append(departure).await?;
        transaction.commit(arrival).await?;
        Ok(MovedImports { kept: kept.unsigned_abs(), ended })
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
        let select = "SELECT workspace_id, id, tenant_id, name, provider, provider_account_id, account_identifier, \
                      auth_type, status, allow_import, markup, default_discount, distribution_markup, version, \
                      created_at, updated_at FROM integration_accounts WHERE workspace_id = $1 AND tenant_id = $2";
        self.page_of(filtered(select, scope, filter), page, to_account).await
    }

    async fn count(&self, scope: &TenantScope, filter: &IntegrationAccountFilter) -> Result<u64, RepositoryError> {
        let select = "SELECT COUNT(*) AS count FROM integration_accounts WHERE workspace_id = $1 AND tenant_id = $2";
        self.count_of(filtered(select, scope, filter)).await
    }
}

impl Transaction {
    /// Locks an account of the scope until the end of the transaction, and returns whether it is active.
    pub(crate) async fn lock_account(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
    ) -> Result<bool, RepositoryError> {
        let select = "SELECT status = 'ACTIVE' AS is_active FROM integration_accounts WHERE workspace_id = $1 AND tenant_id = $2";
        let query =
            Query::of_tenant(select, scope).and("id = ?", Some(account.as_uuid())).push(self.dialect().for_share());
        let found = self.one::<bool>(query, "is_active").await?;
        found.ok_or(RepositoryError::Stale)
    }
}

fn filtered(select: &str, scope: &TenantScope, filter: &IntegrationAccountFilter) -> Query {
    let IntegrationAccountFilter { provider, status } = filter;
    Query::of_tenant(select, scope)
        .and("provider = ?", provider.map(Provider::as_str))
        .and("status = ?", status.map(AccountStatus::as_str))
}

impl Database {
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

/// Replaces the previous version of the account, which belonged to `owner`.
async fn update(
    transaction: &Transaction,
    account: IntegrationAccount,
    owner: TenantId,
) -> Result<(), RepositoryError> {
    let row = to_row(account);
    let (workspace_id, id, before) = (row.workspace_id, row.id, row.version - 1);
    // All columns except the key.
    let columns = ActiveModel { workspace_id: NotSet, id: NotSet, ..row.into_active_model().reset_all() };
    let update = Entity::update_many()
        .set(columns)
        .filter(Column::WorkspaceId.eq(workspace_id))
        .filter(Column::TenantId.eq(owner.as_uuid()))
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(before));
    transaction.update_guarded(update).await
}

fn to_row(account: IntegrationAccount) -> Model {
    let IntegrationAccountParts {
        workspace_id,
        id,
        tenant_id,
        details:
            IntegrationAccountDetails {
                name,
                provider,
                provider_account_id,
                account_identifier,
                auth_type,
                status,
                allow_import,
                markup,
                default_discount,
                distribution_markup,
            },
        version,
        created_at,
        updated_at,
    } = account.into_parts();
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        tenant_id: tenant_id.as_uuid(),
        name: name.into(),
        provider: provider.as_str().to_owned(),
        provider_account_id: provider_account_id.map(Into::into),
        account_identifier: account_identifier.into(),
        auth_type: auth_type.as_str().to_owned(),
        status: status.as_str().to_owned(),
        allow_import,
        markup: markup.basis_points().into(),
        default_discount: default_discount.map(|discount| discount.basis_points().into()),
        distribution_markup: distribution_markup.basis_points().into(),
        version,
        created_at,
        updated_at,
    }
}

fn to_account(row: Model) -> Result<IntegrationAccount, RepositoryError> {
    let Model {
        workspace_id,
        id,
        tenant_id,
        name,
        provider,
        provider_account_id,
        account_identifier,
        auth_type,
        status,
        allow_import,
        markup,
        default_discount,
        distribution_markup,
        version,
        created_at,
        updated_at,
    } = row;
    Ok(IntegrationAccount::from_parts(IntegrationAccountParts {
        workspace_id: WorkspaceId::new(workspace_id),
        id: IntegrationAccountId::new(id),
        tenant_id: TenantId::new(tenant_id),
        details: IntegrationAccountDetails {
            name: stored(WHAT, &name)?,
            provider: stored(WHAT, &provider)?,
            provider_account_id: stored_option(WHAT, provider_account_id)?,
            account_identifier: stored(WHAT, &account_identifier)?,
            auth_type: stored(WHAT, &auth_type)?,
            status: stored(WHAT, &status)?,
            allow_import,
            markup: percentage(WHAT, markup)?,
            default_discount: default_discount.map(|discount| percentage(WHAT, discount)).transpose()?,
            distribution_markup: percentage(WHAT, distribution_markup)?,
        },
        version,
        created_at,
        updated_at,
    }))
}

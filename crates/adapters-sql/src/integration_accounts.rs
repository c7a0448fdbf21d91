//! The ports of integration accounts.

use async_trait::async_trait;
use domain::access::{AdminScope, TenantScope};
use domain::change::Change;
use domain::ids::{IntegrationAccountId, TenantId, WorkspaceId};
use domain::integration_accounts::{
    AccountMoved, AccountStatus, Details, Holdings, IntegrationAccount, IntegrationAccountParts, MovedImports, Provider,
};
use domain::percentages::Percentage;
use ports::{
    IntegrationAccountFilter, IntegrationAccountQueries, IntegrationAccountRepository, Page, RepositoryError, Slice,
};
use sea_orm::ActiveValue::NotSet;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter};

use crate::database::{Database, Transaction, inside, inside_tenant};
use crate::entities::integration_accounts::{ActiveModel, Column, Entity, Model};
use crate::query::Query;
use crate::rows::{corrupt, stored, stored_option};

const WHAT: &str = "integration account";

/// What hangs on an account. There are no promotions and no reservations yet.
const HOLDINGS: &str = "\
    SELECT (SELECT COUNT(*) FROM listings WHERE workspace_id = $1 AND integration_account_id = $2) AS listings, \
           (SELECT COUNT(*) FROM imports WHERE workspace_id = $1 AND integration_account_id = $2 AND tenant_id <> $3) AS kept, \
           (SELECT COUNT(*) FROM imports WHERE workspace_id = $1 AND integration_account_id = $2 AND tenant_id = $3) AS ended";

#[derive(FromQueryResult)]
struct HoldingsRow {
    listings: i64,
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
        let found = find(self, scope.workspace_id(), id).await?;
        Ok(found.filter(|account| account.tenant_id() == scope.tenant_id()))
    }

    async fn create(
        &self,
        scope: &TenantScope,
        change: Change<IntegrationAccount>,
    ) -> Result<IntegrationAccount, RepositoryError> {
        let Change { after: account, audit, receipt } = change;
        inside_tenant(scope, account.workspace_id(), account.tenant_id())?;
        let transaction = self.begin(receipt).await?;
        transaction.insert(row(account.clone())).await?;
        transaction.append(audit).await?;
        transaction.commit().await?;
        Ok(account)
    }

    async fn update(
        &self,
        scope: &TenantScope,
        change: Change<IntegrationAccount>,
    ) -> Result<IntegrationAccount, RepositoryError> {
        let Change { after: account, audit, receipt } = change;
        inside_tenant(scope, account.workspace_id(), account.tenant_id())?;
        let transaction = self.begin(receipt).await?;
        update(&transaction, account.clone(), scope.tenant_id()).await?;
        transaction.append(audit).await?;
        transaction.commit().await?;
        Ok(account)
    }

    async fn delete(&self, scope: &TenantScope, change: Change<IntegrationAccount>) -> Result<(), RepositoryError> {
        let Change { after: account, audit, receipt } = change;
        let named = || [scope.workspace_id().as_uuid().into(), account.id().as_uuid().into()];
        let transaction = self.begin(receipt).await?;
        // Locked first: whoever adds a listing or imports one meanwhile waits, and then finds the account gone.
        let unchanged = Query::new("SELECT 1 FROM integration_accounts WHERE workspace_id = $1 AND id = $2", named())
            .and("tenant_id = ?", Some(scope.tenant_id().as_uuid()))
            .and("version = ?", Some(account.version()))
            .push(transaction.dialect().for_update());
        transaction.expect_row(unchanged).await?;
        for delete in [
            "DELETE FROM imports WHERE workspace_id = $1 AND integration_account_id = $2",
            "DELETE FROM listings WHERE workspace_id = $1 AND integration_account_id = $2",
            "DELETE FROM integration_accounts WHERE workspace_id = $1 AND id = $2",
        ] {
            transaction.execute(Query::new(delete, named())).await?;
        }
        transaction.append(audit).await?;
        transaction.commit().await
    }

    async fn find_anywhere(
        &self,
        scope: &AdminScope,
        id: IntegrationAccountId,
    ) -> Result<Option<IntegrationAccount>, RepositoryError> {
        find(self, scope.workspace_id(), id).await
    }

    async fn holdings(
        &self,
        scope: &AdminScope,
        id: IntegrationAccountId,
        target: TenantId,
    ) -> Result<Holdings, RepositoryError> {
        let named = [scope.workspace_id().as_uuid().into(), id.as_uuid().into(), target.as_uuid().into()];
        let statement = self.statement(Query::new(HOLDINGS, named));
        let row = HoldingsRow::find_by_statement(statement).one(self.reader()).await;
        let row = row.map_err(|error| self.error(error))?;
        Ok(row.map_or_else(Holdings::default, |HoldingsRow { listings, kept, ended }| Holdings {
            listings: listings.unsigned_abs(),
            promotions: 0,
            reservations: 0,
            imports: MovedImports { kept: kept.unsigned_abs(), ended: ended.unsigned_abs() },
        }))
    }

    async fn move_tenant(
        &self,
        scope: &AdminScope,
        change: Change<AccountMoved>,
    ) -> Result<MovedImports, RepositoryError> {
        let Change { after: AccountMoved { account, source, arrival }, audit: departure, receipt } = change;
        inside(scope.workspace_id(), account.workspace_id())?;
        let (workspace_id, id, target) = (account.workspace_id(), account.id(), account.tenant_id());
        let named = || [workspace_id.as_uuid().into(), id.as_uuid().into()];
        let transaction = self.begin(receipt).await?;
        let target_is_active =
            Query::new("SELECT 1 FROM tenants WHERE workspace_id = $1", [workspace_id.as_uuid().into()])
                .and("id = ?", Some(target.as_uuid()))
                .push(" AND status = 'ACTIVE'")
                .push(transaction.dialect().for_share());
        transaction.expect_row(target_is_active).await?;
        // From here on whoever wants to import one of the listings waits.
        update(&transaction, account, source).await?;
        let own = "DELETE FROM imports WHERE workspace_id = $1 AND integration_account_id = $2";
        let own = Query::new(own, named()).and("tenant_id = ?", Some(target.as_uuid()));
        let ended = transaction.execute(own).await?.rows_affected();
        let others = "SELECT COUNT(*) AS count FROM imports WHERE workspace_id = $1 AND integration_account_id = $2";
        let kept = transaction.one::<i64>(Query::new(others, named()), "count").await?.unwrap_or_default();
        transaction.append(departure).await?;
        transaction.append(arrival).await?;
        transaction.commit().await?;
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
        self.page_of(filtered(select, scope, filter), page, account).await
    }

    async fn count(&self, scope: &TenantScope, filter: &IntegrationAccountFilter) -> Result<u64, RepositoryError> {
        let select = "SELECT COUNT(*) AS count FROM integration_accounts WHERE workspace_id = $1 AND tenant_id = $2";
        self.count_of(filtered(select, scope, filter)).await
    }
}

fn filtered(select: &str, scope: &TenantScope, filter: &IntegrationAccountFilter) -> Query {
    let IntegrationAccountFilter { provider, status } = filter;
    Query::new(select, [scope.workspace_id().as_uuid().into(), scope.tenant_id().as_uuid().into()])
        .and("provider = ?", provider.map(Provider::as_str))
        .and("status = ?", status.map(AccountStatus::as_str))
}

async fn find(
    database: &Database,
    workspace_id: WorkspaceId,
    id: IntegrationAccountId,
) -> Result<Option<IntegrationAccount>, RepositoryError> {
    let found = Entity::find_by_id((workspace_id.as_uuid(), id.as_uuid())).one(database.reader()).await;
    found.map_err(|error| database.error(error))?.map(account).transpose()
}

/// Writes the account over the version before it, which belonged to that tenant.
async fn update(
    transaction: &Transaction,
    account: IntegrationAccount,
    owner: TenantId,
) -> Result<(), RepositoryError> {
    let row = row(account);
    let (workspace_id, id, before) = (row.workspace_id, row.id, row.version - 1);
    // All columns but the key.
    let columns = ActiveModel { workspace_id: NotSet, id: NotSet, ..row.into_active_model().reset_all() };
    let update = Entity::update_many()
        .set(columns)
        .filter(Column::WorkspaceId.eq(workspace_id))
        .filter(Column::TenantId.eq(owner.as_uuid()))
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(before));
    transaction.update_guarded(update).await
}

fn row(account: IntegrationAccount) -> Model {
    let IntegrationAccountParts {
        workspace_id,
        id,
        tenant_id,
        details:
            Details {
                name,
                provider,
                provider_account_id,
                account_identifier,
                auth_type,
                status,
                allows_import,
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
        allow_import: allows_import,
        markup: markup.basis_points().into(),
        default_discount: default_discount.map(|discount| discount.basis_points().into()),
        distribution_markup: distribution_markup.basis_points().into(),
        version,
        created_at,
        updated_at,
    }
}

fn account(row: Model) -> Result<IntegrationAccount, RepositoryError> {
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
        details: Details {
            name: stored(WHAT, &name)?,
            provider: stored(WHAT, &provider)?,
            provider_account_id: stored_option(WHAT, provider_account_id)?,
            account_identifier: stored(WHAT, &account_identifier)?,
            auth_type: stored(WHAT, &auth_type)?,
            status: stored(WHAT, &status)?,
            allows_import: allow_import,
            markup: percentage(markup)?,
            default_discount: default_discount.map(percentage).transpose()?,
            distribution_markup: percentage(distribution_markup)?,
        },
        version,
        created_at,
        updated_at,
    }))
}

fn percentage(basis_points: i32) -> Result<Percentage, RepositoryError> {
    Percentage::try_from(i64::from(basis_points)).map_err(|error| corrupt(WHAT, error))
}

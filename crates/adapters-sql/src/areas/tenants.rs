//! The ports of tenants.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{AdminScope, TenantScope};
use domain::change::Change;
use domain::countries::Country;
use domain::ids::{TenantId, WorkspaceId};
use domain::tenants::{
    Tenant, TenantCreated, TenantDetails, TenantHoldings, TenantParts, TenantStatus, TenantStatusSet, TenantSwitched,
    UsersChange,
};
use domain::text::{SearchText, fold};
use domain::users::{Role, UserStatus};
use ports::{Page, RepositoryError, Slice, TenantFilter, TenantQueries, TenantRepository};
use sea_orm::ActiveValue::NotSet;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::areas::locations;
use crate::engine::database::Database;
use crate::engine::errors::inside;
use crate::engine::query::{Query, containing};
use crate::engine::rows::{stored, stored_option};
use crate::engine::transaction::Transaction;
use crate::tables::tenants::{ActiveModel, Column, Entity, Model, Row};

/// Sets the status and stores the previous one, for [`RESTORE_USERS`].
const SUSPEND_USERS: &str = "\
    UPDATE users SET status = $4, status_before = COALESCE(status_before, status), version = version + 1, updated_at = $3 \
    WHERE workspace_id = $1 AND home_tenant_id = $2 AND role <> $5 AND status <> $4";
const SET_USERS: &str = "\
    UPDATE users SET status = $4, status_before = NULL, version = version + 1, updated_at = $3 \
    WHERE workspace_id = $1 AND home_tenant_id = $2 AND role <> $5 AND (status <> $4 OR status_before IS NOT NULL)";
const RESTORE_USERS: &str = "\
    UPDATE users SET status = status_before, status_before = NULL, version = version + 1, updated_at = $3 \
    WHERE workspace_id = $1 AND home_tenant_id = $2 AND status_before IS NOT NULL";

#[async_trait]
impl TenantRepository for Database {
    async fn find(&self, scope: &TenantScope, id: TenantId) -> Result<Option<Tenant>, RepositoryError> {
        find(self, scope.workspace_id(), id).await
    }

    async fn create(&self, scope: &AdminScope, change: Change<TenantCreated>) -> Result<Tenant, RepositoryError> {
        let Change { after: TenantCreated { tenant, default_location, moved_user }, audit, idempotency_record } =
            change;
        inside(scope.workspace_id(), tenant.workspace_id())?;
        let transaction = self.begin(idempotency_record).await?;
        insert(&transaction, tenant.clone()).await?;
        locations::insert(&transaction, default_location).await?;
        if let Some(user) = moved_user {
            let moved = TenantSwitched { user, target: tenant.id() };
            if !transaction.move_user(scope.workspace_id(), moved, audit.at).await? {
                return Err(RepositoryError::Stale);
            }
        }
        transaction.commit(audit).await?;
        Ok(tenant)
    }

    async fn update(&self, scope: &AdminScope, change: Change<Tenant>) -> Result<Tenant, RepositoryError> {
        let Change { after: tenant, audit, idempotency_record } = change;
        inside(scope.workspace_id(), tenant.workspace_id())?;
        let transaction = self.begin(idempotency_record).await?;
        update(&transaction, tenant.clone()).await?;
        transaction.commit(audit).await?;
        Ok(tenant)
    }

    async fn set_status(&self, scope: &AdminScope, change: Change<TenantStatusSet>) -> Result<Tenant, RepositoryError> {
        let Change { after: TenantStatusSet { tenant, users, unchanged }, audit, idempotency_record } = change;
        inside(scope.workspace_id(), tenant.workspace_id())?;
        let transaction = self.begin(idempotency_record).await?;
        update(&transaction, tenant.clone()).await?;
        // The rows of the caller are locked after the tenant, as in other transactions.
        let lock = transaction.dialect().for_share();
        transaction.expect_administrator(scope.tenant_scope(), &audit, lock).await?;
        let changed = transaction.change_users(&tenant, users, audit.at).await?;
        if changed == 0
            && let Some(unchanged) = unchanged
        {
            transaction.rollback().await?;
            return Ok(unchanged);
        }
        transaction.commit(audit).await?;
        Ok(tenant)
    }

    async fn holdings(&self, scope: &AdminScope, id: TenantId) -> Result<TenantHoldings, RepositoryError> {
        let named = || [scope.workspace_id().as_uuid().into(), id.as_uuid().into()];
        let accounts =
            "SELECT COUNT(*) AS count FROM integration_accounts a WHERE a.workspace_id = $1 AND a.tenant_id = $2";
        let listings = "SELECT COUNT(*) AS count FROM integration_accounts a \
                        JOIN listings l ON l.workspace_id = a.workspace_id AND l.integration_account_id = a.id \
                        WHERE a.workspace_id = $1 AND a.tenant_id = $2";
        let integration_accounts = self.count_of(Query::new(accounts, named())).await?;
        if integration_accounts == 0 {
            return Ok(TenantHoldings::default());
        }
        Ok(TenantHoldings { integration_accounts, listings: self.count_of(Query::new(listings, named())).await? })
    }

    async fn delete(&self, scope: &AdminScope, change: Change<Tenant>) -> Result<(), RepositoryError> {
        let Change { after: tenant, audit, idempotency_record } = change;
        let workspace = || scope.workspace_id().as_uuid().into();
        let id = || tenant.id().as_uuid().into();
        let transaction = self.begin(idempotency_record).await?;
        // Lock first: from here on no user can be created in it or switched into it.
        let lock = transaction.dialect().for_update();
        let version = tenant.version().into();
        let unchanged = "SELECT 1 FROM tenants WHERE workspace_id = $1 AND id = $2 AND version = $3";
        transaction.expect_row(Query::new(unchanged, [workspace(), id(), version]).push(lock)).await?;
        // Then lock its users. As elsewhere, a user is locked before its keys.
        let users = "SELECT 1 FROM users WHERE workspace_id = $1 AND home_tenant_id = $2 ORDER BY id";
        transaction.execute(Query::new(users, [workspace(), id()]).push(lock)).await?;
        let go_home = Query::new(
            "UPDATE users SET current_tenant_id = home_tenant_id, updated_at = $3 \
             WHERE workspace_id = $1 AND current_tenant_id = $2 AND home_tenant_id <> $2",
            [workspace(), id(), audit.at.into()],
        );
        transaction.execute(go_home).await?;
        for statement in [
            "DELETE FROM api_keys WHERE workspace_id = $1 AND user_id IN \
             (SELECT id FROM users WHERE workspace_id = $1 AND home_tenant_id = $2)",
            "DELETE FROM idempotency_records WHERE workspace_id = $1 AND user_id IN \
             (SELECT id FROM users WHERE workspace_id = $1 AND home_tenant_id = $2)",
            "DELETE FROM users WHERE workspace_id = $1 AND home_tenant_id = $2",
            "DELETE FROM imports WHERE workspace_id = $1 AND tenant_id = $2",
            "DELETE FROM quotes WHERE workspace_id = $1 AND tenant_id = $2",
            "DELETE FROM locations WHERE workspace_id = $1 AND tenant_id = $2",
            // If it has integration accounts, their foreign key makes this statement fail.
            "DELETE FROM tenants WHERE workspace_id = $1 AND id = $2",
        ] {
            transaction.execute(Query::new(statement, [workspace(), id()])).await?;
        }
        transaction.commit(audit).await
    }
}

impl Transaction {
    /// Changes the status of a tenant's users. Returns the number of changed users.
    async fn change_users(
        &self,
        tenant: &Tenant,
        users: UsersChange,
        at: DateTime<Utc>,
    ) -> Result<u64, RepositoryError> {
        let of_tenant = [tenant.workspace_id().as_uuid().into(), tenant.id().as_uuid().into(), at.into()];
        let set = |statement, status: UserStatus| {
            let values = [status.as_i16().into(), Role::Support.as_str().into()];
            Query::new(statement, of_tenant.clone().into_iter().chain(values))
        };
        let update = match (users, tenant.status()) {
            (UsersChange::Kept, _) => return Ok(0),
            (UsersChange::Set(status), TenantStatus::Inactive) => set(SUSPEND_USERS, status),
            (UsersChange::Set(status), TenantStatus::Active) => set(SET_USERS, status),
            (UsersChange::Restored, _) => Query::new(RESTORE_USERS, of_tenant.clone()),
        };
        Ok(self.execute(update).await?.rows_affected())
    }
}

#[async_trait]
impl TenantQueries for Database {
    async fn list(
        &self,
        scope: &AdminScope,
        filter: &TenantFilter,
        page: Page,
    ) -> Result<Slice<Tenant>, RepositoryError> {
        let query = Query::new("SELECT ", []).push(Row::COLUMNS).push(" FROM tenants");
        self.page_of(filtered(query, scope, filter), page, to_tenant).await
    }

    async fn count(&self, scope: &AdminScope, filter: &TenantFilter) -> Result<u64, RepositoryError> {
        let query = filtered(Query::new("SELECT COUNT(*) AS count FROM tenants", []), scope, filter);
        self.count_of(query).await
    }
}

fn filtered(query: Query, scope: &AdminScope, filter: &TenantFilter) -> Query {
    let TenantFilter { name, description, q, status } = filter;
    let part = |text: &SearchText| containing(&fold(text.as_str()));
    query
        .push_bound(" WHERE workspace_id = ?", scope.workspace_id().as_uuid())
        .and("name_folded = ?", name.as_ref().map(|name| fold(name.as_str())))
        .and(r"description_folded LIKE ? ESCAPE '\'", description.as_ref().map(part))
        .and(
            r"(name_folded LIKE ? ESCAPE '\' OR domain LIKE ? ESCAPE '\' OR description_folded LIKE ? ESCAPE '\'
              OR city_folded LIKE ? ESCAPE '\')",
            q.as_ref().map(part),
        )
        .and("status = ?", status.map(TenantStatus::as_str))
}

pub(crate) async fn find(
    database: &Database,
    workspace_id: WorkspaceId,
    id: TenantId,
) -> Result<Option<Tenant>, RepositoryError> {
    let row = database.batched_row(("tenants", Row::COLUMNS), workspace_id, id.as_uuid()).await?;
    row.map(to_tenant).transpose()
}

pub(crate) async fn insert(transaction: &Transaction, tenant: Tenant) -> Result<(), RepositoryError> {
    transaction.insert(to_row(tenant)).await
}

/// Replaces the previous version of the tenant.
async fn update(transaction: &Transaction, tenant: Tenant) -> Result<(), RepositoryError> {
    let row = to_row(tenant);
    let (workspace_id, id, before) = (row.workspace_id, row.id, row.version - 1);
    // All columns except the key, which cannot be updated in a distributed table.
    let columns = ActiveModel { workspace_id: NotSet, id: NotSet, ..row.into_active_model().reset_all() };
    let update = Entity::update_many()
        .set(columns)
        .filter(Column::WorkspaceId.eq(workspace_id))
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(before));
    transaction.update_guarded(update).await
}

fn to_row(tenant: Tenant) -> Model {
    let TenantParts {
        workspace_id,
        id,
        name,
        domain,
        is_default,
        status,
        details: TenantDetails { description, address, city, post_code, country },
        version,
        created_at,
        updated_at,
    } = tenant.into_parts();
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        name_folded: fold(name.as_str()),
        name: name.into(),
        domain: domain.to_string(),
        is_default,
        status: status.as_str().to_owned(),
        description_folded: description.as_ref().map(|description| fold(description.as_str())),
        description: description.map(Into::into),
        address: address.map(Into::into),
        city_folded: city.as_ref().map(|city| fold(city.as_str())),
        city: city.map(Into::into),
        post_code: post_code.map(Into::into),
        country_code: country.map(Country::code).map(Into::into),
        version,
        created_at,
        updated_at,
    }
}

fn to_tenant(row: Row) -> Result<Tenant, RepositoryError> {
    const WHAT: &str = "tenant";
    let Row {
        workspace_id,
        id,
        name,
        domain,
        is_default,
        status,
        description,
        address,
        city,
        post_code,
        country_code,
        version,
        created_at,
        updated_at,
    } = row;
    Ok(Tenant::from_parts(TenantParts {
        workspace_id: WorkspaceId::new(workspace_id),
        id: TenantId::new(id),
        name: stored(WHAT, &name)?,
        domain: stored(WHAT, &domain)?,
        is_default,
        status: stored(WHAT, &status)?,
        details: TenantDetails {
            description: stored_option(WHAT, description)?,
            address: stored_option(WHAT, address)?,
            city: stored_option(WHAT, city)?,
            post_code: stored_option(WHAT, post_code)?,
            country: stored_option(WHAT, country_code)?,
        },
        version,
        created_at,
        updated_at,
    }))
}

//! The ports of listings.

mod filters;
mod pages;
mod paths;
mod queries;
mod reviews;
mod rows;
mod statements;
mod texts;
mod totals;

use async_trait::async_trait;
use domain::access::{OperatorScope, TenantScope, TenantStanding};
use domain::change::Change;
use domain::ids::{IntegrationAccountId, ListingId, WorkspaceId};
use domain::listings::{Approval, Delivery, Listing, ListingAccount, ProviderId, TenantListing};
use ports::{ListingRepository, RepositoryError, rules};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{EntityTrait, ExprTrait, FromQueryResult, IdenStatic, IntoActiveModel, Iterable, QueryTrait, Statement};

use self::rows::{to_listing, to_row, to_tenant_listing};
use crate::access::credentials::to_standing;
use crate::areas::events::ImportsOf;
use crate::areas::integration_accounts::LockedAccount;
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::errors::{guarded_all, inside};
use crate::engine::query::Query;
use crate::engine::rows::stored;
use crate::engine::transaction::Transaction;
use crate::tables::listings::{Column, Entity, Row};
use crate::tables::workspaces::IS_KEPT;

/// The number of listings that one SELECT locks.
const BATCH: usize = 500;

#[derive(FromQueryResult)]
struct AccountRow {
    name: String,
    default_currency: String,
    is_active: bool,
    require_listing_approval: bool,
}

#[async_trait]
impl ListingRepository for Database {
    async fn get(&self, scope: &TenantScope, id: ListingId) -> Result<Option<TenantListing>, RepositoryError> {
        self.row(pages::get(self.dialect(), scope, id)).await?.map(to_tenant_listing).transpose()
    }

    async fn owner(
        &self,
        _: &OperatorScope,
        workspace_id: WorkspaceId,
        account: IntegrationAccountId,
    ) -> Result<Option<TenantStanding>, RepositoryError> {
        let select = "SELECT owner.id, owner.name, owner.is_default, owner.status \
                      FROM integration_accounts account \
                      JOIN tenants owner ON owner.workspace_id = $1 AND owner.id = account.tenant_id \
                      WHERE account.workspace_id = $1 AND account.id = $2";
        let query = Query::new(select, [workspace_id.as_uuid().into(), account.as_uuid().into()]);
        self.row(query.push(IS_KEPT)).await?.map(to_standing).transpose()
    }

    async fn account(
        &self,
        scope: &TenantScope,
        id: IntegrationAccountId,
    ) -> Result<Option<ListingAccount>, RepositoryError> {
        let select = "SELECT account.name, workspace.default_currency, account.status = 'ACTIVE' AS is_active, \
                             account.require_listing_approval \
                      FROM integration_accounts account JOIN workspaces workspace ON workspace.id = $1 \
                      WHERE account.workspace_id = $1 AND account.tenant_id = $2 AND account.id = $3";
        let query = Query::of_tenant(select, scope).bind([id.as_uuid().into()]);
        let account = |AccountRow { name, default_currency, is_active, require_listing_approval }: AccountRow| {
            let default_currency = stored("workspace", &default_currency)?;
            Ok(ListingAccount { id, name, default_currency, is_active, require_listing_approval })
        };
        self.row(query).await?.map(account).transpose()
    }

    async fn create(&self, scope: &TenantScope, change: Change<Listing>) -> Result<TenantListing, RepositoryError> {
        let Change { after: listing, audit, idempotency_record } = change;
        inside(scope.workspace_id(), listing.workspace_id())?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            let account = transaction.lock_account(scope, listing.integration_account_id()).await?;
            expect_approval([is_pending(&listing)], &account)?;
            transaction.insert(to_row(listing.clone())).await?;
            Ok(TenantListing::own(listing, scope.tenant_id(), account.is_active))
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn update(&self, scope: &TenantScope, change: Change<Listing>) -> Result<TenantListing, RepositoryError> {
        let Change { after: listing, audit, idempotency_record } = change;
        inside(scope.workspace_id(), listing.workspace_id())?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            let locked = transaction.lock_account(scope, listing.integration_account_id()).await?;
            let account = (Column::IntegrationAccountId, listing.integration_account_id().as_uuid());
            transaction.replace(to_row(listing.clone()), Some(account)).await?;
            Ok(TenantListing::own(listing, scope.tenant_id(), locked.is_active))
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn delete(&self, scope: &TenantScope, change: Change<Listing>) -> Result<(), RepositoryError> {
        let Change { after: listing, audit, idempotency_record } = change;
        let named = || [scope.workspace_id().as_uuid().into(), listing.id().as_uuid().into()];
        let account = listing.integration_account_id();
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            transaction.lock_account(scope, account).await?;
            // Lock first, so that concurrent imports and bookings wait and then see the deletion.
            let unchanged = Query::new("SELECT 1 FROM listings WHERE workspace_id = $1 AND id = $2", named())
                .and("integration_account_id = ?", Some(account.as_uuid()))
                .and("version = ?", Some(listing.version()))
                .push(transaction.dialect().for_update());
            transaction.expect_row(unchanged).await?;
            let reserved = "SELECT 1 FROM reservations WHERE workspace_id = $1 AND listing_id = $2 LIMIT 1";
            transaction.refuse(Query::new(reserved, named()), rules::HAS_RESERVATIONS).await?;
            let ended = ImportsOf { account, tenant: None, listing: Some(listing.id()) };
            transaction.note_ended_imports(scope.workspace_id(), audit.id, ended).await?;
            for delete in [
                "DELETE FROM imports WHERE workspace_id = $1 AND listing_id = $2",
                "DELETE FROM calendar_nights WHERE workspace_id = $1 AND listing_id = $2",
                "DELETE FROM promotion_listings WHERE workspace_id = $1 AND listing_id = $2",
                "DELETE FROM charge_listings WHERE workspace_id = $1 AND listing_id = $2",
                "DELETE FROM quotes WHERE workspace_id = $1 AND listing_id = $2",
                "DELETE FROM listings WHERE workspace_id = $1 AND id = $2",
            ] {
                transaction.execute(Query::new(delete, named())).await?;
            }
            Ok(())
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn with_provider_ids(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
        ids: &[ProviderId],
    ) -> Result<Vec<Listing>, RepositoryError> {
        let select = "SELECT {columns} FROM integration_accounts account CROSS JOIN listings listing \
                      WHERE account.workspace_id = $1 AND account.tenant_id = $2 AND account.id = $3 \
                        AND listing.workspace_id = $1 \
                        AND listing.integration_account_id = account.id AND listing.provider_id IN ";
        let query = Query::of_tenant(select, scope)
            .bind([account.as_uuid().into()])
            .fill("columns", Row::COLUMNS)
            .push_list(ids.iter().map(ProviderId::as_str));
        self.rows(query).await?.into_iter().map(to_listing).collect()
    }

    async fn deliver(&self, scope: &TenantScope, change: Change<Delivery>) -> Result<(), RepositoryError> {
        let Change { after: Delivery { integration_account_id, listings }, audit, idempotency_record } = change;
        for listing in &listings {
            inside(scope.workspace_id(), listing.workspace_id())?;
            if listing.integration_account_id() != integration_account_id {
                return Err(RepositoryError::Stale);
            }
        }
        // Made before the transaction: on SQLite, all other writes wait until it ends.
        let locks = locks_of_stored(self.dialect(), scope.workspace_id(), Some(integration_account_id), &listings);
        let new: Vec<_> = listings.iter().filter(|listing| listing.version() == 1).map(is_pending).collect();
        let upserts = upserts(self.dialect(), listings);
        let transaction = self.begin_much(scope, idempotency_record).await?;
        let done = async {
            expect_approval(new, &transaction.lock_account(scope, integration_account_id).await?)?;
            transaction.store(locks, upserts).await
        }
        .await;
        transaction.end(done, audit).await
    }
}

impl Transaction {
    /// Reads a listing as the tenant sees it, its own or imported.
    pub(crate) async fn seen_listing(
        &self,
        scope: &TenantScope,
        id: ListingId,
    ) -> Result<Option<TenantListing>, RepositoryError> {
        self.row(pages::get(self.dialect(), scope, id)).await?.map(to_tenant_listing).transpose()
    }

    /// Runs the statements of [`locks_of_stored`] and [`upserts`].
    async fn store(&self, locks: Vec<(Query, usize)>, upserts: Vec<(Statement, usize)>) -> Result<(), RepositoryError> {
        for (lock, expected) in locks {
            self.expect_rows(lock, expected).await?;
        }
        for (upsert, expected) in upserts {
            guarded_all(self.run_statement(upsert).await?.rows_affected(), expected)?;
        }
        Ok(())
    }
}

fn is_pending(listing: &Listing) -> bool {
    *listing.approval() == Approval::Pending
}

/// Checks that the account requires approval as it did when it was decided which of the new listings are pending.
fn expect_approval(pending: impl IntoIterator<Item = bool>, account: &LockedAccount) -> Result<(), RepositoryError> {
    let agrees = pending.into_iter().all(|is_pending| is_pending == account.require_listing_approval);
    if agrees { Ok(()) } else { Err(RepositoryError::Stale) }
}

/// Returns the SELECTs that lock the listings that are not new until the end of the transaction, each with the number of
/// rows that it must find: writing a deleted listing would bring it back. In the order of their ids, as imports lock
/// them.
fn locks_of_stored<'l>(
    dialect: &dyn Dialect,
    workspace_id: WorkspaceId,
    account: Option<IntegrationAccountId>,
    listings: impl IntoIterator<Item = &'l Listing>,
) -> Vec<(Query, usize)> {
    let stored = listings.into_iter().filter(|listing| listing.version() > 1);
    let mut stored: Vec<_> = stored.map(Listing::id).collect();
    stored.sort_unstable();
    let lock = |ids: &[ListingId]| {
        Query::new("SELECT 1 FROM listings WHERE workspace_id = $1 AND id IN ", [workspace_id.as_uuid().into()])
            .push_list(ids.iter().map(|id| id.as_uuid()))
            .and("integration_account_id = ?", account.map(IntegrationAccountId::as_uuid))
            .push(" ORDER BY id")
            .push(dialect.for_no_key_update())
    };
    stored.chunks(BATCH).map(|ids| (lock(ids), ids.len())).collect()
}

/// Returns the statements that insert each new listing and replace the previous version of each other one, with the
/// number of rows that each must write.
fn upserts(dialect: &dyn Dialect, listings: Vec<Listing>) -> Vec<(Statement, usize)> {
    let keys = [Column::WorkspaceId, Column::IntegrationAccountId, Column::ProviderId];
    // Neither the keys nor these change. Columns that are set are written to the indexes again.
    let never_change = [Column::Id, Column::CreatedAt];
    // If the stored version is not the previous one, or the id differs, no row is written, and the row count does not
    // match.
    let is_next = Expr::col((Entity, Column::Version))
        .eq(Expr::col(("excluded", Column::Version)).sub(1))
        .and(Expr::col((Entity, Column::Id)).eq(Expr::col(("excluded", Column::Id))));
    let over = OnConflict::columns(keys)
        .update_columns(
            Column::iter()
                .filter(|column| !keys.iter().chain(&never_change).any(|never| column.as_str() == never.as_str())),
        )
        .action_and_where(is_next)
        .to_owned();
    let mut rows = listings.into_iter().map(|listing| to_row(listing).into_active_model()).peekable();
    let mut upserts = vec![];
    while rows.peek().is_some() {
        let batch: Vec<_> = rows.by_ref().take(dialect.rows_of_insert()).collect();
        let written = batch.len();
        upserts.push((Entity::insert_many(batch).on_conflict(over.clone()).build(dialect.backend()), written));
    }
    upserts
}

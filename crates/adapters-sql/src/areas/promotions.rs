//! The ports of promotions.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::ids::{IntegrationAccountId, ListingId, PromotionId, WorkspaceId};
use domain::promotions::{
    Assignable, Assignment, Promotion, PromotionChoice, PromotionDetails, PromotionListings, PromotionParts,
};
use domain::quotes::AskedPromotion;
use domain::stays::StayDate;
use domain::text::fold;
use ports::{Page, PromotionFilter, PromotionQueries, PromotionRepository, RepositoryError, Slice};
use sea_orm::ActiveValue::NotSet;
use sea_orm::prelude::Uuid;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter};

use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::errors::{guarded_all, inside};
use crate::engine::query::{Query, most};
use crate::engine::rows::{percentage, stored, stored_option};
use crate::engine::transaction::Transaction;
use crate::tables::promotions::{ActiveModel, Column, Entity, Model};

const WHAT: &str = "promotion";

const WHOLE: &str = "SELECT p.workspace_id, p.id, p.integration_account_id, p.name, p.name_folded, p.description, p.discount, \
    p.coupon_code, p.coupon_code_folded, p.start_date, p.end_date, p.booking_period_start, p.booking_period_end, p.status, \
    p.thumbnail_url, p.version, p.created_at, p.updated_at";

#[derive(FromQueryResult)]
struct AssignableRow {
    id: Uuid,
    is_assigned: bool,
}

#[derive(FromQueryResult)]
struct AskedRow {
    #[sea_orm(nested)]
    promotion: Model,
    is_assigned: bool,
}

#[async_trait]
impl PromotionRepository for Database {
    async fn find(&self, scope: &TenantScope, id: PromotionId) -> Result<Option<Promotion>, RepositoryError> {
        let query = Query::of_tenant(WHOLE, scope)
            .push(" FROM promotions p JOIN integration_accounts a ")
            .push("ON a.workspace_id = p.workspace_id AND a.id = p.integration_account_id ")
            .push("WHERE p.workspace_id = $1 AND a.tenant_id = $2")
            .and("p.id = ?", Some(id.as_uuid()));
        self.row(query).await?.map(to_promotion).transpose()
    }

    async fn has_account(&self, scope: &TenantScope, id: IntegrationAccountId) -> Result<bool, RepositoryError> {
        let select = "SELECT COUNT(*) AS count FROM integration_accounts WHERE workspace_id = $1 AND tenant_id = $2";
        let found = self.count_of(Query::of_tenant(select, scope).and("id = ?", Some(id.as_uuid()))).await?;
        Ok(found > 0)
    }

    async fn create(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<Promotion, RepositoryError> {
        let Change { after: promotion, audit, idempotency_record } = change;
        inside(scope.workspace_id(), promotion.workspace_id())?;
        let transaction = self.begin(idempotency_record).await?;
        transaction.lock_account(scope, promotion.integration_account_id()).await?;
        transaction.insert(to_row(promotion.clone())).await?;
        transaction.commit(audit).await?;
        Ok(promotion)
    }

    async fn update(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<Promotion, RepositoryError> {
        let Change { after: promotion, audit, idempotency_record } = change;
        inside(scope.workspace_id(), promotion.workspace_id())?;
        let transaction = self.begin(idempotency_record).await?;
        transaction.lock_account(scope, promotion.integration_account_id()).await?;
        update(&transaction, promotion.clone()).await?;
        transaction.commit(audit).await?;
        Ok(promotion)
    }

    async fn delete(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<(), RepositoryError> {
        let Change { after: promotion, audit, idempotency_record } = change;
        let named = || [scope.workspace_id().as_uuid().into(), promotion.id().as_uuid().into()];
        let account = promotion.integration_account_id();
        let transaction = self.begin(idempotency_record).await?;
        transaction.lock_account(scope, account).await?;
        // Lock first, so that concurrent assignments wait and then see the deletion.
        let unchanged = Query::new("SELECT 1 FROM promotions WHERE workspace_id = $1 AND id = $2", named())
            .and("integration_account_id = ?", Some(account.as_uuid()))
            .and("version = ?", Some(promotion.version()))
            .push(transaction.dialect().for_update());
        transaction.expect_row(unchanged).await?;
        for delete in [
            "DELETE FROM promotion_listings WHERE workspace_id = $1 AND promotion_id = $2",
            "DELETE FROM promotions WHERE workspace_id = $1 AND id = $2",
        ] {
            transaction.execute(Query::new(delete, named())).await?;
        }
        transaction.commit(audit).await
    }

    async fn assignable(
        &self,
        scope: &TenantScope,
        promotion: &Promotion,
        ids: &[ListingId],
    ) -> Result<Vec<Assignable>, RepositoryError> {
        let select = "SELECT l.id, EXISTS (SELECT 1 FROM promotion_listings p \
                        WHERE p.workspace_id = $1 AND p.promotion_id = $3 AND p.listing_id = l.id) AS is_assigned \
                      FROM integration_accounts a \
                      JOIN listings l ON l.workspace_id = a.workspace_id AND l.integration_account_id = a.id \
                      WHERE a.workspace_id = $1 AND a.tenant_id = $2 AND a.id = $4 AND l.id IN ";
        let named = [
            scope.workspace_id().as_uuid().into(),
            scope.tenant_id().as_uuid().into(),
            promotion.id().as_uuid().into(),
            promotion.integration_account_id().as_uuid().into(),
        ];
        let rows = self.rows(Query::new(select, named).push_list(ids.iter().map(|id| id.as_uuid()))).await?;
        let assignable = |AssignableRow { id, is_assigned }| Assignable { listing: ListingId::new(id), is_assigned };
        Ok(rows.into_iter().map(assignable).collect())
    }

    async fn assign(&self, scope: &TenantScope, change: Change<PromotionListings>) -> Result<(), RepositoryError> {
        let Change { after: batch, audit, idempotency_record } = change;
        let named = || [scope.workspace_id().as_uuid().into(), batch.promotion_id().as_uuid().into()];
        let listings = || batch.listings().iter().map(|id| id.as_uuid());
        let account = batch.integration_account_id().as_uuid();
        let transaction = self.begin(idempotency_record).await?;
        transaction.lock_account(scope, batch.integration_account_id()).await?;
        let promotion = Query::new("SELECT 1 FROM promotions WHERE workspace_id = $1 AND id = $2", named())
            .and("integration_account_id = ?", Some(account))
            .push(transaction.dialect().for_share());
        transaction.expect_row(promotion).await?;
        let write = match batch.assignment() {
            // In the order of their ids, so that concurrent assignments of the same listings do not deadlock.
            Assignment::Assign => {
                let insert = "INSERT INTO promotion_listings (workspace_id, promotion_id, listing_id) \
                              SELECT workspace_id, $2, id FROM listings WHERE workspace_id = $1";
                Query::new(insert, named())
                    .and("integration_account_id = ?", Some(account))
                    .push(" AND id IN ")
                    .push_list(listings())
                    .push(" ORDER BY id ON CONFLICT DO NOTHING")
            }
            Assignment::Unassign => {
                let lock = "SELECT 1 FROM promotion_listings \
                            WHERE workspace_id = $1 AND promotion_id = $2 AND listing_id IN ";
                let lock = Query::new(lock, named())
                    .push_list(listings())
                    .push(" ORDER BY listing_id")
                    .push(transaction.dialect().for_update());
                transaction.execute(lock).await?;
                let delete = "DELETE FROM promotion_listings \
                              WHERE workspace_id = $1 AND promotion_id = $2 AND listing_id IN ";
                Query::new(delete, named()).push_list(listings())
            }
        };
        guarded_all(transaction.execute(write).await?.rows_affected(), batch.listings().len())?;
        transaction.commit(audit).await
    }
}

#[async_trait]
impl PromotionQueries for Database {
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &PromotionFilter,
        page: Page,
    ) -> Result<Slice<Promotion>, RepositoryError> {
        self.whole_page_of(listed(self.dialect(), scope, filter, page), page, to_promotion).await
    }

    async fn count(&self, scope: &TenantScope, filter: &PromotionFilter) -> Result<u64, RepositoryError> {
        let select = "SELECT COUNT(*) AS count FROM integration_accounts a \
                      JOIN promotions m ON m.workspace_id = a.workspace_id AND m.integration_account_id = a.id \
                      WHERE a.workspace_id = $1 AND a.tenant_id = $2";
        self.count_of(filtered(of_account(Query::of_tenant(select, scope), filter), filter)).await
    }
}

impl Transaction {
    /// Reads the requested promotion of the account, and whether it is assigned to the listing.
    pub(crate) async fn asked_promotion(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
        listing: ListingId,
        choice: &PromotionChoice,
    ) -> Result<Option<AskedPromotion>, RepositoryError> {
        let named = [scope.workspace_id().as_uuid().into(), account.as_uuid().into(), listing.as_uuid().into()];
        let query = Query::new(WHOLE, named)
            .push(", EXISTS (SELECT 1 FROM promotion_listings l WHERE l.workspace_id = $1 AND l.promotion_id = p.id ")
            .push("AND l.listing_id = $3) AS is_assigned ")
            .push("FROM promotions p WHERE p.workspace_id = $1 AND p.integration_account_id = $2");
        let query = match choice {
            PromotionChoice::Id(id) => query.and("p.id = ?", Some(id.as_uuid())),
            PromotionChoice::Coupon(code) => query.and("p.coupon_code_folded = ?", Some(fold(code.as_str()))),
        };
        let asked = |AskedRow { promotion: row, is_assigned }| {
            Ok(AskedPromotion { promotion: to_promotion(row)?, is_assigned })
        };
        self.row(query).await?.map(asked).transpose()
    }
}

/// Reads a page by id. Each account yields at most as many rows as the page could show.
fn listed(dialect: &dyn Dialect, scope: &TenantScope, filter: &PromotionFilter, page: Page) -> Query {
    let (before, after) = dialect.limit_per_account("promotions");
    let query = Query::of_tenant(WHOLE, scope).push(" FROM (SELECT m.id FROM integration_accounts a ").push(&before);
    let query = filtered(query, filter)
        .behind("m.id > ?", page)
        .push_bound(" ORDER BY m.id LIMIT ?", most(page))
        .push(after)
        .push(" WHERE a.workspace_id = $1 AND a.tenant_id = $2");
    of_account(query, filter)
        .push(" ORDER BY m.id")
        .limited(page)
        .push(") u CROSS JOIN promotions p WHERE p.workspace_id = $1 AND p.id = u.id ORDER BY p.id")
}

/// Adds the conditions on the promotions `m`.
fn filtered(query: Query, filter: &PromotionFilter) -> Query {
    if filter.include_inactive { query } else { query.push(" AND m.status = 'ACTIVE'") }
}

/// Adds the condition on the accounts `a`.
fn of_account(query: Query, filter: &PromotionFilter) -> Query {
    query.and("a.id = ?", filter.integration_account_id.map(IntegrationAccountId::as_uuid))
}

/// Replaces the previous version of the promotion.
async fn update(transaction: &Transaction, promotion: Promotion) -> Result<(), RepositoryError> {
    let row = to_row(promotion);
    let (workspace_id, id, account, before) = (row.workspace_id, row.id, row.integration_account_id, row.version - 1);
    // All columns except the key and the account, which never change.
    let columns = ActiveModel {
        workspace_id: NotSet,
        id: NotSet,
        integration_account_id: NotSet,
        ..row.into_active_model().reset_all()
    };
    let update = Entity::update_many()
        .set(columns)
        .filter(Column::WorkspaceId.eq(workspace_id))
        .filter(Column::Id.eq(id))
        .filter(Column::IntegrationAccountId.eq(account))
        .filter(Column::Version.eq(before));
    transaction.update_guarded(update).await
}

fn to_row(promotion: Promotion) -> Model {
    let PromotionParts {
        workspace_id,
        id,
        integration_account_id,
        details:
            PromotionDetails {
                name,
                description,
                discount,
                coupon_code,
                start_date,
                end_date,
                booking_period_start,
                booking_period_end,
                status,
                thumbnail,
            },
        version,
        created_at,
        updated_at,
    } = promotion.into_parts();
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        integration_account_id: integration_account_id.as_uuid(),
        name_folded: fold(name.as_str()),
        name: name.into(),
        description: description.map(Into::into),
        discount: discount.basis_points().into(),
        coupon_code_folded: coupon_code.as_ref().map(|code| fold(code.as_str())),
        coupon_code: coupon_code.map(Into::into),
        start_date: start_date.as_date(),
        end_date: end_date.as_date(),
        booking_period_start: booking_period_start.map(StayDate::as_date),
        booking_period_end: booking_period_end.map(StayDate::as_date),
        status: status.as_str().to_owned(),
        thumbnail_url: thumbnail.as_ref().map(ToString::to_string),
        version,
        created_at,
        updated_at,
    }
}

fn to_promotion(row: Model) -> Result<Promotion, RepositoryError> {
    let Model {
        workspace_id,
        id,
        integration_account_id,
        name,
        name_folded: _,
        description,
        discount,
        coupon_code,
        coupon_code_folded: _,
        start_date,
        end_date,
        booking_period_start,
        booking_period_end,
        status,
        thumbnail_url,
        version,
        created_at,
        updated_at,
    } = row;
    Ok(Promotion::from_parts(PromotionParts {
        workspace_id: WorkspaceId::new(workspace_id),
        id: PromotionId::new(id),
        integration_account_id: IntegrationAccountId::new(integration_account_id),
        details: PromotionDetails {
            name: stored(WHAT, &name)?,
            description: stored_option(WHAT, description)?,
            discount: percentage(WHAT, discount)?,
            coupon_code: stored_option(WHAT, coupon_code)?,
            start_date: StayDate::new(start_date),
            end_date: StayDate::new(end_date),
            booking_period_start: booking_period_start.map(StayDate::new),
            booking_period_end: booking_period_end.map(StayDate::new),
            status: stored(WHAT, &status)?,
            thumbnail: stored_option(WHAT, thumbnail_url)?,
        },
        version,
        created_at,
        updated_at,
    }))
}

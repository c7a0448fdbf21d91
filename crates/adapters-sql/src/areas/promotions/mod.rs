//! The ports of promotions.

mod queries;
mod rows;

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::ids::{IntegrationAccountId, ListingId, PromotionId};
use domain::promotions::{Assignable, Assignment, Promotion, PromotionListings};
use ports::{PromotionRepository, RepositoryError};
use sea_orm::FromQueryResult;
use sea_orm::prelude::Uuid;

use self::rows::{to_promotion, to_row};
use crate::engine::database::Database;
use crate::engine::errors::{guarded_all, inside};
use crate::engine::query::Query;
use crate::tables::promotions::{Column, Row};

const GET: &str = "\
    SELECT {columns} FROM promotions promotion \
    JOIN integration_accounts account \
      ON account.workspace_id = $1 AND account.id = promotion.integration_account_id \
    WHERE promotion.workspace_id = $1 AND account.tenant_id = $2 AND promotion.id = $3";

#[derive(FromQueryResult)]
struct AssignableRow {
    id: Uuid,
    is_assigned: bool,
}

#[async_trait]
impl PromotionRepository for Database {
    async fn get(&self, scope: &TenantScope, id: PromotionId) -> Result<Option<Promotion>, RepositoryError> {
        let query = Query::of_tenant(GET, scope).bind([id.as_uuid().into()]).fill("columns", Row::COLUMNS);
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
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            transaction.lock_account(scope, promotion.integration_account_id()).await?;
            transaction.insert(to_row(promotion.clone())).await?;
            Ok(promotion)
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn update(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<Promotion, RepositoryError> {
        let Change { after: promotion, audit, idempotency_record } = change;
        inside(scope.workspace_id(), promotion.workspace_id())?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            transaction.lock_account(scope, promotion.integration_account_id()).await?;
            let account = (Column::IntegrationAccountId, promotion.integration_account_id().as_uuid());
            transaction.replace(to_row(promotion.clone()), Some(account)).await?;
            Ok(promotion)
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn delete(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<(), RepositoryError> {
        let Change { after: promotion, audit, idempotency_record } = change;
        let named = || [scope.workspace_id().as_uuid().into(), promotion.id().as_uuid().into()];
        let account = promotion.integration_account_id();
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
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
            Ok(())
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn assignable(
        &self,
        scope: &TenantScope,
        promotion: &Promotion,
        ids: &[ListingId],
    ) -> Result<Vec<Assignable>, RepositoryError> {
        let select = "SELECT listing.id, EXISTS (SELECT 1 FROM promotion_listings assigned WHERE assigned.workspace_id = $1 \
                        AND assigned.promotion_id = $3 AND assigned.listing_id = listing.id) AS is_assigned \
                      FROM integration_accounts account JOIN listings listing \
                        ON listing.workspace_id = $1 AND listing.integration_account_id = account.id \
                      WHERE account.workspace_id = $1 AND account.tenant_id = $2 AND account.id = $4 AND listing.id IN ";
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
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
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
            Ok(())
        }
        .await;
        transaction.end(done, audit).await
    }
}

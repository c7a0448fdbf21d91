//! Lists of promotions. The ids of a page are found first; only the promotions on the page are read in full.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::ids::{IntegrationAccountId, ListingId};
use domain::promotions::{Promotion, PromotionChoice};
use domain::quotes::AskedPromotion;
use domain::text::{SearchText, fold};
use ports::{Page, PromotionFilter, PromotionQueries, RepositoryError, Slice};
use sea_orm::Statement;

use super::rows::to_promotion;
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::query::{FILTERS, Query, limits, most};
use crate::engine::table::joined;
use crate::engine::text_search::escaped_for_like;
use crate::engine::transaction::Transaction;
use crate::tables::promotions::Row;

/// A page by id. Each account yields at most as many rows as the page could show.
const LIST: &str = "\
    SELECT {columns} \
    FROM (SELECT promotion.id FROM integration_accounts account \
          {rows} \
          WHERE account.workspace_id = $1 AND account.tenant_id = $2{account} \
          ORDER BY promotion.id LIMIT $4 OFFSET $5) page \
    CROSS JOIN promotions promotion WHERE promotion.workspace_id = $1 AND promotion.id = page.id ORDER BY promotion.id";
const COUNT: &str = "\
    SELECT COUNT(*) AS count FROM integration_accounts account \
    JOIN promotions promotion \
      ON promotion.workspace_id = $1 AND promotion.integration_account_id = account.id \
    WHERE account.workspace_id = $1 AND account.tenant_id = $2{account}{filters}";

/// A promotion of the account, and whether it is assigned to the listing.
const ASKED: &str = "\
    SELECT {columns}, EXISTS (SELECT 1 FROM promotion_listings assigned WHERE assigned.workspace_id = $1 \
                                AND assigned.promotion_id = promotion.id AND assigned.listing_id = $3) \
    FROM promotions promotion WHERE promotion.workspace_id = $1 AND promotion.integration_account_id = $2";

joined! {
    /// A promotion as [`ASKED`] reads it.
    struct AskedRow { promotion: Row; is_assigned: bool }
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
        self.count_of(filtered(Query::of_tenant(COUNT, scope), filter)).await
    }
}

impl Database {
    /// Returns the statement of a list, for tests.
    #[doc(hidden)]
    pub fn promotions_statement(&self, scope: &TenantScope, filter: &PromotionFilter, page: Page) -> Statement {
        self.statement(listed(self.dialect(), scope, filter, page))
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
        let query = Query::new(ASKED, named).fill("columns", Row::COLUMNS);
        let query = match choice {
            PromotionChoice::Id(id) => query.and("promotion.id = ?", Some(id.as_uuid())),
            PromotionChoice::Coupon(code) => query.and("promotion.coupon_code_folded = ?", Some(fold(code.as_str()))),
        };
        let asked = |AskedRow { promotion: row, is_assigned }| {
            Ok(AskedPromotion { promotion: to_promotion(row)?, is_assigned })
        };
        self.row(query).await?.map(asked).transpose()
    }
}

fn listed(dialect: &dyn Dialect, scope: &TenantScope, filter: &PromotionFilter, page: Page) -> Query {
    let query = Query::of_tenant(LIST, scope).bind([most(page)]).bind(limits(page)).fill("columns", Row::COLUMNS);
    filtered(query, filter).after("promotion.id > ?", page).first_of_each_account(dialect, "promotions", "promotion")
}

fn filtered(query: Query, filter: &PromotionFilter) -> Query {
    let PromotionFilter { integration_account_id, include_inactive, q } = filter;
    let part = |q: &SearchText| format!("%{}%", escaped_for_like(&fold(q.as_str())));
    query
        .fill("account", "")
        .fill(FILTERS, if *include_inactive { "" } else { " AND promotion.status = 'ACTIVE'" })
        .and(
            r"(promotion.name_folded LIKE ? ESCAPE '\' OR promotion.coupon_code_folded LIKE ? ESCAPE '\')",
            q.as_ref().map(part),
        )
        .and_in("account", "account.id = ?", integration_account_id.map(IntegrationAccountId::as_uuid))
}

//! The port of the importers of a tenant's listings.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::TenantScope;
use domain::ids::{IntegrationAccountId, ListingId, TenantId};
use domain::imports::{AccountImporter, Importer};
use ports::{ImporterQueries, Page, RepositoryError, Slice};
use sea_orm::{FromQueryResult, Statement};
use uuid::Uuid;

use crate::engine::database::Database;
use crate::engine::query::{FILTERS, Query};

/// The imports `$3` from accounts of the tenant.
const FROM: &str = "\
    FROM imports import CROSS JOIN integration_accounts account \
    WHERE import.workspace_id = $1 AND account.workspace_id = $1 \
      AND account.id = import.integration_account_id AND account.tenant_id = $2";
const OF_LISTING: &str = " AND import.listing_id = $3{filters}";
const OF_ACCOUNT: &str = " AND import.integration_account_id = $3{filters}";

#[derive(FromQueryResult)]
struct ImporterRow {
    tenant_id: Uuid,
    imported_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct AccountImporterRow {
    tenant_id: Uuid,
    listings: i64,
}

#[async_trait]
impl ImporterQueries for Database {
    async fn of_listing(
        &self,
        scope: &TenantScope,
        listing: ListingId,
        page: Page,
    ) -> Result<Slice<Importer>, RepositoryError> {
        let to_importer =
            |ImporterRow { tenant_id, imported_at }| Ok(Importer { tenant_id: TenantId::new(tenant_id), imported_at });
        self.page_of(of_listing(scope, listing), page, to_importer).await
    }

    async fn count_of_listing(&self, scope: &TenantScope, listing: ListingId) -> Result<u64, RepositoryError> {
        let query = select("SELECT COUNT(*) AS count ", OF_LISTING, scope, listing.as_uuid());
        self.count_of(query).await
    }

    async fn of_account(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
        page: Page,
    ) -> Result<Slice<AccountImporter>, RepositoryError> {
        let to_importer = |AccountImporterRow { tenant_id, listings }| {
            Ok(AccountImporter { tenant_id: TenantId::new(tenant_id), listings: i64::unsigned_abs(listings) })
        };
        self.page_of(of_account(scope, account), page, to_importer).await
    }

    async fn count_of_account(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
    ) -> Result<u64, RepositoryError> {
        let query = select("SELECT COUNT(DISTINCT import.tenant_id) AS count ", OF_ACCOUNT, scope, account.as_uuid());
        self.count_of(query).await
    }
}

impl Database {
    /// Returns the statements of the importers of a listing and of an account, for tests.
    #[doc(hidden)]
    pub fn importers_statements(
        &self,
        scope: &TenantScope,
        listing: ListingId,
        account: IntegrationAccountId,
        page: Page,
    ) -> [Statement; 2] {
        [of_listing(scope, listing), of_account(scope, account)].map(|query| self.statement(query.page(page)))
    }
}

fn of_listing(scope: &TenantScope, listing: ListingId) -> Query {
    select("SELECT import.tenant_id, import.imported_at ", OF_LISTING, scope, listing.as_uuid())
}

fn of_account(scope: &TenantScope, account: IntegrationAccountId) -> Query {
    let query = select("SELECT import.tenant_id, COUNT(*) AS listings ", OF_ACCOUNT, scope, account.as_uuid());
    query.push(" GROUP BY import.tenant_id")
}

/// Returns a SELECT of the imports of a listing or account, whose conditions fill `{filters}`.
fn select(columns: &str, which: &str, scope: &TenantScope, id: Uuid) -> Query {
    let query = Query::of_tenant(format!("{columns}{FROM}{which}"), scope).bind([id.into()]);
    query.fill(FILTERS, "").keyed("import.tenant_id")
}

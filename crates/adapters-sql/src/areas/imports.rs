//! The port of imports.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::ids::{IntegrationAccountId, ListingId, TenantId};
use domain::imports::{ImportBatch, ImportCandidate, RemovalBatch};
use ports::{ImportRepository, RepositoryError};
use sea_orm::{FromQueryResult, Statement};
use uuid::Uuid;

use crate::areas::import_policies::{MAY_IMPORT, may_import};
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::errors::{guarded_all, inside_tenant};
use crate::engine::query::Query;
use crate::engine::transaction::Transaction;

const CANDIDATES: &str = "\
    SELECT listing.id AS listing_id, account.id AS account_id, account.tenant_id AS owner_id, {may_import} AS allow_import, \
           (listing.status = 'ACTIVE' AND listing.is_approved \
            AND account.status = 'ACTIVE' AND owner.status = 'ACTIVE') AS is_offered, \
           (import.listing_id IS NOT NULL) AS is_imported \
    FROM listings listing CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
    LEFT JOIN imports import \
      ON import.workspace_id = $1 AND import.tenant_id = $2 AND import.listing_id = listing.id \
    WHERE account.workspace_id = $1 AND account.id = listing.integration_account_id \
      AND owner.workspace_id = $1 AND owner.id = account.tenant_id \
      AND listing.workspace_id = $1 AND listing.id IN ";

/// Inserts each listing that can still be imported from the owner that was read. In the order of their ids, so that
/// concurrent imports of the same listings do not deadlock.
const ADD: &str = "\
    INSERT INTO imports (workspace_id, tenant_id, listing_id, integration_account_id, imported_at) \
    SELECT listing.workspace_id, $2, listing.id, account.id, $3 \
    FROM batch CROSS JOIN listings listing CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
    WHERE listing.workspace_id = $1 AND listing.id = batch.listing_id \
      AND account.workspace_id = $1 AND account.id = listing.integration_account_id \
      AND owner.workspace_id = $1 AND owner.id = account.tenant_id \
      AND account.tenant_id = batch.owner_id AND account.tenant_id <> $2 AND {may_import} \
      AND listing.status = 'ACTIVE' AND listing.is_approved AND account.status = 'ACTIVE' AND owner.status = 'ACTIVE' \
    ORDER BY listing.id \
    ON CONFLICT DO NOTHING";

#[derive(Clone, Copy, FromQueryResult)]
struct CandidateRow {
    listing_id: Uuid,
    account_id: Uuid,
    owner_id: Uuid,
    allow_import: bool,
    is_offered: bool,
    is_imported: bool,
}

#[derive(FromQueryResult)]
struct ImportedRow {
    listing_id: Uuid,
}

impl Database {
    /// Returns the statement that reads the listings of an import, for the tests of its plan.
    #[doc(hidden)]
    pub fn candidates_statement(&self, scope: &TenantScope, ids: &[ListingId]) -> Statement {
        self.statement(candidates(self.dialect(), scope, ids))
    }
}

#[async_trait]
impl ImportRepository for Database {
    async fn candidates(
        &self,
        scope: &TenantScope,
        ids: &[ListingId],
    ) -> Result<Vec<ImportCandidate>, RepositoryError> {
        let rows = self.rows(candidates(self.dialect(), scope, ids)).await?;
        Ok(rows.into_iter().map(to_candidate).collect())
    }

    async fn add(&self, scope: &TenantScope, change: Change<ImportBatch>) -> Result<(), RepositoryError> {
        let Change { after: batch, audit, idempotency_record } = change;
        inside_tenant(scope, audit.workspace_id, batch.importer())?;
        let transaction = self.begin_much(scope, idempotency_record).await?;
        let done = async {
            transaction.lock_candidates(scope, batch.listings()).await?;
            let add = [scope.workspace_id().as_uuid().into(), scope.tenant_id().as_uuid().into(), audit.at.into()];
            let add = batch.listings().iter().enumerate().fold(
                Query::new("WITH batch (listing_id, owner_id) AS (VALUES ", add),
                |query, (position, candidate)| {
                    let row = [candidate.listing.as_uuid(), candidate.owner.as_uuid()];
                    query.push(if position == 0 { "" } else { ", " }).push_list(row)
                },
            );
            let add = add.push(") ").push(ADD).fill(MAY_IMPORT, may_import(transaction.dialect(), "$2"));
            let added = transaction.execute(add).await?.rows_affected();
            guarded_all(added, batch.listings().len())?;
            Ok(())
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn imported(&self, scope: &TenantScope, ids: &[ListingId]) -> Result<Vec<ListingId>, RepositoryError> {
        let select = "SELECT listing_id FROM imports WHERE workspace_id = $1 AND tenant_id = $2 AND listing_id IN ";
        let rows = self.rows(Query::of_tenant(select, scope).push_list(uuids(ids))).await?;
        Ok(rows.into_iter().map(|ImportedRow { listing_id }| ListingId::new(listing_id)).collect())
    }

    async fn remove(&self, scope: &TenantScope, change: Change<RemovalBatch>) -> Result<(), RepositoryError> {
        let Change { after: batch, audit, idempotency_record } = change;
        inside_tenant(scope, audit.workspace_id, batch.importer())?;
        let transaction = self.begin_much(scope, idempotency_record).await?;
        let done = async {
            // Lock first, in one order, so that concurrent removals of the same listings do not deadlock.
            let lock = "SELECT 1 FROM imports WHERE workspace_id = $1 AND tenant_id = $2 AND listing_id IN ";
            let lock = Query::of_tenant(lock, scope)
                .push_list(uuids(batch.listings()))
                .push(" ORDER BY listing_id")
                .push(transaction.dialect().for_update());
            transaction.execute(lock).await?;
            let delete = "DELETE FROM imports WHERE workspace_id = $1 AND tenant_id = $2 AND listing_id IN ";
            let delete = Query::of_tenant(delete, scope).push_list(uuids(batch.listings()));
            let removed = transaction.execute(delete).await?.rows_affected();
            guarded_all(removed, batch.listings().len())?;
            Ok(())
        }
        .await;
        transaction.end(done, audit).await
    }
}

impl Transaction {
    /// Locks the rows that the condition of `ADD` reads: owners, accounts and listings, in this order. Without the
    /// locks, an import and a concurrent move of the account to the importer would leave a tenant that imports its own
    /// listing.
    async fn lock_candidates(&self, scope: &TenantScope, listings: &[ImportCandidate]) -> Result<(), RepositoryError> {
        let lock = self.dialect().for_share();
        if lock.is_empty() {
            return Ok(());
        }
        let ids_of = |id: fn(&ImportCandidate) -> Uuid| listings.iter().map(id).collect::<BTreeSet<_>>();
        for (select, ids) in [
            ("SELECT 1 FROM tenants WHERE workspace_id = $1 AND id IN ", ids_of(|candidate| candidate.owner.as_uuid())),
            (
                "SELECT 1 FROM integration_accounts WHERE workspace_id = $1 AND id IN ",
                ids_of(|candidate| candidate.account.as_uuid()),
            ),
            (
                "SELECT 1 FROM listings WHERE workspace_id = $1 AND id IN ",
                ids_of(|candidate| candidate.listing.as_uuid()),
            ),
        ] {
            let rows = Query::new(select, [scope.workspace_id().as_uuid().into()]).push_list(ids).push(" ORDER BY id");
            self.execute(rows.push(lock)).await?;
        }
        Ok(())
    }
}

fn uuids(ids: &[ListingId]) -> impl Iterator<Item = Uuid> {
    ids.iter().map(|id| id.as_uuid())
}

fn candidates(dialect: &dyn Dialect, scope: &TenantScope, ids: &[ListingId]) -> Query {
    Query::of_tenant(CANDIDATES, scope).fill(MAY_IMPORT, may_import(dialect, "$2")).push_list(uuids(ids))
}

fn to_candidate(row: CandidateRow) -> ImportCandidate {
    let CandidateRow { listing_id, account_id, owner_id, allow_import, is_offered, is_imported } = row;
    ImportCandidate {
        listing: ListingId::new(listing_id),
        account: IntegrationAccountId::new(account_id),
        owner: TenantId::new(owner_id),
        allow_import,
        is_offered,
        is_imported,
    }
}

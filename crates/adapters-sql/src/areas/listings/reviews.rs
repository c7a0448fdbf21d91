//! The port of the decisions on offering listings.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::access::AdminScope;
use domain::change::Change;
use domain::ids::{ListingId, TenantId};
use domain::listings::ReviewedListing;
use ports::{ListingReviews, RepositoryError};
use uuid::Uuid;

use super::rows::to_listing;
use super::statements::OF_OWNER;
use super::{locks_of_stored, upserts};
use crate::engine::database::Database;
use crate::engine::errors::inside;
use crate::engine::query::Query;
use crate::engine::rows::stored;
use crate::engine::table::joined;
use crate::tables::listings::Row;

const REVIEWED: &str = "\
    SELECT {columns}, owner.id, owner.name, account.status = 'ACTIVE' \
    FROM listings listing CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
    WHERE {of_owner} AND listing.id IN ";

joined! {
    /// A listing with its current owner, whose name is used in the audit entry.
    struct ReviewedRow { listing: Row; owner_id: Uuid, owner_name: String, account_is_active: bool }
}

#[async_trait]
impl ListingReviews for Database {
    async fn reviewed(&self, scope: &AdminScope, ids: &[ListingId]) -> Result<Vec<ReviewedListing>, RepositoryError> {
        let query = Query::new(REVIEWED, [scope.workspace_id().as_uuid().into()])
            .fill("columns", Row::COLUMNS)
            .fill("of_owner", OF_OWNER)
            .push_list(ids.iter().map(|id| id.as_uuid()));
        self.rows(query).await?.into_iter().map(to_reviewed).collect()
    }

    async fn review(&self, scope: &AdminScope, changes: Vec<Change<ReviewedListing>>) -> Result<(), RepositoryError> {
        let mut owners = BTreeMap::new();
        let (mut listings, mut entries) = (vec![], vec![]);
        for Change { after: ReviewedListing { listing, owner, .. }, audit, idempotency_record: _ } in changes {
            inside(scope.workspace_id(), listing.workspace_id())?;
            owners.insert(listing.integration_account_id(), owner);
            listings.push(listing);
            entries.push(audit);
        }
        let Some(last) = entries.pop() else { return Ok(()) };
        let locks = locks_of_stored(self.dialect(), scope.workspace_id(), None, &listings);
        let upserts = upserts(self.dialect(), listings);
        let transaction = self.begin_much(scope, None).await?;
        let done = async {
            for (account, owner) in owners {
                // The audit entry names this owner.
                transaction.lock_account_of((scope.workspace_id(), owner), account).await?;
            }
            transaction.store(locks, upserts).await?;
            for entry in entries {
                transaction.append(entry).await?;
            }
            Ok(())
        }
        .await;
        transaction.end(done, last).await
    }
}

fn to_reviewed(row: ReviewedRow) -> Result<ReviewedListing, RepositoryError> {
    let ReviewedRow { listing, owner_id, owner_name, account_is_active } = row;
    Ok(ReviewedListing {
        listing: to_listing(listing)?,
        owner: TenantId::new(owner_id),
        owner_name: stored("tenant", &owner_name)?,
        account_is_active,
    })
}

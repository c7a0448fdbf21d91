//! The ports of availability.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::TenantScope;
use domain::availability::{Calendar, CalendarEdit, NightTerms};
use domain::change::Change;
use domain::ids::{ListingId, WorkspaceId};
use domain::listings::Listing;
use domain::money::Money;
use domain::stays::{Nights, Stay, StayDate};
use ports::{AvailabilityQueries, AvailabilityRepository, RepositoryError};
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::engine::database::Database;
use crate::engine::query::Query;
use crate::engine::rows::{stored, whole};
use crate::engine::transaction::Transaction;
use crate::tables::calendar_nights::{Entity, Model, Row};

const WHAT: &str = "night";
/// The maximum number of rows in a statement: SQLite takes 32,766 values, and a night has 8.
const BATCH: usize = 1_000;

const NIGHTS: &str = "\
    SELECT {columns} FROM calendar_nights night WHERE night.workspace_id = $1 AND night.listing_id = $2";

#[async_trait]
impl AvailabilityRepository for Database {
    async fn edit(&self, scope: &TenantScope, change: Change<CalendarEdit>) -> Result<(), RepositoryError> {
        let Change { after: edit, audit, idempotency_record } = change;
        let CalendarEdit { listing_id, integration_account_id, nights: edits } = &edit;
        let (listing_id, integration_account_id) = (*listing_id, *integration_account_id);
        let named = || [scope.workspace_id().as_uuid().into(), listing_id.as_uuid().into()];
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            transaction.lock_account(scope, integration_account_id).await?;
            // A booking locks the listing, so that a night is blocked either before it is booked or after.
            let listing = Query::new("SELECT 1 FROM listings WHERE workspace_id = $1 AND id = $2", named())
                .and("integration_account_id = ?", Some(integration_account_id.as_uuid()))
                .push(transaction.dialect().for_no_key_update());
            transaction.expect_row(listing).await?;

            let nights: Vec<_> = edits.iter().flat_map(|edit| edit.nights.nights()).collect();
            let mut before = BTreeMap::new();
            for nights in nights.chunks(BATCH) {
                let stored = Query::new(NIGHTS, named()).fill("columns", Row::COLUMNS);
                let stored = stored.push(" AND night.night IN ").push_list(nights.iter().map(|night| night.as_date()));
                for row in transaction.rows(stored).await? {
                    let (night, terms) = to_terms(row)?;
                    before.insert(night, terms);
                }
            }
            let edited = edits.iter().flat_map(|edit| edit.nights.nights().map(move |night| (night, edit)));
            let written: Vec<_> = edited
                .map(|(night, edit)| (night, before.get(&night).copied().unwrap_or_default().edited(edit)))
                .filter(|(night, terms)| before.get(night).copied().unwrap_or_default() != *terms)
                .collect();
            if written.is_empty() {
                // An audit entry would claim a change that did not happen.
                return Ok(());
            }
            let audit = edit.entry_of(audit, &written.iter().map(|(night, _)| *night).collect());
            for nights in written.chunks(BATCH) {
                let stored = nights.iter().map(|(night, _)| night.as_date());
                let delete = "DELETE FROM calendar_nights WHERE workspace_id = $1 AND listing_id = $2 AND night IN ";
                transaction.execute(Query::new(delete, named()).push_list(stored)).await?;
            }
            let differing: Vec<_> = written.into_iter().filter(|(_, terms)| *terms != NightTerms::default()).collect();
            for nights in differing.chunks(BATCH) {
                let rows = nights
                    .iter()
                    .map(|(night, terms)| to_row(scope.workspace_id(), listing_id, *night, *terms).into_active_model());
                transaction.run(&Entity::insert_many(rows)).await?;
            }
            transaction.append(audit).await
        }
        .await;
        transaction.end_unaudited(done).await
    }
}

#[async_trait]
impl AvailabilityQueries for Database {
    async fn calendar(
        &self,
        scope: &TenantScope,
        listing: ListingId,
        nights: Stay,
        at: DateTime<Utc>,
    ) -> Result<Option<Calendar>, RepositoryError> {
        let transaction = self.begin_reading(scope).await?;
        let seen = transaction.seen_listing(scope, listing).await?;
        let calendar = match seen.filter(|seen| seen.asleep(scope.tenant_id()).is_none()) {
            Some(seen) => Some(transaction.calendar(scope, &seen.listing, nights, at).await?.0),
            None => None,
        };
        transaction.end_unaudited(Ok(())).await?;
        Ok(calendar)
    }
}

impl Transaction {
    /// Reads the calendar of a listing for these nights, without holds that have lapsed at this instant, and whether there are
    /// such holds.
    pub(crate) async fn calendar(
        &self,
        scope: &TenantScope,
        listing: &Listing,
        nights: Stay,
        at: DateTime<Utc>,
    ) -> Result<(Calendar, bool), RepositoryError> {
        let differing = self.differing(scope, listing.id(), nights).await?;
        let (sold, has_lapsed) = self.live_stays(scope, listing.id(), nights, at).await?;
        Ok((Calendar::new(listing.details(), differing, sold), has_lapsed))
    }

    /// Reads the nights whose terms differ from the listing's.
    async fn differing(
        &self,
        scope: &TenantScope,
        listing: ListingId,
        nights: Stay,
    ) -> Result<BTreeMap<StayDate, NightTerms>, RepositoryError> {
        let named = [
            scope.workspace_id().as_uuid().into(),
            listing.as_uuid().into(),
            nights.check_in().as_date().into(),
            nights.check_out().as_date().into(),
        ];
        let nights = Query::new(NIGHTS, named).fill("columns", Row::COLUMNS);
        let rows = self.rows(nights.push(" AND night.night >= $3 AND night.night < $4")).await?;
        rows.into_iter().map(to_terms).collect()
    }
}

fn to_row(workspace_id: WorkspaceId, listing_id: ListingId, night: StayDate, terms: NightTerms) -> Model {
    let NightTerms { is_blocked, price, minimum_nights, maximum_nights } = terms;
    Model {
        workspace_id: workspace_id.as_uuid(),
        listing_id: listing_id.as_uuid(),
        night: night.as_date(),
        is_blocked,
        price: price.map(Money::minor),
        currency: price.map(|price| price.currency().code().to_owned()),
        minimum_nights: minimum_nights.map(Nights::get),
        maximum_nights: maximum_nights.map(Nights::get),
    }
}

fn to_terms(row: Row) -> Result<(StayDate, NightTerms), RepositoryError> {
    let price = match row.price.zip(row.currency) {
        Some((minor, currency)) => Some(Money::from_minor(minor, stored(WHAT, &currency)?)),
        None => None,
    };
    let nights = |number: Option<i32>| number.map(|number| whole(WHAT, number)).transpose();
    let terms = NightTerms {
        is_blocked: row.is_blocked,
        price,
        minimum_nights: nights(row.minimum_nights)?,
        maximum_nights: nights(row.maximum_nights)?,
    };
    Ok((StayDate::new(row.night), terms))
}

//! The ports of availability.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::TenantScope;
use domain::availability::{Calendar, CalendarEdit, ListingCalendar, NightTerms};
use domain::change::Change;
use domain::ids::{ListingId, WorkspaceId};
use domain::listings::Listing;
use domain::money::Money;
use domain::stays::{Nights, Stay, StayDate};
use ports::{AvailabilityQueries, AvailabilityRepository, CalendarSelection, RepositoryError};
use sea_orm::prelude::{Date, Uuid};
use sea_orm::{EntityTrait, FromQueryResult, IntoActiveModel, Statement};
use thiserror::Error;

use crate::areas::import_policies::{MAY_IMPORT, may_import};
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::query::{FILTERS, Query};
use crate::engine::rows::{corrupt, stored, whole};
use crate::engine::transaction::Transaction;
use crate::tables::calendar_nights::{Entity, Model, Row};

const WHAT: &str = "night";
/// The maximum number of rows in a statement: SQLite takes 32,766 values, and a night has 8.
const BATCH: usize = 1_000;

const NIGHTS: &str = "\
    SELECT {columns} FROM calendar_nights night WHERE night.workspace_id = $1 AND night.listing_id = $2";

/// The selected listings that the tenant may sell, at most `$3`, their nights from `$4` to `$5` that differ, and the stays that
/// have some of these nights at the instant `$6`. The first column tells them apart.
const CALENDARS: &str = "\
    WITH seen AS (SELECT * FROM ({own} UNION ALL {imported}) seen ORDER BY seen.id LIMIT $3) \
    SELECT 0 AS kind, seen.id, seen.currency, seen.start_price AS price, seen.minimum_nights, seen.maximum_nights, \
           seen.max_occupancy, seen.is_offered AS is_set, CAST(NULL AS date) AS first, CAST(NULL AS date) AS last FROM seen \
    UNION ALL \
    SELECT 1, night.listing_id, night.currency, night.price, night.minimum_nights, night.maximum_nights, \
           CAST(NULL AS integer), night.is_blocked, night.night, CAST(NULL AS date) \
    FROM seen CROSS JOIN calendar_nights night \
    WHERE night.workspace_id = $1 AND night.listing_id = seen.id AND night.night >= $4 AND night.night < $5 \
    UNION ALL \
    SELECT 2, stay.listing_id, CAST(NULL AS text), CAST(NULL AS bigint), CAST(NULL AS integer), CAST(NULL AS integer), \
           CAST(NULL AS integer), 1 = 0, stay.check_in, stay.check_out \
    FROM seen CROSS JOIN reservations stay \
    WHERE stay.workspace_id = $1 AND stay.listing_id = seen.id AND stay.check_out > $4 AND stay.check_in < $5 \
      AND (stay.status = 'CONFIRMED' OR stay.status = 'PENDING' AND stay.hold_expires_at > $6)";

/// The selected listings of the tenant's accounts.
const OWN: &str = "\
    SELECT listing.id, listing.currency, listing.start_price, listing.minimum_nights, listing.maximum_nights, \
           listing.max_occupancy, \
           account.status = 'ACTIVE' AND listing.status = 'ACTIVE' AND listing.is_approved AS is_offered \
    FROM integration_accounts account CROSS JOIN listings listing \
    WHERE account.workspace_id = $1 AND account.tenant_id = $2 \
      AND listing.workspace_id = $1 AND listing.integration_account_id = account.id{filters}";

/// The selected listings that the tenant imports, unless they sleep.
const IMPORTED: &str = "\
    SELECT listing.id, listing.currency, listing.start_price, listing.minimum_nights, listing.maximum_nights, \
           listing.max_occupancy, 1 = 1 AS is_offered \
    FROM imports import \
    JOIN listings listing ON listing.workspace_id = $1 AND listing.id = import.listing_id \
    JOIN integration_accounts account ON account.workspace_id = $1 AND account.id = listing.integration_account_id \
    JOIN tenants owner ON owner.workspace_id = $1 AND owner.id = account.tenant_id \
    WHERE import.workspace_id = $1 AND import.tenant_id = $2 AND listing.status = 'ACTIVE' AND listing.is_approved \
      AND account.status = 'ACTIVE' AND {may_import} AND owner.status = 'ACTIVE'{filters}{of_account}";

/// A night or a stay without its listing, or a listing without its price.
#[derive(Debug, Error)]
#[error("a part of a calendar without its listing")]
struct MissingPart;

/// A row of [`CALENDARS`]: a listing, a night or a stay.
#[derive(FromQueryResult)]
struct PartRow {
    kind: i32,
    id: Uuid,
    currency: Option<String>,
    price: Option<i64>,
    minimum_nights: Option<i32>,
    maximum_nights: Option<i32>,
    max_occupancy: Option<i32>,
    is_set: bool,
    first: Option<Date>,
    last: Option<Date>,
}

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

    async fn calendars(
        &self,
        scope: &TenantScope,
        selection: &CalendarSelection,
        nights: Stay,
        at: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<ListingCalendar>, RepositoryError> {
        to_calendars(self.rows(calendars(self.dialect(), scope, selection, nights, at, most)).await?)
    }
}

impl Database {
    /// Returns the statement of calendars that are read together, for tests.
    #[doc(hidden)]
    pub fn calendars_statement(
        &self,
        scope: &TenantScope,
        selection: &CalendarSelection,
        nights: Stay,
        at: DateTime<Utc>,
    ) -> Statement {
        self.statement(calendars(self.dialect(), scope, selection, nights, at, 100))
    }
}

fn calendars(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    selection: &CalendarSelection,
    nights: Stay,
    at: DateTime<Utc>,
    most: u32,
) -> Query {
    let (first, last) = (nights.check_in().as_date(), nights.check_out().as_date());
    let calendars =
        CALENDARS.replace("{own}", &dialect.part_of_page(OWN, "listing.id")).replace("{imported}", IMPORTED);
    let query = Query::of_tenant(calendars, scope).bind([i64::from(most).into(), first.into(), last.into(), at.into()]);
    let query = query.fill(FILTERS, "").fill(MAY_IMPORT, may_import(dialect, "$2")).fill("of_account", "");
    match selection {
        CalendarSelection::Account(account) => {
            let query = query.and("listing.integration_account_id = ?", Some(account.as_uuid()));
            query.and_in("of_account", "import.integration_account_id = ?", Some(account.as_uuid()))
        }
        CalendarSelection::Listings(ids) => query.and_list("listing.id IN ", ids.iter().map(|id| id.as_uuid())),
    }
}

/// Puts the rows together, by the ids of the listings.
fn to_calendars(rows: Vec<PartRow>) -> Result<Vec<ListingCalendar>, RepositoryError> {
    let mut found = BTreeMap::<Uuid, (Vec<PartRow>, BTreeMap<StayDate, NightTerms>, Vec<Stay>)>::new();
    for row in rows {
        let (listings, differing, sold) = found.entry(row.id).or_default();
        match (row.kind, row.first, row.last) {
            (1, Some(night), _) => drop(differing.insert(StayDate::new(night), to_night_terms(&row)?)),
            (2, Some(first), Some(last)) => sold.push(Stay::from_parts(StayDate::new(first), StayDate::new(last))),
            _ => listings.push(row),
        }
    }
    let mut calendars = Vec::with_capacity(found.len());
    for (id, (listings, differing, sold)) in found {
        let missing = || corrupt("listing", MissingPart);
        let row = listings.into_iter().next().ok_or_else(missing)?;
        let currency = stored("listing", &row.currency.ok_or_else(missing)?)?;
        let start_price = Money::from_minor(row.price.ok_or_else(missing)?, currency);
        let minimum = whole("listing", row.minimum_nights.ok_or_else(missing)?)?;
        let maximum = row.maximum_nights.map(|nights| whole("listing", nights)).transpose()?;
        calendars.push(ListingCalendar {
            listing_id: ListingId::new(id),
            max_occupancy: whole("listing", row.max_occupancy.ok_or_else(missing)?)?,
            is_offered: row.is_set,
            calendar: Calendar::of(start_price, (minimum, maximum), differing, sold),
        });
    }
    Ok(calendars)
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
    let price = row.price.zip(row.currency);
    let terms = terms(row.is_blocked, price, row.minimum_nights, row.maximum_nights)?;
    Ok((StayDate::new(row.night), terms))
}

fn to_night_terms(row: &PartRow) -> Result<NightTerms, RepositoryError> {
    terms(row.is_set, row.price.zip(row.currency.clone()), row.minimum_nights, row.maximum_nights)
}

fn terms(
    is_blocked: bool,
    price: Option<(i64, String)>,
    minimum: Option<i32>,
    maximum: Option<i32>,
) -> Result<NightTerms, RepositoryError> {
    let price = match price {
        Some((minor, currency)) => Some(Money::from_minor(minor, stored(WHAT, &currency)?)),
        None => None,
    };
    let nights = |number: Option<i32>| number.map(|number| whole(WHAT, number)).transpose();
    Ok(NightTerms { is_blocked, price, minimum_nights: nights(minimum)?, maximum_nights: nights(maximum)? })
}

//! Lists of reservations: one statement each, composed of fixed texts.
//!
//! The id and owner of a reservation are found first; then it is read in full.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::TenantScope;
use domain::ids::{IntegrationAccountId, ListingId, ReservationId};
use domain::reservations::{LapsedHold, ReservationStatus, TenantReservation};
use domain::stays::{Stay, StayDate};
use ports::{Page, RepositoryError, ReservationFilter, ReservationQueries, Slice};
use sea_orm::FromQueryResult;
use sea_orm::prelude::Date;

use super::rows::{COLUMNS, SeenRow, to_lapsed_hold, to_tenant_reservation};
use crate::areas::priced;
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::query::{Query, most};
use crate::engine::transaction::Transaction;

/// The found columns of a reservation `m` of the account `a`.
const FOUND: &str = "SELECT m.id AS found_id, a.tenant_id AS owner_id";
/// The reservations of the tenant's own accounts.
const FROM_OWN: &str = " FROM integration_accounts a \
    JOIN reservations m ON m.workspace_id = a.workspace_id AND m.integration_account_id = a.id \
    WHERE a.workspace_id = $1 AND a.tenant_id = $2";
/// The reservations that the tenant sold as an importer. If the account has moved to the tenant since, they are among
/// its own.
const FROM_SOLD: &str = " FROM reservations m \
    JOIN integration_accounts a ON a.workspace_id = m.workspace_id AND a.id = m.integration_account_id \
    WHERE m.workspace_id = $1 AND m.sold_by = $2 AND a.tenant_id <> $2";
const BY_ID: &str = ") p CROSS JOIN reservations WHERE workspace_id = $1 AND id = p.found_id ORDER BY id";

/// The found columns of a hold `m` of the account `a` of the tenant `t`.
const FOUND_HOLD: &str = "SELECT m.workspace_id AS found_in, m.id AS found_id, a.tenant_id AS owner_id, t.name AS owner_name \
    FROM reservations m \
    JOIN integration_accounts a ON a.workspace_id = m.workspace_id AND a.id = m.integration_account_id \
    JOIN tenants t ON t.workspace_id = a.workspace_id AND t.id = a.tenant_id \
    WHERE m.status = 'PENDING'";
const WHOLE_HOLDS: &str =
    ") p CROSS JOIN reservations WHERE workspace_id = p.found_in AND id = p.found_id ORDER BY hold_expires_at, id";

#[derive(FromQueryResult)]
struct StayRow {
    check_in: Date,
    check_out: Date,
}

#[async_trait]
impl ReservationQueries for Database {
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &ReservationFilter,
        page: Page,
    ) -> Result<Slice<TenantReservation>, RepositoryError> {
        self.whole_page_of::<SeenRow, _>(listed(self.dialect(), scope, filter, page), page, to_tenant_reservation).await
    }

    async fn count(&self, scope: &TenantScope, filter: &ReservationFilter) -> Result<u64, RepositoryError> {
        let query = Query::of_tenant("SELECT COUNT(*) AS count FROM (", scope);
        let query = filtered(query.push(FOUND).push(FROM_OWN), filter).push(" UNION ALL ");
        self.count_of(filtered(query.push(FOUND).push(FROM_SOLD), filter).push(") p")).await
    }
}

impl Transaction {
    /// Reads the stays that block some of these nights at this instant.
    pub(crate) async fn live_stays(
        &self,
        scope: &TenantScope,
        listing: ListingId,
        nights: Stay,
        at: DateTime<Utc>,
    ) -> Result<Vec<Stay>, RepositoryError> {
        let select = "SELECT check_in, check_out FROM reservations WHERE workspace_id = $1 AND listing_id = $2 \
                      AND check_out > $3 AND check_in < $4 \
                      AND (status = 'CONFIRMED' OR status = 'PENDING' AND hold_expires_at > $5)";
        let named = [
            scope.workspace_id().as_uuid().into(),
            listing.as_uuid().into(),
            nights.check_in().as_date().into(),
            nights.check_out().as_date().into(),
            at.into(),
        ];
        let stay =
            |StayRow { check_in, check_out }| Stay::from_parts(StayDate::new(check_in), StayDate::new(check_out));
        Ok(self.rows(Query::new(select, named)).await?.into_iter().map(stay).collect())
    }

    /// Reads the holds that overlap a stay and have lapsed at this instant, but are still stored as pending.
    pub(crate) async fn lapsed_holds(
        &self,
        scope: &TenantScope,
        listing: ListingId,
        stay: Stay,
        at: DateTime<Utc>,
    ) -> Result<Vec<LapsedHold>, RepositoryError> {
        let query = Query::of_tenant(&whole("owner_id, owner_name"), scope)
            .push(FOUND_HOLD)
            .push(" AND m.workspace_id = $1")
            .and("m.listing_id = ?", Some(listing.as_uuid()))
            .and("m.check_out > ?", Some(stay.check_in().as_date()))
            .and("m.check_in < ?", Some(stay.check_out().as_date()))
            .and("m.hold_expires_at <= ?", Some(at))
            .push(WHOLE_HOLDS);
        self.rows(query).await?.into_iter().map(to_lapsed_hold).collect()
    }
}

/// Reads one reservation if the tenant may see it.
pub(super) fn one(scope: &TenantScope, id: ReservationId) -> Query {
    Query::of_tenant(&whole("owner_id"), scope)
        .push(FOUND)
        .push(" FROM reservations m JOIN integration_accounts a ")
        .push("ON a.workspace_id = m.workspace_id AND a.id = m.integration_account_id ")
        .push("WHERE m.workspace_id = $1 AND (a.tenant_id = $2 OR m.sold_by = $2)")
        .and("m.id = ?", Some(id.as_uuid()))
        .push(BY_ID)
}

/// Reads at most `limit` lapsed holds of all workspaces, oldest first.
pub(super) fn lapsed(at: DateTime<Utc>, limit: u32) -> Query {
    Query::new(&whole("owner_id, owner_name"), [at.into(), i64::from(limit).into()])
        .push(FOUND_HOLD)
        .push(" AND m.hold_expires_at <= $1 ORDER BY m.hold_expires_at, m.id LIMIT $2")
        .push(WHOLE_HOLDS)
}

/// Reads a page by id. Each account, and the reservations sold as an importer, yield at most as many rows as the page
/// could show.
fn listed(dialect: &dyn Dialect, scope: &TenantScope, filter: &ReservationFilter, page: Page) -> Query {
    let bounded = |query: Query| {
        filtered(query, filter).behind("m.id > ?", page).push_bound(" ORDER BY m.id LIMIT ?", most(page))
    };
    let (before, after) = dialect.limit_per_account("reservations");
    let query = Query::of_tenant(&whole("owner_id"), scope)
        .push("SELECT * FROM (")
        .push(FOUND)
        .push(" FROM integration_accounts a ");
    let query = bounded(query.push(&before))
        .push(after)
        .push(" WHERE a.workspace_id = $1 AND a.tenant_id = $2")
        .and("a.id = ?", filter.integration_account_id.map(IntegrationAccountId::as_uuid))
        .push(" UNION ALL SELECT * FROM (");
    let query = bounded(query.push(FOUND).push(FROM_SOLD)).push(") sold) u ORDER BY found_id");
    query.limited(page).push(BY_ID)
}

/// Begins a SELECT of the full reservations that `p` will find, with these columns of `p`.
fn whole(found: &str) -> String {
    format!("SELECT {COLUMNS}, {}, {found} FROM (", priced::COLUMNS)
}

/// Adds the conditions on the reservations `m`.
fn filtered(query: Query, filter: &ReservationFilter) -> Query {
    let ReservationFilter {
        listing_id,
        integration_account_id,
        status,
        check_in_start,
        check_in_end,
        check_out_start,
        check_out_end,
    } = filter;
    query
        .and("m.listing_id = ?", listing_id.map(ListingId::as_uuid))
        .and("m.integration_account_id = ?", integration_account_id.map(IntegrationAccountId::as_uuid))
        .and("m.status = ?", status.map(ReservationStatus::as_str))
        .and("m.check_in >= ?", check_in_start.map(StayDate::as_date))
        .and("m.check_in <= ?", check_in_end.map(StayDate::as_date))
        .and("m.check_out >= ?", check_out_start.map(StayDate::as_date))
        .and("m.check_out <= ?", check_out_end.map(StayDate::as_date))
}

//! Lists of reservations. The ids and owners of a page are found first; only the reservations on the page are read in full.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::TenantScope;
use domain::ids::{IntegrationAccountId, ListingId, ReservationId};
use domain::instants::Edge;
use domain::reservations::{ExternalId, LapsedHold, ReservationStatus, TenantReservation};
use domain::stays::{Stay, StayDate};
use ports::{Page, RepositoryError, ReservationFilter, ReservationQueries, Slice};
use sea_orm::prelude::{Date, Uuid};
use sea_orm::{FromQueryResult, Statement, Value};

use super::rows::{ReservationRow, SeenRow, to_lapsed_hold, to_tenant_reservation};
use crate::areas::priced::PricedRow;
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::parts::{of_accounts, of_each};
use crate::engine::query::{FILTERS, Query, limits, most};
use crate::engine::text_search::{SearchedTable, containing};
use crate::engine::transaction::Transaction;

/// The searched texts of all reservations of a workspace.
pub(super) const RESERVATIONS: SearchedTable = SearchedTable {
    name: "reservations",
    row: "reservation",
    scope: "reservation.workspace_id = $1",
    number: "SELECT number FROM workspace_numbers WHERE workspace_id = $1",
};

/// One reservation, if the tenant may see it.
const GET: &str = "\
    SELECT {columns}, {priced}, page.owner_id \
    FROM (SELECT reservation.id AS found_id, account.tenant_id AS owner_id \
          FROM reservations reservation JOIN integration_accounts account \
            ON account.workspace_id = $1 AND account.id = reservation.integration_account_id \
          WHERE reservation.workspace_id = $1 AND (account.tenant_id = $2 OR reservation.sold_by = $2) \
            AND reservation.id = $3) page \
    CROSS JOIN reservations WHERE workspace_id = $1 AND id = page.found_id";

/// A page by id of the reservations of the tenant's own accounts, and of those that the tenant sold as an importer: if the
/// account has moved to the tenant since, they are among its own.
pub(super) const LIST: &str = "\
    SELECT {columns}, {priced}, \
           (SELECT account.tenant_id FROM integration_accounts account \
            WHERE account.workspace_id = $1 AND account.id = integration_account_id) \
    FROM (SELECT found.id AS found_id FROM ({parts}) found ORDER BY found.id LIMIT $4 OFFSET $5) page \
    CROSS JOIN reservations WHERE workspace_id = $1 AND id = page.found_id ORDER BY id";
/// The reservations of the first of the tenant's accounts, which its index yields in order. Most tenants have one account only.
pub(super) const PART_OF_FIRST: &str = "\
    SELECT reservation.id FROM reservations reservation \
    WHERE reservation.workspace_id = $1 AND reservation.integration_account_id = {first_account}{filters}";
/// The reservations of the tenant's accounts `{which}`.
pub(super) const PART_OF_ACCOUNTS: &str = "\
    SELECT reservation.id FROM integration_accounts account {rows} \
    WHERE account.workspace_id = $1 AND account.tenant_id = $2{account}{which}";
/// The reservations that the tenant sold for other owners.
pub(super) const PART_SOLD: &str = "\
    SELECT reservation.id FROM reservations reservation \
    WHERE reservation.workspace_id = $1 AND reservation.sold_by = $2 \
      AND reservation.integration_account_id NOT IN \
          (SELECT account.id FROM integration_accounts account WHERE account.workspace_id = $1 AND account.tenant_id = $2)\
    {filters}{changed}";
/// The reservations that the tenant sold as an importer.
pub(super) const SOLD: &str = "\
    SELECT 1 FROM reservations reservation WHERE reservation.workspace_id = $1 AND reservation.sold_by = $2";
/// The reservations that the tenant sold as an importer and that were changed at `?` or later.
const CHANGED_SALES: &str = "\
    SELECT changed.id FROM reservations changed \
    WHERE changed.workspace_id = $1 AND changed.sold_by = $2 AND changed.updated_at >= ?";
/// The condition on the time of the last change, which an index answers.
pub(super) const BY_CHANGE: &str = "reservation.updated_at >= ?";
const COUNT: &str = "\
    SELECT COUNT(*) AS count \
    FROM (SELECT reservation.id FROM integration_accounts account JOIN reservations reservation \
            ON reservation.workspace_id = $1 AND reservation.integration_account_id = account.id \
          WHERE account.workspace_id = $1 AND account.tenant_id = $2{filters} \
          UNION ALL \
          SELECT reservation.id FROM reservations reservation JOIN integration_accounts account \
            ON account.workspace_id = $1 AND account.id = reservation.integration_account_id \
          WHERE reservation.workspace_id = $1 AND reservation.sold_by = $2 AND account.tenant_id <> $2{filters}) found";

/// Holds with their current owners, oldest first.
const HOLDS: &str = "\
    SELECT {columns}, {priced}, page.owner_id, page.owner_name \
    FROM (SELECT reservation.id AS found_id, account.tenant_id AS owner_id, owner.name AS owner_name \
          FROM reservations reservation \
          JOIN integration_accounts account \
            ON account.workspace_id = $1 AND account.id = reservation.integration_account_id \
          JOIN tenants owner ON owner.workspace_id = $1 AND owner.id = account.tenant_id \
          WHERE reservation.workspace_id = $1 AND reservation.status = 'PENDING' {lapsed}) page \
    CROSS JOIN reservations WHERE workspace_id = $1 AND id = page.found_id ORDER BY hold_expires_at, id";
/// The lapsed holds, at most `$3`.
const LAPSED: &str = "\
    AND reservation.hold_expires_at <= $2 ORDER BY reservation.hold_expires_at, reservation.id LIMIT $3";
/// The workspaces with lapsed holds that are not suspended. Few holds are pending.
const WITH_LAPSED: &str = "\
    SELECT DISTINCT reservation.workspace_id FROM reservations reservation \
    JOIN workspaces workspace ON workspace.id = reservation.workspace_id AND workspace.status = 'ACTIVE' \
    WHERE reservation.status = 'PENDING' AND reservation.hold_expires_at <= $1";
/// The lapsed holds that overlap a stay.
const LAPSED_DURING: &str = "\
    AND reservation.listing_id = $2 AND reservation.check_out > $3 \
    AND reservation.check_in < $4 AND reservation.hold_expires_at <= $5";

#[derive(FromQueryResult)]
struct StayRow {
    check_in: Date,
    check_out: Date,
    has_lapsed: bool,
}

#[async_trait]
impl ReservationQueries for Database {
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &ReservationFilter,
        page: Page,
    ) -> Result<Slice<TenantReservation>, RepositoryError> {
        if let Some(found) = self.reservations_by_text(scope, filter, page).await? {
            return Ok(found);
        }
        let few = self.few_changed_reservations(scope, filter).await?;
        let query = listed(self.dialect(), scope, filter, page, few);
        self.whole_page_of::<SeenRow, _>(query, page, to_tenant_reservation).await
    }

    async fn count(&self, scope: &TenantScope, filter: &ReservationFilter) -> Result<u64, RepositoryError> {
        if let Some(count) = self.count_by_text_of_reservations(scope, filter).await? {
            return Ok(count);
        }
        self.count_of(filtered(Query::of_tenant(COUNT, scope), filter, BY_CHANGE)).await
    }
}

/// Whether the reservations that were changed since the instant of a filter are few.
#[derive(Debug, Clone, Copy, Default)]
struct FewChanges {
    own: bool,
    sold: bool,
}

impl Database {
    /// Looks which changes are few. A list of many is as fast by id, because a page is full soon.
    async fn few_changed_reservations(
        &self,
        scope: &TenantScope,
        filter: &ReservationFilter,
    ) -> Result<FewChanges, RepositoryError> {
        let Some(since) = filter.updated_since.map(Edge::instant) else { return Ok(FewChanges::default()) };
        let own = self.is_few_of_accounts(scope, ("reservations", "reservation"), BY_CHANGE, since).await?;
        let sold = self.is_few(Query::of_tenant("", scope).push_bound(CHANGED_SALES, since)).await?;
        Ok(FewChanges { own, sold })
    }

    /// Returns the statement of a list, for tests.
    #[doc(hidden)]
    pub fn reservations_statement(&self, scope: &TenantScope, filter: &ReservationFilter, page: Page) -> Statement {
        self.statement(listed(self.dialect(), scope, filter, page, FewChanges::default()))
    }

    /// Returns the statement of a list of few changes, for tests.
    #[doc(hidden)]
    pub fn changed_reservations_statement(
        &self,
        scope: &TenantScope,
        filter: &ReservationFilter,
        page: Page,
    ) -> Statement {
        self.statement(listed(self.dialect(), scope, filter, page, FewChanges { own: true, sold: true }))
    }
}

impl Transaction {
    /// Reads the stays that block some of these nights at this instant, and whether holds that have lapsed overlap them too.
    pub(crate) async fn live_stays(
        &self,
        scope: &TenantScope,
        listing: ListingId,
        nights: Stay,
        at: DateTime<Utc>,
    ) -> Result<(Vec<Stay>, bool), RepositoryError> {
        let select = "SELECT check_in, check_out, status = 'PENDING' AND hold_expires_at <= $5 AS has_lapsed \
                      FROM reservations WHERE workspace_id = $1 AND listing_id = $2 \
                      AND check_out > $3 AND check_in < $4 AND status IN ('PENDING', 'CONFIRMED')";
        let rows: Vec<StayRow> = self.rows(Query::new(select, during(scope, listing, nights, at))).await?;
        let stay = |row: &StayRow| Stay::from_parts(StayDate::new(row.check_in), StayDate::new(row.check_out));
        let live = rows.iter().filter(|row| !row.has_lapsed).map(stay).collect();
        Ok((live, rows.iter().any(|row| row.has_lapsed)))
    }

    /// Reads the holds that overlap a stay and have lapsed at this instant, but are still stored as pending.
    pub(crate) async fn lapsed_holds(
        &self,
        scope: &TenantScope,
        listing: ListingId,
        stay: Stay,
        at: DateTime<Utc>,
    ) -> Result<Vec<LapsedHold>, RepositoryError> {
        let query = in_full(Query::new(HOLDS, during(scope, listing, stay, at))).fill("lapsed", LAPSED_DURING);
        self.rows(query).await?.into_iter().map(to_lapsed_hold).collect()
    }
}

fn during(scope: &TenantScope, listing: ListingId, nights: Stay, at: DateTime<Utc>) -> [Value; 5] {
    [
        scope.workspace_id().as_uuid().into(),
        listing.as_uuid().into(),
        nights.check_in().as_date().into(),
        nights.check_out().as_date().into(),
        at.into(),
    ]
}

/// Reads one reservation if the tenant may see it.
pub(super) fn get(scope: &TenantScope, id: ReservationId) -> Query {
    in_full(Query::of_tenant(GET, scope).bind([id.as_uuid().into()]))
}

/// Finds the workspaces with lapsed holds, or only the named one.
pub(super) fn with_lapsed(at: DateTime<Utc>, workspace: Option<Uuid>) -> Query {
    Query::new(WITH_LAPSED, [at.into()]).and("reservation.workspace_id = ?", workspace)
}

/// Reads at most `limit` lapsed holds of a workspace, oldest first.
pub(super) fn lapsed(workspace: Uuid, at: DateTime<Utc>, limit: u32) -> Query {
    in_full(Query::new(HOLDS, [workspace.into(), at.into(), i64::from(limit).into()])).fill("lapsed", LAPSED)
}

fn listed(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    filter: &ReservationFilter,
    page: Page,
    few: FewChanges,
) -> Query {
    let own = of_accounts(dialect, few.own, PART_OF_FIRST, PART_OF_ACCOUNTS, "reservation.id");
    let sold = dialect.part_of_page(PART_SOLD, "reservation.id");
    let list = LIST.replace("{parts}", &format!("{own} UNION ALL {sold}"));
    let query = in_full(Query::of_tenant(list, scope).bind([most(page)]).bind(limits(page)));
    let account = filter.integration_account_id.map(IntegrationAccountId::as_uuid);
    let since = filter.updated_since.filter(|_| few.sold).map(Edge::instant);
    let query = filtered(query, filter, &if few.own { BY_CHANGE.to_owned() } else { of_each(BY_CHANGE) })
        .fill("account", "")
        .and_in("account", "account.id = ?", account)
        .fill("changed", "")
        .and_in("changed", &dialect.one_of("reservation.id", CHANGED_SALES), since);
    if few.own {
        let query = query.after_in("changed", "reservation.id > ?", page);
        query.after(&of_each("reservation.id > ?"), page).all_of_each_account(dialect, "reservations", "reservation")
    } else {
        query.after("reservation.id > ?", page).first_of_each_account(dialect, "reservations", "reservation")
    }
}

/// Fills the holes for the columns of full reservations.
pub(super) fn in_full(query: Query) -> Query {
    query.fill("columns", ReservationRow::COLUMNS).fill("priced", PricedRow::COLUMNS)
}

/// Adds the conditions on `reservation`. The condition on the time of the last change is `changed`.
pub(super) fn filtered(query: Query, filter: &ReservationFilter, changed: &str) -> Query {
    let ReservationFilter {
        listing_id,
        integration_account_id,
        external_id,
        status,
        check_in_start,
        check_in_end,
        check_out_start,
        check_out_end,
        updated_since,
        q,
    } = filter;
    query
        .fill(FILTERS, "")
        .and("reservation.listing_id = ?", listing_id.map(ListingId::as_uuid))
        .and("reservation.integration_account_id = ?", integration_account_id.map(IntegrationAccountId::as_uuid))
        .and(
            "reservation.external_seller = $2 AND reservation.external_id = ?",
            external_id.as_ref().map(ExternalId::as_str),
        )
        .and("reservation.status = ?", status.map(ReservationStatus::as_str))
        .and("reservation.check_in >= ?", check_in_start.map(StayDate::as_date))
        .and("reservation.check_in <= ?", check_in_end.map(StayDate::as_date))
        .and("reservation.check_out >= ?", check_out_start.map(StayDate::as_date))
        .and("reservation.check_out <= ?", check_out_end.map(StayDate::as_date))
        .and(changed, updated_since.map(Edge::instant))
        .and(&RESERVATIONS.each_has_text(), q.as_ref().map(containing))
}

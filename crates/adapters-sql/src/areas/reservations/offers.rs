//! Guards of bookings: the offer, the obstacles, the holds of an importer.

use chrono::{DateTime, Utc};
use domain::ids::{QuoteId, TenantId, WorkspaceId};
use domain::quotes::PricedStay;
use domain::reservations::{ExternalName, ReservationParts};
use domain::stays::Stay;
use ports::{RepositoryError, rules};
use sea_orm::{FromQueryResult, Statement, Value};

use super::rows::{ReservationRow, texts};
use crate::areas::import_policies::{MAY_IMPORT, may_import};
use crate::areas::priced::PricedRow;
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::query::Query;
use crate::engine::transaction::Transaction;

/// An offered listing of the owner. Rows are locked in this order: account, listing.
const OWN: &str = "\
    SELECT 1 FROM integration_accounts account \
    JOIN listings listing ON listing.workspace_id = $1 AND listing.integration_account_id = account.id \
    WHERE account.workspace_id = $1 AND account.tenant_id = $2 AND account.id = $3 AND listing.id = $4 \
      AND account.status = 'ACTIVE' AND listing.status = 'ACTIVE' AND listing.is_approved";

/// An offered listing that the seller has imported. Rows are locked in this order: owner, account, listing, import.
const IMPORTED: &str = "\
    SELECT 1 FROM tenants owner \
    JOIN integration_accounts account ON account.workspace_id = $1 AND account.tenant_id = owner.id \
    JOIN listings listing ON listing.workspace_id = $1 AND listing.integration_account_id = account.id \
    JOIN imports import ON import.workspace_id = $1 AND import.listing_id = listing.id \
    WHERE owner.workspace_id = $1 AND owner.id = $2 AND account.id = $3 AND listing.id = $4 AND import.tenant_id = $5 \
      AND owner.status = 'ACTIVE' AND account.status = 'ACTIVE' AND {may_import} \
      AND listing.status = 'ACTIVE' AND listing.is_approved";

/// The obstacles to a booking, with the names of their columns.
const OBSTACLES: [(&str, &str); 4] = [
    ("quote_is_used", "SELECT 1 FROM reservations WHERE workspace_id = $1 AND quote_id = $2"),
    (
        "external_id_is_taken",
        "SELECT 1 FROM reservations WHERE workspace_id = $1 AND external_seller = $3 AND external_id = $4",
    ),
    (
        "a_night_is_sold",
        "SELECT 1 FROM reservations WHERE workspace_id = $1 AND listing_id = $5 AND check_out > $6 AND check_in < $7 \
           AND status IN ('PENDING', 'CONFIRMED')",
    ),
    (
        "a_night_is_blocked",
        "SELECT 1 FROM calendar_nights \
         WHERE workspace_id = $1 AND listing_id = $5 AND night >= $6 AND night < $7 AND is_blocked",
    ),
];

/// Returns a row if one of the nights to which the reservation `$3` is amended is sold or blocked, except those that it has
/// already.
const IN_THE_WAY: &str = "\
    SELECT 1 WHERE EXISTS \
      (SELECT 1 FROM reservations \
       WHERE workspace_id = $1 AND listing_id = $2 AND id <> $3 AND check_out > $4 AND check_in < $5 \
         AND status IN ('PENDING', 'CONFIRMED')) \
    OR EXISTS \
      (SELECT 1 FROM calendar_nights \
       WHERE workspace_id = $1 AND listing_id = $2 AND night >= $4 AND night < $5 AND (night < $6 OR night >= $7) \
         AND is_blocked)";

/// Returns a row if the importer `$2` has the maximum number of pending stays at the listings of the owner `$3` at the
/// instant `$4`. The workspace is not locked: a concurrent change of the maximum counts as made after the booking.
const ALL_HOLDS: &str = "\
    SELECT 1 FROM workspaces workspace WHERE workspace.id = $1 AND workspace.max_importer_holds <= \
    (SELECT COUNT(*) FROM reservations reservation \
     JOIN integration_accounts account \
       ON account.workspace_id = $1 AND account.id = reservation.integration_account_id \
     WHERE reservation.workspace_id = $1 AND reservation.sold_by = $2 AND reservation.status = 'PENDING' \
       AND reservation.hold_expires_at > $4 AND account.tenant_id = $3)";

#[derive(FromQueryResult)]
#[expect(clippy::struct_excessive_bools, reason = "the columns of a row")]
struct ObstaclesRow {
    quote_is_used: bool,
    external_id_is_taken: bool,
    a_night_is_sold: bool,
    a_night_is_blocked: bool,
}

impl Database {
    /// Returns the statement that counts an importer's holds, for the tests of its plan.
    #[doc(hidden)]
    pub fn holds_statement(
        &self,
        workspace: WorkspaceId,
        importer: TenantId,
        owner: TenantId,
        at: DateTime<Utc>,
    ) -> Statement {
        self.statement(all_holds(workspace, importer, owner, at))
    }

    /// Returns the refusal of a booking that has met an obstacle.
    pub(super) async fn refusal(&self, parts: &ReservationParts) -> Result<RepositoryError, RepositoryError> {
        let rule = self.row(obstacles(parts)).await?.as_ref().and_then(obstacle);
        // It may be gone again.
        Ok(rule.map_or(RepositoryError::Stale, |rule| RepositoryError::Taken { rule }))
    }
}

impl Transaction {
    /// Checks that the owner offers the listing and, if an importer sells or amends it, that this one has imported it. Row
    /// locks keep this true until the end of the transaction.
    pub(super) async fn lock_offer(
        &self,
        parts: &ReservationParts,
        owner: TenantId,
        importer: Option<TenantId>,
    ) -> Result<(), RepositoryError> {
        let named = [
            parts.workspace_id.as_uuid(),
            owner.as_uuid(),
            parts.priced.integration_account_id.as_uuid(),
            parts.priced.listing_id.as_uuid(),
        ];
        let (select, importer) = importer.map_or((OWN, None), |importer| (IMPORTED, Some(importer.as_uuid())));
        let offer = Query::new(select, named.into_iter().chain(importer).map(Into::into))
            .fill(MAY_IMPORT, may_import(self.dialect(), "$5"));
        self.expect_row(offer.push(self.dialect().for_share())).await
    }

    /// Serialises the holds of one importer at the listings of one owner, so that no concurrent count misses one.
    pub(super) async fn one_hold_at_a_time(
        &self,
        parts: &ReservationParts,
        owner: TenantId,
        importer: TenantId,
    ) -> Result<(), RepositoryError> {
        if let Some(lock) = self.dialect().named_lock() {
            let name = format!("importer-holds {} {owner} {importer}", parts.workspace_id);
            self.execute(Query::new(lock, [name.into()])).await?;
        }
        Ok(())
    }

    /// Refuses the hold if the importer has reached its maximum number.
    pub(super) async fn refuse_too_many_holds(
        &self,
        parts: &ReservationParts,
        owner: TenantId,
        importer: TenantId,
    ) -> Result<(), RepositoryError> {
        let held = all_holds(parts.workspace_id, importer, owner, parts.created_at);
        self.refuse(held, rules::IMPORTER_HOLDS).await
    }

    /// Checks that the nights to which a reservation is amended are free, except those that it has already.
    pub(super) async fn refuse_what_is_in_the_way(
        &self,
        parts: &ReservationParts,
        before: Stay,
    ) -> Result<(), RepositoryError> {
        let PricedStay { listing_id, stay, .. } = &parts.priced;
        let ids = [parts.workspace_id.as_uuid(), listing_id.as_uuid(), parts.id.as_uuid()];
        let dates = [stay.check_in(), stay.check_out(), before.check_in(), before.check_out()];
        let named = ids.into_iter().map(Value::from).chain(dates.into_iter().map(|date| date.as_date().into()));
        self.refuse(Query::new(IN_THE_WAY, named), rules::RESERVATION_STAY).await
    }

    /// Checks that nothing is in the way of the booking.
    pub(super) async fn refuse_obstacles(&self, parts: &ReservationParts) -> Result<(), RepositoryError> {
        let rule = self.row(obstacles(parts)).await?.as_ref().and_then(obstacle);
        rule.map_or(Ok(()), |rule| Err(RepositoryError::Taken { rule }))
    }
}

/// Inserts a reservation, unless there is an obstacle: the quote is used, the seller has a reservation with the external id,
/// or the nights are not free.
///
/// On SQLite the conditions prevent overlapping stays. On PostgreSQL bookings run concurrently: the constraint prevents
/// overlaps. On Citus the row of an `INSERT … SELECT` would go through the coordinator, so there the obstacles were read before.
pub(super) fn booking(
    dialect: &dyn Dialect,
    parts: &ReservationParts,
    row: ReservationRow,
    priced: PricedRow,
) -> Query {
    let insert = "INSERT INTO reservations ({columns}, {priced}, search_text) ";
    let texts = texts(&row).into();
    let values = row.into_values().chain(priced.into_values()).chain([texts]);
    let insert = if dialect.joins_writes() {
        let obstacles = OBSTACLES.map(|(_, select)| format!("NOT EXISTS ({select})")).join(" AND ");
        Query::new(format!("{insert}SELECT "), of_obstacles(parts)).push_values(values).push(" WHERE ").push(&obstacles)
    } else {
        Query::new(format!("{insert}VALUES "), []).push_list(values)
    };
    insert.push(" ON CONFLICT DO NOTHING").fill("columns", ReservationRow::COLUMNS).fill("priced", PricedRow::COLUMNS)
}

fn obstacles(parts: &ReservationParts) -> Query {
    let columns = OBSTACLES.map(|(name, select)| format!("EXISTS ({select}) AS {name}"));
    Query::new(format!("SELECT {}", columns.join(", ")), of_obstacles(parts))
}

/// Returns the values of [`OBSTACLES`].
fn of_obstacles(parts: &ReservationParts) -> [Value; 7] {
    let (seller, name) =
        parts.external.as_ref().map(|ExternalName { seller, id }| (seller.as_uuid(), id.as_str())).unzip();
    let stay = parts.priced.stay;
    [
        parts.workspace_id.as_uuid().into(),
        parts.quote_id.map(QuoteId::as_uuid).into(),
        seller.into(),
        name.into(),
        parts.priced.listing_id.as_uuid().into(),
        stay.check_in().as_date().into(),
        stay.check_out().as_date().into(),
    ]
}

/// Returns the rule that the first obstacle keeps. A retry of a stored booking meets several: its quote and external id come
/// first, because they tell the client that the booking itself is stored, not only that the nights are sold.
fn obstacle(row: &ObstaclesRow) -> Option<&'static str> {
    let ObstaclesRow { quote_is_used, external_id_is_taken, a_night_is_sold, a_night_is_blocked } = *row;
    if quote_is_used {
        Some(rules::QUOTE_USED)
    } else if external_id_is_taken {
        Some(rules::RESERVATION_EXTERNAL_ID)
    } else if a_night_is_sold || a_night_is_blocked {
        Some(rules::RESERVATION_STAY)
    } else {
        None
    }
}

fn all_holds(workspace: WorkspaceId, importer: TenantId, owner: TenantId, at: DateTime<Utc>) -> Query {
    let named = [workspace.as_uuid().into(), importer.as_uuid().into(), owner.as_uuid().into(), at.into()];
    Query::new(ALL_HOLDS, named)
}

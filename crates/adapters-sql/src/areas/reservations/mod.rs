//! The ports of reservations.

mod queries;
mod rows;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, TenantScope};
use domain::change::Change;
use domain::ids::{QuoteId, ReservationId, TenantId, WorkspaceId};
use domain::reservations::{
    ExternalId, ExternalName, LapsedHold, Reservation, ReservationBooked, ReservationParts, ReservationStatus,
    TenantReservation,
};
use ports::{RepositoryError, ReservationRepository, rules};
use sea_orm::{FromQueryResult, Statement};

use self::rows::{COLUMNS, HoldRow, to_lapsed_hold, to_tenant_reservation, to_values};
use crate::areas::priced;
use crate::engine::database::Database;
use crate::engine::errors::inside;
use crate::engine::query::Query;
use crate::engine::transaction::Transaction;

/// An offered listing of the owner. Rows are locked in this order: account, listing.
const OWN: &str = "\
    SELECT 1 FROM integration_accounts a \
    JOIN listings l ON l.workspace_id = a.workspace_id AND l.integration_account_id = a.id \
    WHERE a.workspace_id = $1 AND a.tenant_id = $2 AND a.id = $3 AND l.id = $4 \
      AND a.status = 'ACTIVE' AND l.status = 'ACTIVE'";

/// An offered listing that the seller has imported. Rows are locked in this order: owner, account, listing, import.
const IMPORTED: &str = "\
    SELECT 1 FROM tenants t \
    JOIN integration_accounts a ON a.workspace_id = t.workspace_id AND a.tenant_id = t.id \
    JOIN listings l ON l.workspace_id = a.workspace_id AND l.integration_account_id = a.id \
    JOIN imports i ON i.workspace_id = l.workspace_id AND i.listing_id = l.id \
    WHERE t.workspace_id = $1 AND t.id = $2 AND a.id = $3 AND l.id = $4 AND i.tenant_id = $5 \
      AND t.status = 'ACTIVE' AND a.status = 'ACTIVE' AND a.allow_import AND l.status = 'ACTIVE'";

/// The obstacles to a booking.
const OBSTACLES: &str = "\
    SELECT EXISTS (SELECT 1 FROM reservations WHERE workspace_id = $1 AND quote_id = $2) AS quote_is_used, \
           EXISTS (SELECT 1 FROM reservations \
             WHERE workspace_id = $1 AND external_seller = $3 AND external_id = $4) AS external_id_is_taken, \
           EXISTS (SELECT 1 FROM reservations \
             WHERE workspace_id = $1 AND listing_id = $5 AND check_out > $6 AND check_in < $7 \
               AND status IN ('PENDING', 'CONFIRMED')) AS a_night_is_sold, \
           EXISTS (SELECT 1 FROM calendar_nights \
             WHERE workspace_id = $1 AND listing_id = $5 AND night >= $6 AND night < $7 AND is_blocked) AS a_night_is_blocked";

/// Finds the workspace if the importer `$2` has reached its maximum number of pending stays of the owner `$3` at the
/// instant `$4`. The workspace is not locked: a concurrent change of the maximum counts as made after the booking.
const ALL_HOLDS: &str = "\
    SELECT 1 FROM workspaces w WHERE w.id = $1 AND w.max_importer_holds <= \
    (SELECT COUNT(*) FROM reservations r \
     JOIN integration_accounts a ON a.workspace_id = r.workspace_id AND a.id = r.integration_account_id \
     WHERE r.workspace_id = $1 AND r.sold_by = $2 AND r.status = 'PENDING' AND r.hold_expires_at > $4 AND a.tenant_id = $3)";

/// Replaces the previous version.
const TURN: &str = "\
    UPDATE reservations SET status = $4, version = $5, updated_at = $6, confirmed_at = $7, cancelled_at = $8 \
    WHERE workspace_id = $1 AND integration_account_id = $2 AND id = $3 AND version = $5 - 1";

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
}

#[async_trait]
impl ReservationRepository for Database {
    async fn find(&self, scope: &TenantScope, id: ReservationId) -> Result<Option<TenantReservation>, RepositoryError> {
        self.row(queries::one(scope, id)).await?.map(to_tenant_reservation).transpose()
    }

    async fn has_external_id(&self, scope: &TenantScope, id: &ExternalId) -> Result<bool, RepositoryError> {
        let select = "SELECT COUNT(*) AS count FROM reservations WHERE workspace_id = $1 AND external_seller = $2";
        let found = self.count_of(Query::of_tenant(select, scope).and("external_id = ?", Some(id.as_str()))).await?;
        Ok(found > 0)
    }

    async fn book(
        &self,
        scope: &TenantScope,
        change: Change<ReservationBooked>,
    ) -> Result<TenantReservation, RepositoryError> {
        let Change { after: ReservationBooked { reservation, owner, mut expired }, audit, idempotency_record } = change;
        let parts = reservation.clone().into_parts();
        sold_by_the_scope(scope, &parts, owner)?;
        let transaction = self.begin(idempotency_record).await?;
        transaction.lock_offer(&parts, owner).await?;
        let holder = parts.sold_by.filter(|_| parts.status == ReservationStatus::Pending);
        if let Some(importer) = holder {
            transaction.one_hold_at_a_time(&parts, owner, importer).await?;
        }
        // In the order of their ids, so that concurrent bookings with the same lapsed holds do not deadlock.
        expired.sort_by_key(|hold| hold.after.id());
        for Change { after: hold, audit, idempotency_record: _ } in expired {
            transaction.execute_guarded(expiration(hold)).await?;
            transaction.append(audit).await?;
        }
        // On SQLite this check prevents overlapping stays. On PostgreSQL bookings run concurrently: the constraint
        // prevents overlaps, and the check after a failed insert tells the second booking what the first has taken.
        transaction.refuse_obstacles(&parts).await?;
        if let Some(importer) = holder {
            transaction.refuse_too_many_holds(&parts, owner, importer).await?;
        }
        let insert = format!("INSERT INTO reservations ({COLUMNS}, {}) VALUES ", priced::COLUMNS);
        let insert = Query::new(&insert, []).push_list(to_values(reservation.clone())).push(" ON CONFLICT DO NOTHING");
        if transaction.execute(insert).await?.rows_affected() == 0 {
            transaction.refuse_obstacles(&parts).await?;
            // The obstacle is gone again.
            return Err(RepositoryError::Stale);
        }
        transaction.commit(audit).await?;
        Ok(TenantReservation { reservation, owner })
    }

    async fn update(
        &self,
        scope: &TenantScope,
        change: Change<Reservation>,
    ) -> Result<TenantReservation, RepositoryError> {
        let Change { after: reservation, audit, idempotency_record } = change;
        let parts = reservation.clone().into_parts();
        inside(scope.workspace_id(), parts.workspace_id)?;
        let account = [parts.workspace_id.as_uuid().into(), parts.priced.integration_account_id.as_uuid().into()];
        let transaction = self.begin(idempotency_record).await?;
        let owner = "SELECT tenant_id FROM integration_accounts WHERE workspace_id = $1 AND id = $2";
        let owner = Query::new(owner, account).push(transaction.dialect().for_share());
        let owner = transaction.one(owner, "tenant_id").await?.ok_or(RepositoryError::Stale)?;
        let owner = TenantId::new(owner);
        let turned = TenantReservation { reservation, owner };
        // The change was decided while another tenant owned the account, so its audit entry would name that tenant.
        if audit.other_tenant_id != turned.other_than(audit.tenant_id) {
            return Err(RepositoryError::Stale);
        }
        let seller = Some(scope.tenant_id()).filter(|tenant| *tenant != owner);
        let update = turning(parts).and("sold_by = ?", seller.map(TenantId::as_uuid));
        transaction.execute_guarded(update).await?;
        transaction.commit(audit).await?;
        Ok(turned)
    }

    async fn lapsed(
        &self,
        _: &OperatorScope,
        at: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<LapsedHold>, RepositoryError> {
        self.rows::<HoldRow>(queries::lapsed(at, limit)).await?.into_iter().map(to_lapsed_hold).collect()
    }

    async fn expire(&self, _: &OperatorScope, change: Change<Reservation>) -> Result<(), RepositoryError> {
        let Change { after: hold, audit, idempotency_record } = change;
        let transaction = self.begin(idempotency_record).await?;
        transaction.execute_guarded(expiration(hold)).await?;
        transaction.commit(audit).await
    }
}

impl Transaction {
    /// Checks that the listing is the owner's, offered, and imported by the seller if that is another tenant. Locks
    /// keep it so until the end of the transaction.
    async fn lock_offer(&self, parts: &ReservationParts, owner: TenantId) -> Result<(), RepositoryError> {
        let named = [
            parts.workspace_id.as_uuid(),
            owner.as_uuid(),
            parts.priced.integration_account_id.as_uuid(),
            parts.priced.listing_id.as_uuid(),
        ];
        let (select, importer) = parts.sold_by.map_or((OWN, None), |importer| (IMPORTED, Some(importer.as_uuid())));
        let offer = Query::new(select, named.into_iter().chain(importer).map(Into::into));
        self.expect_row(offer.push(self.dialect().for_share())).await
    }

    /// Serialises the holds of one importer at the listings of one owner, so that none is missed by a concurrent count.
    async fn one_hold_at_a_time(
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
    async fn refuse_too_many_holds(
        &self,
        parts: &ReservationParts,
        owner: TenantId,
        importer: TenantId,
    ) -> Result<(), RepositoryError> {
        let held = all_holds(parts.workspace_id, importer, owner, parts.created_at);
        self.refuse(held, rules::IMPORTER_HOLDS).await
    }

    /// Checks that the quote is unused, that the seller has no reservation with that external id, and that the nights
    /// are free.
    async fn refuse_obstacles(&self, parts: &ReservationParts) -> Result<(), RepositoryError> {
        let (seller, name) =
            parts.external.as_ref().map(|ExternalName { seller, id }| (seller.as_uuid(), id.as_str())).unzip();
        let stay = parts.priced.stay;
        let named = [
            parts.workspace_id.as_uuid().into(),
            parts.quote_id.map(QuoteId::as_uuid).into(),
            seller.into(),
            name.into(),
            parts.priced.listing_id.as_uuid().into(),
            stay.check_in().as_date().into(),
            stay.check_out().as_date().into(),
        ];
        let row = self.row(Query::new(OBSTACLES, named)).await?.ok_or(RepositoryError::Stale)?;
        let ObstaclesRow { quote_is_used, external_id_is_taken, a_night_is_sold, a_night_is_blocked } = row;
        // The obstacles that a retry of the same booking would meet come first: they say more than that the nights are
        // sold.
        let rule = if quote_is_used {
            rules::QUOTE_USED
        } else if external_id_is_taken {
            rules::RESERVATION_EXTERNAL_ID
        } else if a_night_is_sold || a_night_is_blocked {
            rules::RESERVATION_STAY
        } else {
            return Ok(());
        };
        Err(RepositoryError::Taken { rule })
    }
}

/// Checks that a booking belongs to the scope: in its workspace, sold by its tenant, with an external id of that
/// tenant.
fn sold_by_the_scope(scope: &TenantScope, parts: &ReservationParts, owner: TenantId) -> Result<(), RepositoryError> {
    inside(scope.workspace_id(), parts.workspace_id)?;
    let importer = Some(scope.tenant_id()).filter(|tenant| *tenant != owner);
    let names_itself = parts.external.as_ref().is_none_or(|external| external.seller == scope.tenant_id());
    if parts.sold_by == importer && names_itself { Ok(()) } else { Err(RepositoryError::Stale) }
}

fn all_holds(workspace: WorkspaceId, importer: TenantId, owner: TenantId, at: DateTime<Utc>) -> Query {
    let named = [workspace.as_uuid().into(), importer.as_uuid().into(), owner.as_uuid().into(), at.into()];
    Query::new(ALL_HOLDS, named)
}

/// Updates the status of a reservation.
fn turning(parts: ReservationParts) -> Query {
    let ReservationParts { workspace_id, id, priced, status, version, updated_at, confirmed_at, cancelled_at, .. } =
        parts;
    let values = [
        workspace_id.as_uuid().into(),
        priced.integration_account_id.as_uuid().into(),
        id.as_uuid().into(),
        status.as_str().into(),
        version.into(),
        updated_at.into(),
        confirmed_at.into(),
        cancelled_at.into(),
    ];
    Query::new(TURN, values)
}

/// Updates a hold that has expired.
fn expiration(hold: Reservation) -> Query {
    turning(hold.into_parts()).push(" AND status = 'PENDING'")
}

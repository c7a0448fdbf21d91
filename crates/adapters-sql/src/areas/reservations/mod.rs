//! The ports of reservations.

mod offers;
mod queries;
mod rows;
mod texts;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, TenantScope};
use domain::change::Change;
use domain::ids::{ReservationId, TenantId};
use domain::reservations::{
    ExternalId, LapsedHold, Reservation, ReservationAmended, ReservationBooked, ReservationParts, ReservationStatus,
    StayAmended, TenantReservation,
};
use ports::{RepositoryError, ReservationRepository};
use sea_orm::Value;

use self::offers::booking;
use self::rows::{HoldRow, texts, to_oldest_holds, to_rows, to_tenant_reservation};
use crate::areas::priced::PricedRow;
use crate::engine::database::Database;
use crate::engine::errors::inside;
use crate::engine::query::Query;
use crate::engine::transaction::Transaction;

/// Replaces the previous version.
const TURN: &str = "\
    UPDATE reservations SET status = $4, version = $5, updated_at = $6, confirmed_at = $7, cancelled_at = $8 \
    WHERE workspace_id = $1 AND integration_account_id = $2 AND id = $3 AND version = $5 - 1";

/// Replaces the previous version.
const AMEND: &str = "\
    UPDATE reservations SET ({priced}, guest_first_name, guest_last_name, guest_email, guest_phone, notes, search_text, version, updated_at) = ";

#[async_trait]
impl ReservationRepository for Database {
    async fn get(&self, scope: &TenantScope, id: ReservationId) -> Result<Option<TenantReservation>, RepositoryError> {
        self.row(queries::get(scope, id)).await?.map(to_tenant_reservation).transpose()
    }

    async fn has_external_id(&self, scope: &TenantScope, id: &ExternalId) -> Result<bool, RepositoryError> {
        let select = "SELECT COUNT(*) AS count FROM reservations \
                      WHERE workspace_id = $1 AND external_seller = $2 AND external_id = $3";
        let found = self.count_of(Query::of_tenant(select, scope).bind([id.as_str().into()])).await?;
        Ok(found > 0)
    }

    async fn book(
        &self,
        scope: &TenantScope,
        change: Change<ReservationBooked>,
    ) -> Result<TenantReservation, RepositoryError> {
        let Change { after: ReservationBooked { reservation, owner, expired }, audit, idempotency_record } = change;
        let parts = reservation.clone().into_parts();
        sold_by_the_scope(scope, &parts, owner)?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            transaction.lock_offer(&parts, owner, parts.sold_by).await?;
            let holder = parts.sold_by.filter(|_| parts.status == ReservationStatus::Pending);
            if let Some(importer) = holder {
                transaction.one_hold_at_a_time(&parts, owner, importer).await?;
            }
            transaction.expire_all(expired).await?;
            // The offer is locked, so no obstacle appears between the look and the row but an overlapping stay, which conflicts.
            let looks_first = !transaction.dialect().joins_writes();
            if looks_first || holder.is_some() {
                transaction.refuse_obstacles(&parts).await?;
            }
            if let Some(importer) = holder {
                transaction.refuse_too_many_holds(&parts, owner, importer).await?;
            }
            let (row, priced) = to_rows(reservation.clone());
            transaction.execute_guarded(booking(transaction.dialect(), &parts, row, priced)).await?;
            Ok(TenantReservation { reservation, owner })
        }
        .await;
        let is_offered = done.is_ok();
        match transaction.end(done, audit).await {
            Err(RepositoryError::Stale) if is_offered => Err(self.refusal(&parts).await?),
            ended => ended,
        }
    }

    async fn update(
        &self,
        scope: &TenantScope,
        change: Change<Reservation>,
    ) -> Result<TenantReservation, RepositoryError> {
        let Change { after: reservation, audit, idempotency_record } = change;
        let parts = reservation.clone().into_parts();
        inside(scope.workspace_id(), parts.workspace_id)?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            let owner = transaction.lock_owner(&parts).await?;
            let turned = TenantReservation { reservation, owner };
            // The change was decided while another tenant owned the account, so its audit entry would name that tenant.
            if audit.other_tenant_id != turned.other_than(audit.tenant_id) {
                return Err(RepositoryError::Stale);
            }
            let update = turning(parts).and("sold_by = ?", importer(scope, owner).map(TenantId::as_uuid));
            transaction.execute_guarded(update).await?;
            Ok(turned)
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn amend(
        &self,
        scope: &TenantScope,
        change: Change<ReservationAmended>,
    ) -> Result<TenantReservation, RepositoryError> {
        let Change { after, audit, idempotency_record } = change;
        let seen = after.seen();
        let ReservationAmended { reservation, owner, stay } = after;
        let parts = reservation.clone().into_parts();
        inside(scope.workspace_id(), parts.workspace_id)?;
        let importer = importer(scope, owner);
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            match stay {
                None if transaction.lock_owner(&parts).await? != owner => return Err(RepositoryError::Stale),
                None => {}
                Some(StayAmended { nights_before, expired }) => {
                    transaction.lock_offer(&parts, owner, importer).await?;
                    transaction.expire_all(expired).await?;
                    // As for bookings: on PostgreSQL the constraint prevents overlaps, and it refuses the update.
                    transaction.refuse_what_is_in_the_way(&parts, nights_before).await?;
                }
            }
            let update = amendment(reservation).and("sold_by = ?", importer.map(TenantId::as_uuid));
            transaction.execute_guarded(update).await?;
            Ok(seen)
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn lapsed(
        &self,
        _: &OperatorScope,
        at: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<LapsedHold>, RepositoryError> {
        let workspaces = self.workspaces_with(|workspace| queries::with_lapsed(at, workspace)).await?;
        let (mut found, mut failed) = (vec![], None);
        for workspace in workspaces {
            match self.rows::<HoldRow>(queries::lapsed(workspace, at, limit)).await {
                Ok(rows) => found.extend(rows),
                // The holds of the other workspaces do not wait for this one.
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) if found.is_empty() => Err(error),
            _ => to_oldest_holds(found, limit),
        }
    }

    async fn expire(&self, _: &OperatorScope, change: Change<Reservation>) -> Result<(), RepositoryError> {
        let Change { after: hold, audit, idempotency_record } = change;
        let transaction = self.begin(audit.workspace_id, idempotency_record).await?;
        let done = transaction.execute_guarded(turning(hold.into_parts())).await;
        transaction.end(done, audit).await
    }
}

impl Transaction {
    /// Stores the expiry of holds, in the order of their ids, so that concurrent changes with the same lapsed holds do not
    /// deadlock.
    async fn expire_all(&self, mut expired: Vec<Change<Reservation>>) -> Result<(), RepositoryError> {
        expired.sort_by_key(|hold| hold.after.id());
        for Change { after: hold, audit, idempotency_record: _ } in expired {
            self.execute_guarded(turning(hold.into_parts())).await?;
            self.append(audit).await?;
        }
        Ok(())
    }

    /// Returns the owner of the account of a reservation, until the end of the transaction.
    async fn lock_owner(&self, parts: &ReservationParts) -> Result<TenantId, RepositoryError> {
        let account = [parts.workspace_id.as_uuid().into(), parts.priced.integration_account_id.as_uuid().into()];
        let owner = "SELECT tenant_id FROM integration_accounts WHERE workspace_id = $1 AND id = $2";
        let owner = Query::new(owner, account).push(self.dialect().for_share());
        self.one(owner, "tenant_id").await?.map(TenantId::new).ok_or(RepositoryError::Stale)
    }
}

/// Returns the tenant of the scope if it sells what another one owns.
fn importer(scope: &TenantScope, owner: TenantId) -> Option<TenantId> {
    Some(scope.tenant_id()).filter(|tenant| *tenant != owner)
}

/// Checks that a booking belongs to the scope: in its workspace, sold by its tenant, with an external id of that
/// tenant.
fn sold_by_the_scope(scope: &TenantScope, parts: &ReservationParts, owner: TenantId) -> Result<(), RepositoryError> {
    inside(scope.workspace_id(), parts.workspace_id)?;
    let names_itself = parts.external.as_ref().is_none_or(|external| external.seller == scope.tenant_id());
    if parts.sold_by == importer(scope, owner) && names_itself { Ok(()) } else { Err(RepositoryError::Stale) }
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

/// Updates the stay, the guest and the notes of a reservation.
fn amendment(reservation: Reservation) -> Query {
    let (row, priced) = to_rows(reservation);
    let (version, texts) = (row.version, texts(&row));
    let fields: [Value; 8] = [
        row.guest_first_name.into(),
        row.guest_last_name.into(),
        row.guest_email.into(),
        row.guest_phone.into(),
        row.notes.into(),
        texts.into(),
        version.into(),
        row.updated_at.into(),
    ];
    Query::new(AMEND, [row.workspace_id.into(), row.id.into()])
        .fill("priced", PricedRow::COLUMNS)
        .push_list(priced.into_values().chain(fields))
        .push(" WHERE workspace_id = $1 AND id = $2")
        .push_bound(" AND version = ?", version - 1)
}

//! Conversion between reservations and rows.

use domain::ids::{QuoteId, ReservationId, TenantId, WorkspaceId};
use domain::reservations::{
    ExternalId, ExternalName, Guest, LapsedHold, Phone, Reservation, ReservationParts, TenantReservation,
};
use ports::RepositoryError;
use sea_orm::prelude::{DateTimeUtc, Uuid};

use crate::areas::priced::{self, PricedRow, to_priced};
use crate::engine::rows::{stored, stored_option};
use crate::engine::table::{columns, joined};
use crate::engine::text_search::search_text;

const WHAT: &str = "reservation";

columns! {
    pub(super) struct ReservationRow {
        workspace_id: Uuid,
        id: Uuid,
        quote_id: Option<Uuid>,
        sold_by: Option<Uuid>,
        external_seller: Option<Uuid>,
        external_id: Option<String>,
        kind as "type": String,
        status: String,
        guest_first_name: String,
        guest_last_name: String,
        guest_email: Option<String>,
        guest_phone: Option<String>,
        source: Option<String>,
        notes: Option<String>,
        hold_expires_at: Option<DateTimeUtc>,
        version: i64,
        created_at: DateTimeUtc,
        updated_at: DateTimeUtc,
        confirmed_at: Option<DateTimeUtc>,
        cancelled_at: Option<DateTimeUtc>,
    }
}

joined! {
    /// A reservation with its current owner.
    pub(super) struct SeenRow { reservation: ReservationRow, priced: PricedRow; owner_id: Uuid }
}

joined! {
    /// A hold with its current owner, whose name is used in the audit entry.
    pub(super) struct HoldRow { reservation: ReservationRow, priced: PricedRow; owner_id: Uuid, owner_name: String }
}

pub(super) fn to_tenant_reservation(row: SeenRow) -> Result<TenantReservation, RepositoryError> {
    let SeenRow { reservation, priced, owner_id } = row;
    Ok(TenantReservation { reservation: to_reservation(reservation, &priced)?, owner: TenantId::new(owner_id) })
}

pub(super) fn to_lapsed_hold(row: HoldRow) -> Result<LapsedHold, RepositoryError> {
    let HoldRow { reservation, priced, owner_id, owner_name } = row;
    Ok(LapsedHold {
        reservation: to_reservation(reservation, &priced)?,
        owner: TenantId::new(owner_id),
        owner_name: stored("tenant", &owner_name)?,
    })
}

/// Returns the first of these holds that lapsed, oldest first.
pub(super) fn to_oldest_holds(mut rows: Vec<HoldRow>, limit: u32) -> Result<Vec<LapsedHold>, RepositoryError> {
    rows.sort_by_key(|HoldRow { reservation, .. }| (reservation.hold_expires_at, reservation.id));
    rows.into_iter().take(limit.try_into().unwrap_or(usize::MAX)).map(to_lapsed_hold).collect()
}

pub(super) fn to_rows(reservation: Reservation) -> (ReservationRow, PricedRow) {
    let ReservationParts {
        workspace_id,
        id,
        priced,
        quote_id,
        sold_by,
        external,
        kind,
        status,
        guest: Guest { first_name, last_name, email, phone },
        source,
        notes,
        hold_expires_at,
        version,
        created_at,
        updated_at,
        confirmed_at,
        cancelled_at,
    } = reservation.into_parts();
    let (seller, name) = external.map(|ExternalName { seller, id }| (seller, id)).unzip();
    let row = ReservationRow {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        quote_id: quote_id.map(QuoteId::as_uuid),
        sold_by: sold_by.map(TenantId::as_uuid),
        external_seller: seller.map(TenantId::as_uuid),
        external_id: name.map(Into::into),
        kind: kind.as_str().to_owned(),
        status: status.as_str().to_owned(),
        guest_first_name: first_name.into(),
        guest_last_name: last_name.into(),
        guest_email: email.as_ref().map(|email| email.as_str().to_owned()),
        guest_phone: phone.as_ref().map(ToString::to_string),
        source: source.map(Into::into),
        notes: notes.map(Into::into),
        hold_expires_at,
        version,
        created_at,
        updated_at,
        confirmed_at,
        cancelled_at,
    };
    (row, priced::to_row(&priced))
}

/// Returns the searched texts: the guest's name and email, and the external id.
pub(super) fn texts(row: &ReservationRow) -> String {
    let name = format!("{} {}", row.guest_first_name, row.guest_last_name);
    search_text(&[Some(&name), row.guest_email.as_deref(), row.external_id.as_deref()])
}

fn to_reservation(row: ReservationRow, priced: &PricedRow) -> Result<Reservation, RepositoryError> {
    let external_id: Option<ExternalId> = stored_option(WHAT, row.external_id)?;
    let external =
        row.external_seller.zip(external_id).map(|(seller, id)| ExternalName { seller: TenantId::new(seller), id });
    Ok(Reservation::from_parts(ReservationParts {
        workspace_id: WorkspaceId::new(row.workspace_id),
        id: ReservationId::new(row.id),
        priced: to_priced(WHAT, priced)?,
        quote_id: row.quote_id.map(QuoteId::new),
        sold_by: row.sold_by.map(TenantId::new),
        external,
        kind: stored(WHAT, &row.kind)?,
        status: stored(WHAT, &row.status)?,
        guest: Guest {
            first_name: stored(WHAT, &row.guest_first_name)?,
            last_name: stored(WHAT, &row.guest_last_name)?,
            email: stored_option(WHAT, row.guest_email)?,
            phone: stored_option::<Phone>(WHAT, row.guest_phone)?,
        },
        source: stored_option(WHAT, row.source)?,
        notes: stored_option(WHAT, row.notes)?,
        hold_expires_at: row.hold_expires_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        confirmed_at: row.confirmed_at,
        cancelled_at: row.cancelled_at,
    }))
}

//! Conversion between reservations and rows.

use domain::ids::{QuoteId, ReservationId, TenantId, WorkspaceId};
use domain::reservations::{
    ExternalId, ExternalName, Guest, LapsedHold, Phone, Reservation, ReservationParts, TenantReservation,
};
use domain::users::Email;
use ports::RepositoryError;
use sea_orm::prelude::{DateTimeUtc, Uuid};
use sea_orm::{FromQueryResult, Value};

use crate::areas::priced::{self, PricedRow, to_priced};
use crate::engine::rows::{stored, stored_option};

const WHAT: &str = "reservation";

/// The columns, except those of the price, in the order of [`to_values`].
pub(super) const COLUMNS: &str = "workspace_id, id, quote_id, sold_by, external_seller, external_id, type, status, \
    guest_first_name, guest_last_name, guest_email, guest_phone, source, notes, hold_expires_at, version, created_at, \
    updated_at, confirmed_at, cancelled_at";

#[derive(FromQueryResult)]
struct ReservationRow {
    workspace_id: Uuid,
    id: Uuid,
    quote_id: Option<Uuid>,
    sold_by: Option<Uuid>,
    external_seller: Option<Uuid>,
    external_id: Option<String>,
    r#type: String,
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
    #[sea_orm(nested)]
    priced: PricedRow,
}

/// A reservation with its current owner.
#[derive(FromQueryResult)]
pub(super) struct SeenRow {
    #[sea_orm(nested)]
    reservation: ReservationRow,
    owner_id: Uuid,
}

/// A hold with its current owner, whose name is used in the audit entry.
#[derive(FromQueryResult)]
pub(super) struct HoldRow {
    #[sea_orm(nested)]
    reservation: ReservationRow,
    owner_id: Uuid,
    owner_name: String,
}

pub(super) fn to_tenant_reservation(row: SeenRow) -> Result<TenantReservation, RepositoryError> {
    let SeenRow { reservation: row, owner_id } = row;
    Ok(TenantReservation { reservation: to_reservation(row)?, owner: TenantId::new(owner_id) })
}

pub(super) fn to_lapsed_hold(row: HoldRow) -> Result<LapsedHold, RepositoryError> {
    let HoldRow { reservation: row, owner_id, owner_name } = row;
    Ok(LapsedHold {
        reservation: to_reservation(row)?,
        owner: TenantId::new(owner_id),
        owner_name: stored("tenant", &owner_name)?,
    })
}

pub(super) fn to_values(reservation: Reservation) -> impl Iterator<Item = Value> {
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
    let own: [Value; 20] = [
        workspace_id.as_uuid().into(),
        id.as_uuid().into(),
        quote_id.map(QuoteId::as_uuid).into(),
        sold_by.map(TenantId::as_uuid).into(),
        seller.map(TenantId::as_uuid).into(),
        name.map(String::from).into(),
        kind.as_str().into(),
        status.as_str().into(),
        String::from(first_name).into(),
        String::from(last_name).into(),
        email.as_ref().map(Email::as_str).into(),
        phone.as_ref().map(ToString::to_string).into(),
        source.map(String::from).into(),
        notes.map(String::from).into(),
        hold_expires_at.into(),
        version.into(),
        created_at.into(),
        updated_at.into(),
        confirmed_at.into(),
        cancelled_at.into(),
    ];
    own.into_iter().chain(priced::to_values(&priced))
}

fn to_reservation(row: ReservationRow) -> Result<Reservation, RepositoryError> {
    let ReservationRow {
        workspace_id,
        id,
        quote_id,
        sold_by,
        external_seller,
        external_id,
        r#type,
        status,
        guest_first_name,
        guest_last_name,
        guest_email,
        guest_phone,
        source,
        notes,
        hold_expires_at,
        version,
        created_at,
        updated_at,
        confirmed_at,
        cancelled_at,
        priced: price,
    } = row;
    let external_id: Option<ExternalId> = stored_option(WHAT, external_id)?;
    let external =
        external_seller.zip(external_id).map(|(seller, id)| ExternalName { seller: TenantId::new(seller), id });
    Ok(Reservation::from_parts(ReservationParts {
        workspace_id: WorkspaceId::new(workspace_id),
        id: ReservationId::new(id),
        priced: to_priced(WHAT, price)?,
        quote_id: quote_id.map(QuoteId::new),
        sold_by: sold_by.map(TenantId::new),
        external,
        kind: stored(WHAT, &r#type)?,
        status: stored(WHAT, &status)?,
        guest: Guest {
            first_name: stored(WHAT, &guest_first_name)?,
            last_name: stored(WHAT, &guest_last_name)?,
            email: stored_option(WHAT, guest_email)?,
            phone: stored_option::<Phone>(WHAT, guest_phone)?,
        },
        source: stored_option(WHAT, source)?,
        notes: stored_option(WHAT, notes)?,
        hold_expires_at,
        version,
        created_at,
        updated_at,
        confirmed_at,
        cancelled_at,
    }))
}

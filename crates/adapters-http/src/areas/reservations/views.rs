//! Responses of reservations.

use domain::quotes::PricedStay;
use domain::reservations::{ExternalName, Guest, ReservationParts, TenantReservation};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::areas::quotes::{ComponentsView, GuestCountView, PriceModificationsView};
use crate::response::date_time::DateTime;
use crate::response::decimal::Decimal;
use application::AmendedReservation;
use application::enum_schemas::{ReservationStatusWord, ReservationTypeWord};

/// A stay that is sold or held for a guest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reservation)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReservationView {
    id: Uuid,
    #[serde(rename = "listingID")]
    listing_id: Uuid,
    #[serde(rename = "integrationAccountID")]
    integration_account_id: Uuid,
    /// The tenant that owns the listing: the tenant of its account.
    #[serde(rename = "tenantID")]
    tenant_id: Uuid,
    /// The importer that sold it, or else the current owner.
    #[serde(rename = "soldByTenantID")]
    sold_by_tenant_id: Uuid,
    /// The status: `PENDING`, `CONFIRMED`, `CANCELLED` or `EXPIRED`.
    status: ReservationStatusWord,
    /// The type: `INSTANT_BOOKING` or `PENDING_CONFIRMATION`.
    reservation_type: ReservationTypeWord,
    #[schema(value_type = chrono::NaiveDate, example = "2030-01-31")]
    check_in_date: String,
    #[schema(value_type = chrono::NaiveDate, example = "2030-02-03")]
    check_out_date: String,
    /// The number of adults and children.
    #[schema(example = 2)]
    guests: i32,
    guest_count_info: GuestCountView,
    guest: GuestView,
    /// The source of the booking.
    #[schema(example = "website")]
    source: Option<String>,
    notes: Option<String>,
    /// The currency of all amounts (ISO 4217).
    #[schema(example = "USD")]
    currency: &'static str,
    /// The price that the guest pays.
    #[schema(value_type = f64, example = 460.64)]
    total_price: Decimal,
    #[schema(value_type = f64, example = 460.64)]
    price_before_taxes: Decimal,
    components: ComponentsView,
    price_modifications: PriceModificationsView,
    /// The quote that it was booked with.
    #[serde(rename = "quoteID")]
    quote_id: Option<Uuid>,
    /// The id of the reservation in the system of the tenant that sold it.
    #[serde(rename = "externalID")]
    external_id: Option<String>,
    /// The first instant at which a pending reservation no longer holds its nights.
    hold_expires_at: Option<DateTime>,
    /// The number of changes, from 1. Each confirmation, cancellation, expiry and amendment counts.
    #[schema(example = 1)]
    revision: i64,
    created_at: DateTime,
    updated_at: DateTime,
    confirmed_at: Option<DateTime>,
    cancelled_at: Option<DateTime>,
}

/// The result of an amendment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AmendedReservation)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AmendedView {
    /// The reservation after the amendment.
    data: ReservationView,
    /// In a dry run: the new price less the old one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, nullable = false, example = 149.00)]
    price_difference: Option<Decimal>,
}

impl From<AmendedReservation> for AmendedView {
    fn from(AmendedReservation { reservation, price_difference }: AmendedReservation) -> Self {
        Self { data: reservation.into(), price_difference: Some(Decimal::of(price_difference)) }
    }
}

/// The guest of a stay.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Guest)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GuestView {
    #[schema(example = "Grace")]
    first_name: String,
    #[schema(example = "Hopper")]
    last_name: String,
    #[schema(example = "grace@example.com")]
    email: Option<String>,
    #[schema(example = "+1 212 555 0100")]
    phone: Option<String>,
}

impl From<TenantReservation> for ReservationView {
    fn from(seen: TenantReservation) -> Self {
        let (owner, sold_by) = (seen.owner, seen.sold_by());
        let ReservationParts {
            workspace_id: _,
            id,
            priced,
            quote_id,
            sold_by: _,
            external,
            kind,
            status,
            guest,
            source,
            notes,
            hold_expires_at,
            version: revision,
            created_at,
            updated_at,
            confirmed_at,
            cancelled_at,
        } = seen.reservation.into_parts();
        let components = ComponentsView::from(&priced);
        let PricedStay { listing_id, integration_account_id, stay, guests, price, promotion_id: _ } = priced;
        Self {
            id: id.as_uuid(),
            listing_id: listing_id.as_uuid(),
            integration_account_id: integration_account_id.as_uuid(),
            tenant_id: owner.as_uuid(),
            sold_by_tenant_id: sold_by.as_uuid(),
            status: status.into(),
            reservation_type: kind.into(),
            check_in_date: stay.check_in().to_string(),
            check_out_date: stay.check_out().to_string(),
            guests: guests.guests().get(),
            guest_count_info: guests.into(),
            guest: guest.into(),
            source: source.map(Into::into),
            notes: notes.map(Into::into),
            currency: price.currency().code(),
            total_price: Decimal::of(price.total()),
            price_before_taxes: Decimal::of(price.before_taxes()),
            components,
            price_modifications: (&price).into(),
            quote_id: quote_id.map(domain::ids::QuoteId::as_uuid),
            external_id: external.map(|ExternalName { seller: _, id }| id.into()),
            hold_expires_at: hold_expires_at.map(DateTime),
            revision,
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            confirmed_at: confirmed_at.map(DateTime),
            cancelled_at: cancelled_at.map(DateTime),
        }
    }
}

impl From<Guest> for GuestView {
    fn from(Guest { first_name, last_name, email, phone }: Guest) -> Self {
        Self {
            first_name: first_name.into(),
            last_name: last_name.into(),
            email: email.map(|email| email.as_str().to_owned()),
            phone: phone.map(|phone| phone.to_string()),
        }
    }
}

//! Stays with their prices: the columns that quotes and reservations share.

use domain::charges::{ChargeKind, ChargeLine, ChargeLines};
use domain::currencies::Currency;
use domain::ids::{IntegrationAccountId, ListingId, PromotionId};
use domain::money::Money;
use domain::quotes::{GuestCount, Price, PriceLine, PriceParts, PricedStay};
use domain::stays::{Stay, StayDate};
use ports::RepositoryError;
use sea_orm::prelude::{Date, Json, Uuid};
use serde_json::{Value, json};
use thiserror::Error;

use crate::engine::rows::{corrupt, percentage, stored, whole};
use crate::engine::table::columns;

/// Stored lines with an invalid shape.
#[derive(Debug, Error)]
#[error("lines of charges that are not a JSON array of the expected objects")]
struct CorruptLines;

columns! {
    pub(crate) struct PricedRow {
        listing_id: Uuid,
        integration_account_id: Uuid,
        check_in: Date,
        check_out: Date,
        guests: i32,
        children: i32,
        infants: i32,
        pets: i32,
        currency: String,
        base_price: i64,
        markup_percentage: i32,
        markup: i64,
        distribution_markup_percentage: Option<i32>,
        distribution_markup: Option<i64>,
        default_discount_percentage: i32,
        default_discount: i64,
        promotion_discount_percentage: Option<i32>,
        promotion_discount: Option<i64>,
        fees: i64,
        taxes: i64,
        charge_lines: Json,
        promotion_id: Option<Uuid>,
    }
}

pub(crate) fn to_row(priced: &PricedStay) -> PricedRow {
    let PricedStay { listing_id, integration_account_id, stay, guests, price, promotion_id } = priced;
    let (fees, taxes) = (price.fees(), price.taxes());
    let PriceParts { base, markup, distribution_markup, default_discount, promotion_discount, charges } =
        price.parts().clone();
    let share = |line: PriceLine| i32::from(line.percentage.basis_points());
    let amount = |line: PriceLine| line.value.minor();
    PricedRow {
        listing_id: listing_id.as_uuid(),
        integration_account_id: integration_account_id.as_uuid(),
        check_in: stay.check_in().as_date(),
        check_out: stay.check_out().as_date(),
        guests: guests.guests().get(),
        children: guests.children().get(),
        infants: guests.infants().get(),
        pets: guests.pets().get(),
        currency: base.currency().code().to_owned(),
        base_price: base.minor(),
        markup_percentage: share(markup),
        markup: amount(markup),
        distribution_markup_percentage: distribution_markup.map(share),
        distribution_markup: distribution_markup.map(amount),
        default_discount_percentage: share(default_discount),
        default_discount: amount(default_discount),
        promotion_discount_percentage: promotion_discount.map(share),
        promotion_discount: promotion_discount.map(amount),
        fees: fees.minor(),
        taxes: taxes.minor(),
        charge_lines: to_lines(&charges),
        promotion_id: promotion_id.map(PromotionId::as_uuid),
    }
}

pub(crate) fn to_priced(what: &'static str, row: &PricedRow) -> Result<PricedStay, RepositoryError> {
    let currency: Currency = stored(what, &row.currency)?;
    let money = |minor| Money::from_minor(minor, currency);
    let line = |(share, amount)| Ok(PriceLine { percentage: percentage(what, share)?, value: money(amount) });
    let parts = PriceParts {
        base: money(row.base_price),
        markup: line((row.markup_percentage, row.markup))?,
        distribution_markup: row.distribution_markup_percentage.zip(row.distribution_markup).map(line).transpose()?,
        default_discount: line((row.default_discount_percentage, row.default_discount))?,
        promotion_discount: row.promotion_discount_percentage.zip(row.promotion_discount).map(line).transpose()?,
        charges: to_charges(what, &row.charge_lines, currency)?,
    };
    Ok(PricedStay {
        listing_id: ListingId::new(row.listing_id),
        integration_account_id: IntegrationAccountId::new(row.integration_account_id),
        stay: Stay::from_parts(StayDate::new(row.check_in), StayDate::new(row.check_out)),
        guests: GuestCount::from_parts(
            whole(what, row.guests)?,
            whole(what, row.children)?,
            whole(what, row.infants)?,
            whole(what, row.pets)?,
        ),
        price: Price::from_parts(parts),
        promotion_id: row.promotion_id.map(PromotionId::new),
    })
}

/// Returns the lines as they are stored, with the amounts in minor units.
fn to_lines(ChargeLines { fees, taxes }: &ChargeLines) -> Json {
    let line = |kind: ChargeKind| move |ChargeLine { name, description, value }: &ChargeLine| json!({ "kind": kind.as_str(), "name": name.as_str(), "description": description, "value": value.minor() });
    fees.iter().map(line(ChargeKind::Fee)).chain(taxes.iter().map(line(ChargeKind::Tax))).collect()
}

fn to_charges(what: &'static str, lines: &Json, currency: Currency) -> Result<ChargeLines, RepositoryError> {
    let invalid = || corrupt(what, CorruptLines);
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned).ok_or_else(invalid);
    let mut charges = ChargeLines::default();
    for line in lines.as_array().ok_or_else(invalid)? {
        let value = Money::from_minor(line["value"].as_i64().ok_or_else(invalid)?, currency);
        let name = stored(what, &text(&line["name"])?)?;
        let lines = match stored(what, &text(&line["kind"])?)? {
            ChargeKind::Fee => &mut charges.fees,
            ChargeKind::Tax => &mut charges.taxes,
        };
        lines.push(ChargeLine { name, description: text(&line["description"])?, value });
    }
    Ok(charges)
}

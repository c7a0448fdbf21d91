//! Stays with their prices: the columns that quotes and reservations share.

use domain::currencies::Currency;
use domain::ids::{IntegrationAccountId, ListingId, PromotionId};
use domain::money::Money;
use domain::quotes::{Price, PriceLine, PriceParts, PricedStay};
use domain::stays::{Stay, StayDate};
use ports::RepositoryError;
use sea_orm::prelude::{Date, Uuid};
use sea_orm::{FromQueryResult, Value};

use crate::engine::rows::{percentage, stored, whole};

/// The columns, in the order of [`to_values`].
pub(crate) const COLUMNS: &str = "listing_id, integration_account_id, check_in, check_out, guests, currency, base_price, \
    markup_percentage, markup, distribution_markup_percentage, distribution_markup, default_discount_percentage, \
    default_discount, promotion_discount_percentage, promotion_discount, fees, taxes, promotion_id";

#[derive(Debug, FromQueryResult)]
pub(crate) struct PricedRow {
    listing_id: Uuid,
    integration_account_id: Uuid,
    check_in: Date,
    check_out: Date,
    guests: i32,
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
    promotion_id: Option<Uuid>,
}

pub(crate) fn to_values(priced: &PricedStay) -> [Value; 18] {
    let PricedStay { listing_id, integration_account_id, stay, guests, price, promotion_id } = *priced;
    let PriceParts { base, markup, distribution_markup, default_discount, promotion_discount, fees, taxes } =
        price.into_parts();
    let share = |line: PriceLine| i32::from(line.percentage.basis_points());
    let amount = |line: PriceLine| line.value.minor();
    [
        listing_id.as_uuid().into(),
        integration_account_id.as_uuid().into(),
        stay.check_in().as_date().into(),
        stay.check_out().as_date().into(),
        guests.get().into(),
        base.currency().code().into(),
        base.minor().into(),
        share(markup).into(),
        amount(markup).into(),
        distribution_markup.map(share).into(),
        distribution_markup.map(amount).into(),
        share(default_discount).into(),
        amount(default_discount).into(),
        promotion_discount.map(share).into(),
        promotion_discount.map(amount).into(),
        fees.minor().into(),
        taxes.minor().into(),
        promotion_id.map(PromotionId::as_uuid).into(),
    ]
}

pub(crate) fn to_priced(what: &'static str, row: PricedRow) -> Result<PricedStay, RepositoryError> {
    let PricedRow {
        listing_id,
        integration_account_id,
        check_in,
        check_out,
        guests,
        currency,
        base_price,
        markup_percentage,
        markup,
        distribution_markup_percentage,
        distribution_markup,
        default_discount_percentage,
        default_discount,
        promotion_discount_percentage,
        promotion_discount,
        fees,
        taxes,
        promotion_id,
    } = row;
    let currency: Currency = stored(what, &currency)?;
    let money = |minor| Money::from_minor(minor, currency);
    let line = |(share, amount)| Ok(PriceLine { percentage: percentage(what, share)?, value: money(amount) });
    let parts = PriceParts {
        base: money(base_price),
        markup: line((markup_percentage, markup))?,
        distribution_markup: distribution_markup_percentage.zip(distribution_markup).map(line).transpose()?,
        default_discount: line((default_discount_percentage, default_discount))?,
        promotion_discount: promotion_discount_percentage.zip(promotion_discount).map(line).transpose()?,
        fees: money(fees),
        taxes: money(taxes),
    };
    Ok(PricedStay {
        listing_id: ListingId::new(listing_id),
        integration_account_id: IntegrationAccountId::new(integration_account_id),
        stay: Stay::from_parts(StayDate::new(check_in), StayDate::new(check_out)),
        guests: whole(what, guests)?,
        price: Price::from_parts(parts),
        promotion_id: promotion_id.map(PromotionId::new),
    })
}

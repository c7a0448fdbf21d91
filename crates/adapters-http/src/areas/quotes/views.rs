//! Responses of quotes, and prices of all responses.

use domain::quotes::{Price, PriceLine, PriceParts, PricedStay, Quote, QuoteParts};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::date_time::DateTime;
use crate::response::decimal::Decimal;

/// The price of a stay, kept for 15 minutes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Quote)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QuoteView {
    /// The id to book with.
    id: Uuid,
    /// The first instant at which the quote is no longer valid.
    expires_at: DateTime,
    #[serde(rename = "listingID")]
    listing_id: Uuid,
    #[schema(value_type = chrono::NaiveDate, example = "2030-01-31")]
    check_in_date: String,
    #[schema(value_type = chrono::NaiveDate, example = "2030-02-03")]
    check_out_date: String,
    /// The number of nights.
    #[schema(example = 3)]
    nights: i32,
    #[schema(example = 2)]
    guests: i32,
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
}

/// The components of a price. `totalPrice` is `basePrice` plus the markups, minus `discounts`, plus `fees` and `taxes`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceComponents)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ComponentsView {
    /// The price of all nights together.
    #[schema(value_type = f64, example = 497.99)]
    base_price: Decimal,
    #[schema(value_type = f64, example = 0.00)]
    fees: Decimal,
    #[schema(value_type = f64, example = 0.00)]
    taxes: Decimal,
    discounts: DiscountsView,
}

/// The discounts on a price.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Discounts)]
pub(crate) struct DiscountsView {
    #[schema(value_type = f64, example = 112.05)]
    amount: Decimal,
    breakdown: Vec<DiscountView>,
}

/// A discount on a price.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Discount)]
pub(crate) struct DiscountView {
    /// The kind of discount: `defaultDiscount` or `promotionDiscount`.
    #[schema(example = "defaultDiscount")]
    name: &'static str,
    #[schema(value_type = f64, example = 12.45)]
    amount: Decimal,
}

/// The markups and discounts on the base price. Those that do not apply to this stay are null.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceModifications)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceModificationsView {
    /// The discount that always applies.
    default_discount: PriceModificationView,
    /// The markup of the account.
    markup: PriceModificationView,
    /// The markup that applies if an importer sells.
    distribution_markup: Option<PriceModificationView>,
    /// The discount of a promotion.
    promotion_discount: Option<PriceModificationView>,
}

/// A share of the base price.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceModification)]
pub(crate) struct PriceModificationView {
    #[schema(value_type = f64, example = 2.5)]
    percentage: Decimal,
    /// The amount, never negative. The promotion's is reduced if the total would otherwise be below 0.
    #[schema(value_type = f64, example = 12.45)]
    value: Decimal,
}

impl From<Quote> for QuoteView {
    fn from(quote: Quote) -> Self {
        let QuoteParts { workspace_id: _, id, tenant_id: _, priced, created_at: _, expires_at } = quote.into_parts();
        let PricedStay { listing_id, integration_account_id: _, stay, guests, price, promotion_id: _ } = priced;
        Self {
            id: id.as_uuid(),
            expires_at: DateTime(expires_at),
            listing_id: listing_id.as_uuid(),
            check_in_date: stay.check_in().to_string(),
            check_out_date: stay.check_out().to_string(),
            nights: stay.night_count().get(),
            guests: guests.get(),
            currency: price.currency().code(),
            total_price: Decimal::of(price.total()),
            price_before_taxes: Decimal::of(price.before_taxes()),
            components: price.into(),
            price_modifications: price.into(),
        }
    }
}

impl From<Price> for ComponentsView {
    fn from(price: Price) -> Self {
        let PriceParts { base, default_discount, promotion_discount, fees, taxes, .. } = price.into_parts();
        let lines = [("defaultDiscount", Some(default_discount)), ("promotionDiscount", promotion_discount)];
        let breakdown = lines.into_iter().filter_map(|(name, line)| {
            let value = line?.value;
            (value.minor() > 0).then(|| DiscountView { name, amount: Decimal::of(value) })
        });
        Self {
            base_price: Decimal::of(base),
            fees: Decimal::of(fees),
            taxes: Decimal::of(taxes),
            discounts: DiscountsView { amount: Decimal::of(price.discounts()), breakdown: breakdown.collect() },
        }
    }
}

impl From<Price> for PriceModificationsView {
    fn from(price: Price) -> Self {
        let PriceParts { markup, distribution_markup, default_discount, promotion_discount, .. } = price.into_parts();
        Self {
            default_discount: default_discount.into(),
            markup: markup.into(),
            distribution_markup: distribution_markup.map(Into::into),
            promotion_discount: promotion_discount.map(Into::into),
        }
    }
}

impl From<PriceLine> for PriceModificationView {
    fn from(PriceLine { percentage, value }: PriceLine) -> Self {
        Self { percentage: percentage.into(), value: Decimal::of(value) }
    }
}

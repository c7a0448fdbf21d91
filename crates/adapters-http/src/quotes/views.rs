//! What is answered about quotes, and about prices everywhere.

use domain::quotes::{Price, PriceLine, PriceParts, PricedStay, Quote, QuoteParts};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::data::Instant;
use crate::decimal::Decimal;

/// The price of a stay, kept for 15 minutes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Quote)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QuoteView {
    /// To book with.
    id: Uuid,
    /// The first instant at which it is good no more.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    expires_at: Instant,
    #[serde(rename = "listingID")]
    listing_id: Uuid,
    #[schema(value_type = chrono::NaiveDate, example = "2030-01-31")]
    check_in_date: String,
    #[schema(value_type = chrono::NaiveDate, example = "2030-02-03")]
    check_out_date: String,
    /// How many nights.
    #[schema(example = 3)]
    nights: i32,
    #[schema(example = 2)]
    guests: i32,
    /// ISO 4217, of all amounts.
    #[schema(example = "USD")]
    currency: &'static str,
    /// What the guest pays.
    #[schema(value_type = f64, example = 460.64)]
    total_price: Decimal,
    #[schema(value_type = f64, example = 460.64)]
    price_before_taxes: Decimal,
    components: ComponentsView,
    price_modifications: PriceModificationsView,
}

/// What a price consists of. `totalPrice` is `basePrice` and the markups, less `discounts`, and `fees` and `taxes`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceComponents)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ComponentsView {
    /// All nights together.
    #[schema(value_type = f64, example = 497.99)]
    base_price: Decimal,
    #[schema(value_type = f64, example = 0.00)]
    fees: Decimal,
    #[schema(value_type = f64, example = 0.00)]
    taxes: Decimal,
    discounts: DiscountsView,
}

/// All that is taken off.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Discounts)]
pub(crate) struct DiscountsView {
    #[schema(value_type = f64, example = 112.05)]
    amount: Decimal,
    breakdown: Vec<DiscountView>,
}

/// A discount that takes something off.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Discount)]
pub(crate) struct DiscountView {
    /// `defaultDiscount` or `promotionDiscount`.
    #[schema(example = "defaultDiscount")]
    name: &'static str,
    #[schema(value_type = f64, example = 12.45)]
    amount: Decimal,
}

/// What is put on the base price and taken off it. What does not apply to this stay is null.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceModifications)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceModificationsView {
    /// Taken off always.
    default_discount: PriceModificationView,
    /// Put on by the account.
    markup: PriceModificationView,
    /// Put on where an importer sells.
    distribution_markup: Option<PriceModificationView>,
    /// Taken off by a promotion.
    promotion_discount: Option<PriceModificationView>,
}

/// A share of the base price.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceModification)]
pub(crate) struct PriceModificationView {
    #[schema(value_type = f64, example = 2.5)]
    percentage: Decimal,
    /// What it comes to: never negative, and less than the percentage says where the total would be below 0.
    #[schema(value_type = f64, example = 12.45)]
    value: Decimal,
}

impl From<Quote> for QuoteView {
    fn from(quote: Quote) -> Self {
        let QuoteParts { workspace_id: _, id, tenant_id: _, priced, created_at: _, expires_at } = quote.into_parts();
        let PricedStay { listing_id, integration_account_id: _, stay, guests, price, promotion_id: _ } = priced;
        Self {
            id: id.as_uuid(),
            expires_at: Instant(expires_at),
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

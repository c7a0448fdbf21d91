//! Responses of quotes, and prices of all responses.

use domain::charges::{ChargeLine, ChargeLines};
use domain::money::Money;
use domain::quotes::{GuestCount, Price, PriceLine, PriceParts, PricedStay, Quote, QuoteParts};
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
    /// The number of adults and children.
    #[schema(example = 2)]
    guests: i32,
    guest_count_info: GuestCountView,
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

/// The guests of a stay by kind. Adults and children are guests; infants and pets are not counted as such.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GuestCount)]
pub(crate) struct GuestCountView {
    #[schema(example = 2)]
    adults: i32,
    #[schema(example = 0)]
    children: i32,
    #[schema(example = 0)]
    infants: i32,
    #[schema(example = 0)]
    pets: i32,
}

impl From<GuestCount> for GuestCountView {
    fn from(guests: GuestCount) -> Self {
        Self {
            adults: guests.adults(),
            children: guests.children().get(),
            infants: guests.infants().get(),
            pets: guests.pets().get(),
        }
    }
}

/// The price of a stay.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Price)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceView {
    /// The currency of all amounts (ISO 4217).
    #[schema(example = "USD")]
    currency: &'static str,
    #[schema(value_type = f64, example = 460.64)]
    total_price: Decimal,
    #[schema(value_type = f64, example = 460.64)]
    price_before_taxes: Decimal,
    components: ComponentsView,
    price_modifications: PriceModificationsView,
}

impl From<&PricedStay> for PriceView {
    fn from(priced: &PricedStay) -> Self {
        let price = &priced.price;
        Self {
            currency: price.currency().code(),
            total_price: Decimal::of(price.total()),
            price_before_taxes: Decimal::of(price.before_taxes()),
            components: priced.into(),
            price_modifications: price.into(),
        }
    }
}

/// The components of a price. `totalPrice` is `basePrice` plus the markups, minus `discounts`, plus `fees` and `taxes`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceComponents)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ComponentsView {
    /// The price of all nights together.
    base_price: ComponentView,
    /// The fees of the account.
    fees: ComponentView,
    /// The taxes of the account.
    taxes: ComponentView,
    /// The discounts.
    discounts: ComponentView,
}

/// A component of a price, with its lines.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceComponent)]
pub(crate) struct ComponentView {
    /// The sum of the lines.
    #[schema(value_type = f64, example = 112.05)]
    amount: Decimal,
    breakdown: Vec<LineView>,
}

/// A line of a price.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceLine)]
pub(crate) struct LineView {
    /// The name of the fee or tax, else `basePrice`, `defaultDiscount` or `promotionDiscount`.
    #[schema(example = "City tax")]
    name: String,
    /// The calculation of the amount.
    #[schema(example = "2.5 × 2 guests × 3 nights")]
    description: String,
    /// The amount, never negative.
    #[schema(value_type = f64, example = 15.00)]
    price: Decimal,
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
        let components = ComponentsView::from(&priced);
        let PricedStay { listing_id, integration_account_id: _, stay, guests, price, promotion_id: _ } = priced;
        Self {
            id: id.as_uuid(),
            expires_at: DateTime(expires_at),
            listing_id: listing_id.as_uuid(),
            check_in_date: stay.check_in().to_string(),
            check_out_date: stay.check_out().to_string(),
            nights: stay.night_count().get(),
            guests: guests.guests().get(),
            guest_count_info: guests.into(),
            currency: price.currency().code(),
            total_price: Decimal::of(price.total()),
            price_before_taxes: Decimal::of(price.before_taxes()),
            components,
            price_modifications: (&price).into(),
        }
    }
}

impl From<&PricedStay> for ComponentsView {
    fn from(PricedStay { stay, price, .. }: &PricedStay) -> Self {
        let PriceParts { base, default_discount, promotion_discount, charges, .. } = price.parts();
        let ChargeLines { fees, taxes } = charges;
        let nights = stay.night_count().get();
        let plural = if nights == 1 { "" } else { "s" };
        let nights = LineView::of("basePrice", format!("{nights} night{plural}"), *base);
        let discounts =
            [("defaultDiscount", Some(default_discount)), ("promotionDiscount", promotion_discount.as_ref())];
        let discounts = discounts.into_iter().filter_map(|(name, line)| LineView::of_share(name, line?, *base));
        Self {
            base_price: ComponentView::of(*base, [nights]),
            fees: ComponentView::of(price.fees(), fees.iter().map(LineView::from)),
            taxes: ComponentView::of(price.taxes(), taxes.iter().map(LineView::from)),
            discounts: ComponentView::of(price.discounts(), discounts),
        }
    }
}

impl ComponentView {
    fn of(amount: Money, lines: impl IntoIterator<Item = LineView>) -> Self {
        Self { amount: Decimal::of(amount), breakdown: lines.into_iter().collect() }
    }
}

impl LineView {
    fn of(name: &str, description: String, price: Money) -> Self {
        Self { name: name.to_owned(), description, price: Decimal::of(price) }
    }

    /// Returns the line of a discount, if there is one.
    fn of_share(name: &str, PriceLine { percentage, value }: &PriceLine, base: Money) -> Option<Self> {
        let is_limited = *value != base.share(*percentage);
        let limit = if is_limited { ", limited to the rest of the price" } else { "" };
        (value.minor() > 0).then(|| Self::of(name, format!("{percentage}% of {base}{limit}"), *value))
    }
}

impl From<&ChargeLine> for LineView {
    fn from(ChargeLine { name, description, value }: &ChargeLine) -> Self {
        Self::of(name.as_str(), description.clone(), *value)
    }
}

impl From<&Price> for PriceModificationsView {
    fn from(price: &Price) -> Self {
        let PriceParts { markup, distribution_markup, default_discount, promotion_discount, .. } =
            price.parts().clone();
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

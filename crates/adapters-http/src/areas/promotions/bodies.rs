//! Request bodies and queries of promotions.

use application::{FindPromotions, PromotionFields};
use domain::patch::Patch;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::openapi::bodies;
use crate::openapi::enum_schemas::PromotionStatusWord;
use crate::request::input::{flag, sent};
use crate::response::decimal::{Decimal, digits};

bodies! {
    CreatePromotionBody: PromotionBody = "integrationAccountID", "name", "discountPercentage", "startDate", "endDate";
    ReplacePromotionBody: PromotionBody = "name", "discountPercentage", "startDate", "endDate";
}

/// The filter of promotions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PromotionsQuery {
    /// The account that gives the promotions.
    #[serde(rename = "integrationAccountID")]
    #[param(value_type = Option<uuid::Uuid>)]
    integration_account_id: Option<String>,
    /// Whether `INACTIVE` promotions are included.
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = Option<bool>)]
    include_inactive: bool,
}

impl From<PromotionsQuery> for FindPromotions {
    fn from(PromotionsQuery { integration_account_id, include_inactive }: PromotionsQuery) -> Self {
        Self { integration_account_id, include_inactive }
    }
}

/// The fields of a promotion. A new one needs `integrationAccountID`, `name`, `discountPercentage`, `startDate` and
/// `endDate`. In an update, an absent field is left unchanged and null clears a field. You may send a whole promotion
/// back: its read-only fields are ignored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PromotionBody {
    /// The account that gives the promotion. It never changes.
    #[serde(rename = "integrationAccountID", default, deserialize_with = "sent")]
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    integration_account_id: Patch<String>,
    /// The name, unique among the promotions of its account, ignoring case.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "Winter", min_length = 1, max_length = 255)]
    name: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    description: Patch<String>,
    /// The discount on the base price.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, nullable = false, example = 20, minimum = 0, maximum = 100)]
    discount_percentage: Patch<Decimal>,
    /// The code with which guests claim the promotion. Unique among the promotions of its account, ignoring case.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, example = "WINTER", max_length = 64)]
    coupon_code: Patch<String>,
    /// The first night to which it applies.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<chrono::NaiveDate>, nullable = false)]
    start_date: Patch<String>,
    /// The last night to which it applies.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<chrono::NaiveDate>, nullable = false)]
    end_date: Patch<String>,
    /// The first day on which it can be booked; null for no limit.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<chrono::NaiveDate>)]
    booking_period_start: Patch<String>,
    /// The last day on which it can be booked; null for no limit.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<chrono::NaiveDate>)]
    booking_period_end: Patch<String>,
    /// The status: `ACTIVE` (default) or `INACTIVE`.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<PromotionStatusWord>, nullable = false)]
    status: Patch<String>,
    /// A web address.
    #[serde(rename = "thumbnailURL", default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 2048, pattern = "^([Hh][Tt][Tt][Pp][Ss]?://[^/\\s\\x00-\\x1f\\x7f][^\\s\\x00-\\x1f\\x7f]*)?$")]
    thumbnail_url: Patch<String>,
}

impl PromotionBody {
    /// Returns the body for PUT, which needs the fields of a new promotion except the account: if absent, they become
    /// null, which is refused.
    pub(crate) fn whole(self) -> Self {
        Self {
            name: Patch::Clear.then(self.name),
            discount_percentage: Patch::Clear.then(self.discount_percentage),
            start_date: Patch::Clear.then(self.start_date),
            end_date: Patch::Clear.then(self.end_date),
            ..self
        }
    }
}

impl From<PromotionBody> for PromotionFields {
    fn from(body: PromotionBody) -> Self {
        let PromotionBody {
            integration_account_id,
            name,
            description,
            discount_percentage,
            coupon_code,
            start_date,
            end_date,
            booking_period_start,
            booking_period_end,
            status,
            thumbnail_url,
        } = body;
        Self {
            integration_account_id,
            name,
            description,
            discount_percentage: digits(discount_percentage),
            coupon_code,
            start_date,
            end_date,
            booking_period_start,
            booking_period_end,
            status,
            thumbnail_url,
        }
    }
}

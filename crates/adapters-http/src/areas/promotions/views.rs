//! Responses of promotions.

use domain::promotions::{Promotion, PromotionDetails, PromotionParts};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::decimal::Decimal;
use application::enum_schemas::PromotionStatusWord;

/// A discount that an integration account gives on some of its listings, on request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Promotion)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PromotionView {
    id: Uuid,
    #[schema(example = "Winter")]
    name: String,
    /// The account that gives the promotion.
    #[serde(rename = "integrationAccountID")]
    integration_account_id: Uuid,
    description: Option<String>,
    /// The discount on the base price.
    #[schema(value_type = f64, example = 20)]
    discount_percentage: Decimal,
    /// The code with which guests claim the promotion.
    #[schema(example = "WINTER")]
    coupon_code: Option<String>,
    /// The first night to which it applies.
    #[schema(value_type = chrono::NaiveDate)]
    start_date: String,
    /// The last night to which it applies.
    #[schema(value_type = chrono::NaiveDate)]
    end_date: String,
    /// The first day on which it can be booked.
    #[schema(value_type = Option<chrono::NaiveDate>)]
    booking_period_start: Option<String>,
    /// The last day on which it can be booked.
    #[schema(value_type = Option<chrono::NaiveDate>)]
    booking_period_end: Option<String>,
    /// The status: `ACTIVE` or `INACTIVE`.
    status: PromotionStatusWord,
    #[serde(rename = "thumbnailURL")]
    thumbnail_url: Option<String>,
}

impl From<Promotion> for PromotionView {
    fn from(promotion: Promotion) -> Self {
        let PromotionParts {
            workspace_id: _,
            id,
            integration_account_id,
            details:
                PromotionDetails {
                    name,
                    description,
                    discount,
                    coupon_code,
                    start_date,
                    end_date,
                    booking_period_start,
                    booking_period_end,
                    status,
                    thumbnail,
                },
            version: _,
            created_at: _,
            updated_at: _,
        } = promotion.into_parts();
        Self {
            id: id.as_uuid(),
            name: name.into(),
            integration_account_id: integration_account_id.as_uuid(),
            description: description.map(Into::into),
            discount_percentage: discount.into(),
            coupon_code: coupon_code.map(Into::into),
            start_date: start_date.to_string(),
            end_date: end_date.to_string(),
            booking_period_start: booking_period_start.map(|date| date.to_string()),
            booking_period_end: booking_period_end.map(|date| date.to_string()),
            status: status.into(),
            thumbnail_url: thumbnail.map(|address| address.to_string()),
        }
    }
}

/// The result of an assignment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignedListings)]
pub(crate) struct AssignedView {
    /// The number of listings that were newly assigned.
    #[schema(example = 2)]
    pub(crate) assigned: usize,
}

/// The result of an unassignment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnassignedListings)]
pub(crate) struct UnassignedView {
    /// The number of listings that were assigned until now.
    #[schema(example = 2)]
    pub(crate) unassigned: usize,
}

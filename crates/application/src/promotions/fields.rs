//! The fields of a promotion, as sent.

use domain::ids::PromotionId;
use domain::patch::Patch;
use domain::promotions::{NewPromotion, PromotionEdit};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::ValidationErrors;

use crate::input::bodies::bodies;
use crate::input::enum_schemas::PromotionStatusWord;
use crate::input::reader::{FieldReader, Fields};
use crate::input::wire::digits;

bodies! {
    CreatePromotionBody: PromotionFields =
        "integrationAccountID", "name", "discountPercentage", "startDate", "endDate";
    ReplacePromotionBody: PromotionFields = "name", "discountPercentage", "startDate", "endDate";
}

/// The fields of a promotion. A new one needs `integrationAccountID`, `name`, `discountPercentage`, `startDate` and
/// `endDate`. In an update, an absent field is left unchanged and null clears a field. You may send a whole promotion
/// back: its read-only fields are ignored.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = PromotionBody)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields of a promotion")]
pub struct PromotionFields {
    /// The account that gives the promotion. It never changes.
    #[serde(rename = "integrationAccountID", default)]
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    pub integration_account_id: Patch<String>,
    /// The name, unique among the promotions of its account, ignoring case.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "Winter", min_length = 1, max_length = 255)]
    pub name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    pub description: Patch<String>,
    /// The discount on the base price.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, nullable = false, example = 20, minimum = 0, maximum = 100)]
    pub discount_percentage: Patch<String>,
    /// The code with which guests claim the promotion. Unique among the promotions of its account, ignoring case.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "WINTER", max_length = 64)]
    pub coupon_code: Patch<String>,
    /// The first night to which it applies.
    #[serde(default)]
    #[schema(value_type = Option<chrono::NaiveDate>, nullable = false)]
    pub start_date: Patch<String>,
    /// The last night to which it applies.
    #[serde(default)]
    #[schema(value_type = Option<chrono::NaiveDate>, nullable = false)]
    pub end_date: Patch<String>,
    /// The first day on which it can be booked; null for no limit.
    #[serde(default)]
    #[schema(value_type = Option<chrono::NaiveDate>)]
    pub booking_period_start: Patch<String>,
    /// The last day on which it can be booked; null for no limit.
    #[serde(default)]
    #[schema(value_type = Option<chrono::NaiveDate>)]
    pub booking_period_end: Patch<String>,
    /// The status: `ACTIVE` (default) or `INACTIVE`.
    #[serde(default)]
    #[schema(value_type = Option<PromotionStatusWord>, nullable = false)]
    pub status: Patch<String>,
    /// A web address.
    #[serde(rename = "thumbnailURL", default)]
    #[schema(value_type = Option<String>, max_length = 2048, pattern = "^([Hh][Tt][Tt][Pp][Ss]?://[^/\\s\\x00-\\x1f\\x7f][^\\s\\x00-\\x1f\\x7f]*)?$")]
    pub thumbnail_url: Patch<String>,
}

impl PromotionFields {
    /// Returns the fields of a new promotion or a replacement: a required field that is absent becomes null, which is
    /// refused.
    #[must_use]
    pub fn complete(self) -> Self {
        Self {
            name: Patch::Clear.then(self.name),
            discount_percentage: Patch::Clear.then(self.discount_percentage),
            start_date: Patch::Clear.then(self.start_date),
            end_date: Patch::Clear.then(self.end_date),
            ..self
        }
    }

    /// Reads the fields of a new promotion.
    pub(super) fn new_promotion(self, id: PromotionId) -> Result<NewPromotion, ValidationErrors> {
        let mut reader = FieldReader::default();
        let account = reader.required("integrationAccountID", &self.integration_account_id);
        let new = self.complete().read(&mut reader).and_then(|mut rest| {
            Some(NewPromotion {
                id,
                integration_account_id: account?,
                name: rest.name.take()?,
                discount: rest.discount?,
                start_date: rest.start_date?,
                end_date: rest.end_date?,
                rest,
            })
        });
        reader.finish(new)
    }
}

impl Fields for PromotionFields {
    type Values = PromotionEdit;

    fn read(&self, r: &mut FieldReader) -> Option<PromotionEdit> {
        Some(PromotionEdit {
            name: r.keep("name", &self.name),
            description: r.clear("description", &self.description),
            discount: r.keep("discountPercentage", &self.discount_percentage),
            coupon_code: r.clear("couponCode", &self.coupon_code),
            start_date: r.keep("startDate", &self.start_date),
            end_date: r.keep("endDate", &self.end_date),
            booking_period_start: r.clear("bookingPeriodStart", &self.booking_period_start),
            booking_period_end: r.clear("bookingPeriodEnd", &self.booking_period_end),
            status: r.keep("status", &self.status),
            thumbnail: r.clear("thumbnailURL", &self.thumbnail_url),
        })
    }
}

//! The fields of a promotion, as sent.

use domain::ids::PromotionId;
use domain::patch::Patch;
use domain::promotions::{NewPromotion, PromotionEdit};

use crate::input::reader::Collector;
use crate::input::{InvalidInput, REQUIRED};

/// The fields of a promotion. Absent fields are left unchanged, or get their default in a new promotion; null clears a
/// field. The percentage is a decimal number as text.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of a promotion")]
pub struct PromotionFields {
    pub integration_account_id: Patch<String>,
    pub name: Patch<String>,
    pub description: Patch<String>,
    pub discount_percentage: Patch<String>,
    pub coupon_code: Patch<String>,
    pub start_date: Patch<String>,
    pub end_date: Patch<String>,
    pub booking_period_start: Patch<String>,
    pub booking_period_end: Patch<String>,
    pub status: Patch<String>,
    pub thumbnail_url: Patch<String>,
}

impl PromotionFields {
    /// Parses the fields of an update.
    pub(super) fn edit(&self) -> Result<PromotionEdit, InvalidInput> {
        let mut collector = Collector::default();
        let edit = self.collect(&mut collector);
        collector.finish(Some(edit))
    }

    /// Parses the fields of a new promotion, some of which are required.
    pub(super) fn new_promotion(&self, id: PromotionId) -> Result<NewPromotion, InvalidInput> {
        let mut collector = Collector::default();
        let account = collector
            .required("integrationAccountID", self.integration_account_id.as_ref().value().map(String::as_str));
        let mut rest = self.collect(&mut collector);
        for (field, is_absent) in [
            ("name", self.name.is_keep()),
            ("discountPercentage", self.discount_percentage.is_keep()),
            ("startDate", self.start_date.is_keep()),
            ("endDate", self.end_date.is_keep()),
        ] {
            if is_absent {
                collector.refuse(field, REQUIRED);
            }
        }
        let new = || {
            Some(NewPromotion {
                id,
                integration_account_id: account?,
                name: rest.name.take()?,
                discount: rest.discount?,
                start_date: rest.start_date?,
                end_date: rest.end_date?,
                rest,
            })
        };
        collector.finish(new())
    }

    fn collect(&self, c: &mut Collector) -> PromotionEdit {
        PromotionEdit {
            name: c.kept("name", &self.name),
            description: c.cleared("description", &self.description),
            discount: c.kept("discountPercentage", &self.discount_percentage),
            coupon_code: c.cleared("couponCode", &self.coupon_code),
            start_date: c.kept("startDate", &self.start_date),
            end_date: c.kept("endDate", &self.end_date),
            booking_period_start: c.cleared("bookingPeriodStart", &self.booking_period_start),
            booking_period_end: c.cleared("bookingPeriodEnd", &self.booking_period_end),
            status: c.kept("status", &self.status),
            thumbnail: c.cleared("thumbnailURL", &self.thumbnail_url),
        }
    }
}

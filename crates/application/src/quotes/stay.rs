//! A requested stay, as sent.

use domain::ids::ListingId;
use domain::promotions::PromotionChoice;
use domain::quotes::RequestedStay;
use domain::stays::Stay;

use crate::input::reader::Collector;

pub(super) const LISTING: &str = "listingID";
pub(super) const CHECK_IN: &str = "checkInDate";
pub(super) const CHECK_OUT: &str = "checkOutDate";
pub(super) const GUESTS: &str = "guests";
pub(super) const CURRENCY: &str = "currency";
pub(super) const PROMOTION: &str = "promotionID";
pub(super) const COUPON: &str = "couponCode";

/// A requested stay: `listingID`, `checkInDate`, `checkOutDate` and `guests` are required.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of a stay")]
pub struct StayFields {
    pub listing_id: Option<String>,
    pub check_in_date: Option<String>,
    pub check_out_date: Option<String>,
    pub guests: Option<i64>,
    /// The expected currency of the price.
    pub currency: Option<String>,
    pub promotion_id: Option<String>,
    pub coupon_code: Option<String>,
}

impl StayFields {
    /// Reads the listing and the stay. Returns `None` after a field error.
    pub(crate) fn read(&self, c: &mut Collector) -> Option<(ListingId, RequestedStay)> {
        let listing = c.required(LISTING, self.listing_id.as_deref());
        let check_in = c.required(CHECK_IN, self.check_in_date.as_deref());
        let check_out = c.required(CHECK_OUT, self.check_out_date.as_deref());
        let guests = c.kept_number(GUESTS, self.guests.into());
        let currency = c.given(CURRENCY, self.currency.as_deref());
        let promotion = self.promotion(c);
        let (check_in, check_out) = check_in.zip(check_out)?;
        let stay = Stay::new(check_in, check_out).map_err(|error| c.refuse(CHECK_OUT, error)).ok();
        Some((listing?, RequestedStay { stay: stay?, guests: guests?, currency, promotion }))
    }

    fn promotion(&self, c: &mut Collector) -> Option<PromotionChoice> {
        let id = c.given(PROMOTION, self.promotion_id.as_deref()).map(PromotionChoice::Id);
        let coupon = c.optional(COUPON, self.coupon_code.as_deref()).map(PromotionChoice::Coupon);
        if id.is_some() && coupon.is_some() {
            c.refuse(COUPON, format_args!("may not be sent together with {PROMOTION}."));
        }
        id.or(coupon)
    }

    /// Returns the names of the fields that are present.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &'static str> {
        let Self { listing_id, check_in_date, check_out_date, guests, currency, promotion_id, coupon_code } = self;
        let fields = [
            (LISTING, listing_id.is_some()),
            (CHECK_IN, check_in_date.is_some()),
            (CHECK_OUT, check_out_date.is_some()),
            (GUESTS, guests.is_some()),
            (CURRENCY, currency.is_some()),
            (PROMOTION, promotion_id.is_some()),
            (COUPON, coupon_code.is_some()),
        ];
        fields.into_iter().filter_map(|(name, is_sent)| is_sent.then_some(name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{stay, text};
    use super::*;
    use crate::outcome::problem::Problem;

    fn field_errors(fields: &StayFields) -> Vec<String> {
        let mut collector = Collector::default();
        let read = fields.read(&mut collector);
        let refused = collector.finish(read).err();
        refused.and_then(|refused| refused.field_errors().cloned()).unwrap_or_default().into_keys().collect()
    }

    #[test]
    fn all_field_errors_are_told_at_once() {
        assert_eq!(field_errors(&stay()), [""; 0]);
        assert_eq!(field_errors(&StayFields::default()), [CHECK_IN, CHECK_OUT, GUESTS, LISTING]);
        let wrong = StayFields {
            listing_id: text("x"),
            check_in_date: text("2030-02-30"),
            check_out_date: text("tomorrow"),
            guests: Some(0),
            currency: text("dollars"),
            promotion_id: text(""),
            coupon_code: text("\u{7}"),
        };
        assert_eq!(field_errors(&wrong), [CHECK_IN, CHECK_OUT, COUPON, CURRENCY, GUESTS, LISTING, PROMOTION]);
    }

    #[test]
    fn dates_that_are_no_stay_are_the_second_ones_fault() {
        for (check_out, expected) in [
            ("2030-01-10", "The check out date must lie at least one night after the first date."),
            ("2030-01-09", "The check out date may not lie before the first date."),
            ("2032-10-06", "The check out date may not lie more than 730 nights after the first date."),
        ] {
            let mut collector = Collector::default();
            let read = StayFields { check_out_date: text(check_out), ..stay() }.read(&mut collector);
            let refused = collector.finish(read).expect_err("no stay");
            assert_eq!(refused.field_errors().expect("field errors")[CHECK_OUT], [expected]);
        }
    }

    #[test]
    fn a_promotion_is_asked_for_in_one_way() {
        let id = "0192f0c1-7b1e-7000-8000-00000000000a";
        let requested = |promotion_id, coupon_code| {
            let fields = StayFields { promotion_id, coupon_code, ..stay() };
            let mut collector = Collector::default();
            let read = fields.read(&mut collector);
            collector.finish(read).map(|(_, requested)| requested.promotion)
        };
        assert_eq!(requested(None, text(" ")), Ok(None));
        assert_eq!(requested(text(id), None), Ok(Some(PromotionChoice::Id(id.parse().expect("an id")))));
        let summer = PromotionChoice::Coupon("SUMMER".parse().expect("a code"));
        assert_eq!(requested(None, text("SUMMER")), Ok(Some(summer)));
        let both = requested(text(id), text("SUMMER")).expect_err("both");
        assert_eq!(both.field_errors().expect("field errors").keys().collect::<Vec<_>>(), [COUPON]);
    }
}

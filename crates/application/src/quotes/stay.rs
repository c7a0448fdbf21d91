//! A requested stay, as sent.

use domain::ids::ListingId;
use domain::listings::{Companions, Occupancy};
use domain::promotions::PromotionChoice;
use domain::quotes::{GuestCount, RequestedStay};
use domain::stays::Stay;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::input::bodies::objects;
use crate::input::reader::{FieldReader, Fields};

pub(super) const LISTING: &str = "listingID";
pub(crate) const CHECK_IN: &str = "checkInDate";
pub(crate) const CHECK_OUT: &str = "checkOutDate";
pub(crate) const GUESTS: &str = "guests";
pub(crate) const GUEST_COUNT: &str = "guestCountInfo";
pub(super) const INFANTS: &str = "guestCountInfo.infants";
pub(super) const PETS: &str = "guestCountInfo.pets";
pub(super) const CURRENCY: &str = "currency";
pub(super) const PROMOTION: &str = "promotionID";
pub(super) const COUPON: &str = "couponCode";

/// The stay to price.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = QuoteBody)]
#[serde(rename_all = "camelCase")]
pub struct StayFields {
    /// A listing of the tenant of the request, its own or imported.
    #[serde(rename = "listingID")]
    #[schema(value_type = uuid::Uuid, required, nullable = false)]
    pub listing_id: Option<String>,
    /// The day of arrival.
    #[schema(value_type = chrono::NaiveDate, required, nullable = false, example = "2030-01-31")]
    pub check_in_date: Option<String>,
    /// The day of departure, 1 to 730 nights later.
    #[schema(value_type = chrono::NaiveDate, required, nullable = false, example = "2030-02-03")]
    pub check_out_date: Option<String>,
    /// The number of guests: adults and children. Required without `guestCountInfo`, with which it must agree.
    #[schema(example = 2, minimum = 1, maximum = 1000)]
    pub guests: Option<i64>,
    /// The guests by kind. Without it, all guests are adults.
    pub guest_count_info: Option<GuestCountFields>,
    /// The expected currency of the price (ISO 4217), which must be the listing's.
    #[schema(example = "USD", pattern = "^([A-Za-z]{3})?$")]
    pub currency: Option<String>,
    /// A promotion of the listing's account.
    #[serde(rename = "promotionID")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub promotion_id: Option<String>,
    /// The coupon code of a promotion, in place of `promotionID`, ignoring case.
    #[schema(max_length = 64)]
    pub coupon_code: Option<String>,
}

objects!(GuestCountFields);

/// The guests of a stay by kind. Adults and children are guests; infants and pets are not counted as such.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = GuestCountBody)]
#[serde(remote = "Self")]
#[expect(missing_docs, reason = "the fields of a count")]
pub struct GuestCountFields {
    #[schema(required, nullable = false, example = 2, minimum = 1, maximum = 1000)]
    pub adults: Option<i64>,
    #[schema(example = 1, minimum = 0, maximum = 1000)]
    pub children: Option<i64>,
    #[schema(example = 0, minimum = 0, maximum = 1000)]
    pub infants: Option<i64>,
    #[schema(example = 0, minimum = 0, maximum = 1000)]
    pub pets: Option<i64>,
}

impl GuestCountFields {
    /// Reads the count, which must agree with the number of guests where both are sent.
    pub(crate) fn read(&self, guests: Option<Occupancy>, r: &mut FieldReader) -> Option<GuestCount> {
        let count = r.at(GUEST_COUNT, |r| self.count(r))?;
        if guests.is_some_and(|guests| guests != count.guests()) {
            r.refuse(GUESTS, "must be the sum of adults and children.");
        }
        Some(count)
    }

    fn count(&self, r: &mut FieldReader) -> Option<GuestCount> {
        let adults = r.required("adults", &self.adults);
        let mut companions = |field: &str, number: Option<i64>| r.required::<_, Companions>(field, &number.or(Some(0)));
        let children = companions("children", self.children);
        let infants = companions("infants", self.infants);
        let pets = companions("pets", self.pets);
        GuestCount::new(adults?, children?, infants?, pets?).map_err(|error| r.refuse("children", error)).ok()
    }
}

impl StayFields {
    fn guests(&self, r: &mut FieldReader) -> Option<GuestCount> {
        let Some(count) = &self.guest_count_info else {
            return r.required(GUESTS, &self.guests).map(GuestCount::adults_only);
        };
        count.read(r.given(GUESTS, &self.guests), r)
    }

    fn promotion(&self, r: &mut FieldReader) -> Option<PromotionChoice> {
        let id = r.given(PROMOTION, &self.promotion_id).map(PromotionChoice::Id);
        let coupon = r.optional(COUPON, &self.coupon_code).map(PromotionChoice::Coupon);
        if id.is_some() && coupon.is_some() {
            r.refuse(COUPON, format_args!("may not be sent together with {PROMOTION}."));
        }
        id.or(coupon)
    }

    /// Returns the names of the fields that are present.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &'static str> {
        let Self {
            listing_id,
            check_in_date,
            check_out_date,
            guests,
            guest_count_info,
            currency,
            promotion_id,
            coupon_code,
        } = self;
        let fields = [
            (LISTING, listing_id.is_some()),
            (CHECK_IN, check_in_date.is_some()),
            (CHECK_OUT, check_out_date.is_some()),
            (GUESTS, guests.is_some()),
            (GUEST_COUNT, guest_count_info.is_some()),
            (CURRENCY, currency.is_some()),
            (PROMOTION, promotion_id.is_some()),
            (COUPON, coupon_code.is_some()),
        ];
        fields.into_iter().filter_map(|(name, is_sent)| is_sent.then_some(name))
    }
}

impl Fields for StayFields {
    type Values = (ListingId, RequestedStay);

    fn read(&self, r: &mut FieldReader) -> Option<Self::Values> {
        let listing = r.required(LISTING, &self.listing_id);
        let check_in = r.required(CHECK_IN, &self.check_in_date);
        let check_out = r.required(CHECK_OUT, &self.check_out_date);
        let guests = self.guests(r);
        let currency = r.given(CURRENCY, &self.currency);
        let promotion = self.promotion(r);
        let stay = Stay::new(check_in?, check_out?).map_err(|error| r.refuse(CHECK_OUT, error)).ok();
        Some((listing?, RequestedStay { stay: stay?, guests: guests?, currency, promotion }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{stay, text};
    use super::*;
    use crate::input::InvalidInput;
    use crate::input::reader::read;
    use crate::outcome::problem::Problem;

    fn field_errors(fields: &StayFields) -> Vec<String> {
        let refused = read(fields).err().map(InvalidInput::from);
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
            guest_count_info: None,
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
            let refused = read(&StayFields { check_out_date: text(check_out), ..stay() }).expect_err("no stay");
            let refused = InvalidInput::from(refused);
            assert_eq!(refused.field_errors().expect("field errors")[CHECK_OUT], [expected]);
        }
    }

    #[test]
    fn guests_are_counted_by_kind() {
        let counted = |guests, adults, children, infants, pets| {
            let count = GuestCountFields { adults, children, infants, pets };
            StayFields { guests, guest_count_info: Some(count), ..stay() }
        };
        for (fields, expected) in [
            (counted(None, Some(2), Some(3), Some(1), Some(4)), [5, 2, 3, 1, 4]),
            (counted(Some(5), Some(2), Some(3), None, None), [5, 2, 3, 0, 0]),
            (stay(), [2, 2, 0, 0, 0]),
        ] {
            let (_, RequestedStay { guests, .. }) = read(&fields).expect("a stay");
            let companions = [guests.children(), guests.infants(), guests.pets()].map(Companions::get);
            assert_eq!(
                [guests.guests().get(), guests.adults()].into_iter().chain(companions).collect::<Vec<_>>(),
                expected
            );
        }
        for (fields, expected) in [
            (counted(Some(4), Some(2), Some(3), None, None), "guests"),
            (counted(None, None, Some(3), None, None), "guestCountInfo.adults"),
            (counted(None, Some(0), None, None, None), "guestCountInfo.adults"),
            (counted(None, Some(1), Some(1_000), None, None), "guestCountInfo.children"),
            (counted(None, Some(1), Some(-1), None, None), "guestCountInfo.children"),
            (counted(None, Some(1), None, Some(1_001), None), INFANTS),
            (counted(None, Some(1), None, None, Some(-1)), PETS),
        ] {
            assert_eq!(field_errors(&fields), [expected], "{fields:?}");
        }
    }

    #[test]
    fn a_promotion_is_asked_for_in_one_way() {
        let id = "0192f0c1-7b1e-7000-8000-00000000000a";
        let requested = |promotion_id, coupon_code| {
            let fields = StayFields { promotion_id, coupon_code, ..stay() };
            read(&fields).map(|(_, requested)| requested.promotion).map_err(InvalidInput::from)
        };
        assert_eq!(requested(None, text(" ")), Ok(None));
        assert_eq!(requested(text(id), None), Ok(Some(PromotionChoice::Id(id.parse().expect("an id")))));
        let summer = PromotionChoice::Coupon("SUMMER".parse().expect("a code"));
        assert_eq!(requested(None, text("SUMMER")), Ok(Some(summer)));
        let both = requested(text(id), text("SUMMER")).expect_err("both");
        assert_eq!(both.field_errors().expect("field errors").keys().collect::<Vec<_>>(), [COUPON]);
    }
}

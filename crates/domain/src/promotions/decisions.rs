//! Decisions about promotions, and the conditions under which they apply.

use thiserror::Error;

use super::{
    CouponCode, Promotion, PromotionDescription, PromotionDetails, PromotionName, PromotionParts, PromotionStatus,
};
use crate::access::TenantScope;
use crate::audit::{AuditEntry, Fact, Facts, ResourceKind, Stamp, difference};
use crate::change::Change;
use crate::events::EventData;
use crate::ids::{IntegrationAccountId, PromotionId};
use crate::listings::WebAddress;
use crate::patch::Patch;
use crate::percentages::Percentage;
use crate::stays::{Stay, StayDate};

/// A conflict between values of a promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PromotionValuesError {
    /// The last night is before the first.
    #[error("may not lie before the start date.")]
    Nights,
    /// The last day of booking is before the first.
    #[error("may not lie before the start of the booking period.")]
    BookingPeriod,
}

/// A requested promotion that does not apply. The reason is not given, so that requests cannot discover others'
/// promotions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("The promotion is not valid for this stay.")]
pub struct PromotionNotValidError;

/// The fields of a new promotion.
#[derive(Debug, Clone)]
pub struct NewPromotion {
    /// The promotion's id.
    pub id: PromotionId,
    /// The account of the promotion.
    pub integration_account_id: IntegrationAccountId,
    /// The name.
    pub name: PromotionName,
    /// The discount, as a share of the base price.
    pub discount: Percentage,
    /// The first night to which it applies.
    pub start_date: StayDate,
    /// The last night to which it applies.
    pub end_date: StayDate,
    /// The other fields.
    pub rest: PromotionEdit,
}

/// The fields to change. `None` leaves a field unchanged.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of a promotion")]
pub struct PromotionEdit {
    pub name: Option<PromotionName>,
    pub description: Patch<PromotionDescription>,
    pub discount: Option<Percentage>,
    pub coupon_code: Patch<CouponCode>,
    pub start_date: Option<StayDate>,
    pub end_date: Option<StayDate>,
    pub booking_period_start: Patch<StayDate>,
    pub booking_period_end: Patch<StayDate>,
    pub status: Option<PromotionStatus>,
    pub thumbnail: Patch<WebAddress>,
}

impl Promotion {
    /// Creates a promotion of an account of the scope's tenant, not yet assigned to listings.
    ///
    /// # Errors
    /// All conflicts between the values.
    pub fn create(
        new: NewPromotion,
        scope: &TenantScope,
        stamp: Stamp,
    ) -> Result<Change<Self>, Vec<PromotionValuesError>> {
        let NewPromotion { id, integration_account_id, name, discount, start_date, end_date, rest } = new;
        let details = PromotionDetails {
            name,
            description: None,
            discount,
            coupon_code: None,
            start_date,
            end_date,
            booking_period_start: None,
            booking_period_end: None,
            status: PromotionStatus::Active,
            thumbnail: None,
        };
        let promotion = Self {
            parts: PromotionParts {
                workspace_id: scope.workspace_id(),
                id,
                integration_account_id,
                details: details.edited(rest)?,
                version: 1,
                created_at: stamp.at,
                updated_at: stamp.at,
            },
        };
        let audit = promotion.entry(scope, stamp, "promotion.create", (Facts::new(), promotion.facts()));
        Ok(Change::new(promotion, audit))
    }

    /// Changes the fields that the edit names. Returns `None` if nothing changes.
    ///
    /// # Errors
    /// All conflicts between the values.
    pub fn update(
        &self,
        edit: PromotionEdit,
        scope: &TenantScope,
        stamp: Stamp,
    ) -> Result<Option<Change<Self>>, Vec<PromotionValuesError>> {
        let mut after = self.clone();
        after.parts.details = after.parts.details.edited(edit)?;
        if after == *self {
            return Ok(None);
        }
        after.parts.version += 1;
        after.parts.updated_at = stamp.at;
        let facts = difference(self.facts(), after.facts());
        let audit = after.entry(scope, stamp, "promotion.update", facts);
        Ok(Some(Change::new(after, audit)))
    }

    /// Deletes the promotion. Quotes and reservations made with it keep their prices.
    pub fn delete(&self, scope: &TenantScope, stamp: Stamp) -> Change<Self> {
        let audit = self.entry(scope, stamp, "promotion.delete", (self.facts(), Facts::new()));
        Change::new(self.clone(), audit)
    }

    /// Returns the discount for a stay that is booked today at a listing of the promotion.
    ///
    /// # Errors
    /// If the promotion is inactive, does not cover all of these nights, or cannot be booked today.
    pub fn applies(&self, stay: Stay, today: StayDate) -> Result<Percentage, PromotionNotValidError> {
        let PromotionDetails {
            discount, start_date, end_date, booking_period_start, booking_period_end, status, ..
        } = self.details();
        let nights_lie_in = *start_date <= stay.check_in() && stay.check_out() <= end_date.next();
        let is_booked_in = booking_period_start.is_none_or(|start| start <= today)
            && booking_period_end.is_none_or(|end| today <= end);
        let applies = *status == PromotionStatus::Active && nights_lie_in && is_booked_in;
        if applies { Ok(*discount) } else { Err(PromotionNotValidError) }
    }

    fn facts(&self) -> Facts {
        let PromotionDetails {
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
        } = self.details();
        vec![
            ("integrationAccountID", Fact::Text(self.integration_account_id().to_string())),
            ("name", Fact::from(name.as_str())),
            ("description", Fact::from(description.as_ref())),
            ("discountPercentage", Fact::Text(discount.to_string())),
            ("couponCode", Fact::from(coupon_code.as_ref())),
            ("startDate", Fact::Text(start_date.to_string())),
            ("endDate", Fact::Text(end_date.to_string())),
            ("bookingPeriodStart", Fact::from(*booking_period_start)),
            ("bookingPeriodEnd", Fact::from(*booking_period_end)),
            ("status", Fact::from(status.as_str())),
            ("thumbnailURL", Fact::from(thumbnail.as_ref())),
        ]
    }

    pub(super) fn entry(
        &self,
        scope: &TenantScope,
        stamp: Stamp,
        action: &'static str,
        facts: (Facts, Facts),
    ) -> AuditEntry {
        let resource = (ResourceKind::Promotion, self.id().as_uuid(), self.details().name.to_string());
        let account = ("integrationAccountID", Some(self.integration_account_id()).into());
        stamp.entry(scope, action, resource, facts).telling(EventData::new([account]))
    }
}

impl PromotionDetails {
    fn edited(self, edit: PromotionEdit) -> Result<Self, Vec<PromotionValuesError>> {
        let PromotionEdit {
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
        } = edit;
        let after = Self {
            name: name.unwrap_or(self.name),
            description: description.apply(self.description),
            discount: discount.unwrap_or(self.discount),
            coupon_code: coupon_code.apply(self.coupon_code),
            start_date: start_date.unwrap_or(self.start_date),
            end_date: end_date.unwrap_or(self.end_date),
            booking_period_start: booking_period_start.apply(self.booking_period_start),
            booking_period_end: booking_period_end.apply(self.booking_period_end),
            status: status.unwrap_or(self.status),
            thumbnail: thumbnail.apply(self.thumbnail),
        };
        let booked = after.booking_period_start.zip(after.booking_period_end);
        let mut errors = Vec::new();
        if after.end_date < after.start_date {
            errors.push(PromotionValuesError::Nights);
        }
        if booked.is_some_and(|(start, end)| end < start) {
            errors.push(PromotionValuesError::BookingPeriod);
        }
        if errors.is_empty() { Ok(after) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{new_promotion, promotion};
    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{caller, stamp, standing};
    use crate::stays::fixture::{date, stay};

    fn scope() -> TenantScope {
        let channel = || standing(2, false);
        caller(channel(), channel(), Permission::Write).tenant_scope(Permission::Write).expect("an active tenant")
    }

    fn updated(edit: PromotionEdit) -> Promotion {
        promotion(&scope()).update(edit, &scope(), stamp()).expect("valid").expect("a change").after
    }

    #[test]
    fn a_promotion_is_given_from_the_first_night_to_the_last() {
        for (check_in, check_out, applies) in [
            ("2030-01-01", "2030-01-02", true),
            ("2030-01-01", "2030-02-01", true),
            ("2030-01-31", "2030-02-01", true),
            ("2029-12-31", "2030-01-02", false),
            ("2030-01-31", "2030-02-02", false),
            ("2030-02-01", "2030-02-02", false),
            ("2029-12-31", "2030-02-02", false),
        ] {
            let found = promotion(&scope()).applies(stay(check_in, check_out), date("2029-06-01"));
            assert_eq!(found.is_ok(), applies, "{check_in} to {check_out}");
        }
    }

    #[test]
    fn a_promotion_is_booked_in_its_period() {
        let first = Patch::Set(date("2029-06-01"));
        let last = Patch::Set(date("2029-06-30"));
        let from = || PromotionEdit { booking_period_start: first, ..PromotionEdit::default() };
        let until = || PromotionEdit { booking_period_end: last, ..PromotionEdit::default() };
        let between = || PromotionEdit { booking_period_end: last, ..from() };
        for (today, expected) in [
            ("2029-05-31", [false, true, false]),
            ("2029-06-01", [true, true, true]),
            ("2029-06-30", [true, true, true]),
            ("2029-07-01", [true, false, false]),
        ] {
            let applies = [from(), until(), between()]
                .map(|edit| updated(edit).applies(stay("2030-01-01", "2030-01-02"), date(today)).is_ok());
            assert_eq!(applies, expected, "{today}");
        }
    }

    #[test]
    fn an_inactive_promotion_does_not_apply() {
        let edit = PromotionEdit { status: Some(PromotionStatus::Inactive), ..PromotionEdit::default() };
        let found = updated(edit).applies(stay("2030-01-01", "2030-01-02"), date("2029-06-01"));
        assert_eq!(found, Err(PromotionNotValidError));
    }

    #[test]
    fn values_must_go_together() {
        let reversed = NewPromotion { end_date: date("2029-12-31"), ..new_promotion() };
        assert_eq!(Promotion::create(reversed, &scope(), stamp()).err(), Some(vec![PromotionValuesError::Nights]));
        let edit = PromotionEdit {
            booking_period_start: Patch::Set(date("2029-06-02")),
            booking_period_end: Patch::Set(date("2029-06-01")),
            end_date: Some(date("2029-12-31")),
            ..PromotionEdit::default()
        };
        let refused = promotion(&scope()).update(edit, &scope(), stamp());
        assert_eq!(refused, Err(vec![PromotionValuesError::Nights, PromotionValuesError::BookingPeriod]));
        let day = NewPromotion { end_date: new_promotion().start_date, ..new_promotion() };
        assert!(Promotion::create(day, &scope(), stamp()).is_ok(), "one night is a period");
        let today = Patch::Set(date("2029-06-01"));
        updated(PromotionEdit { booking_period_start: today, booking_period_end: today, ..PromotionEdit::default() });
    }

    #[test]
    fn an_update_says_what_changed_and_one_that_changes_nothing_is_none() {
        let edit = PromotionEdit {
            coupon_code: Patch::Set("WINTER".parse().expect("a code")),
            discount: "20.00".parse().ok(),
            ..PromotionEdit::default()
        };
        let change = promotion(&scope()).update(edit, &scope(), stamp()).expect("valid").expect("a change");
        assert_eq!((change.audit.action, change.after.version()), ("promotion.update", 2));
        assert_eq!(change.audit.after, [("couponCode", Fact::from("WINTER"))]);

        let same = PromotionEdit { name: "Winter".parse().ok(), ..PromotionEdit::default() };
        assert_eq!(change.after.update(same, &scope(), stamp()), Ok(None));
        let deleted = change.after.delete(&scope(), stamp()).audit;
        assert_eq!((deleted.action, deleted.before.len(), deleted.after.len()), ("promotion.delete", 11, 0));
    }
}

//! Creating a promotion.

use domain::access::{Caller, Permission};
use domain::ids::PromotionId;
use domain::promotions::Promotion;

use super::{PromotionError, PromotionFields, Promotions};
use crate::input::{Input, not_found};
use crate::steps::idempotency::{Idempotent, Outcome};
use crate::steps::retry::retry_stale;

impl Promotions {
    /// Creates a promotion of an account of the caller's tenant.
    pub async fn create(
        &self,
        caller: &Caller,
        input: Input<PromotionFields>,
        idempotent: &Idempotent<Promotion>,
    ) -> Result<Outcome<Promotion>, PromotionError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let create = async || {
            let new = input?.new_promotion(self.ambient.id(PromotionId::new))?;
            retry_stale(async || {
                // Whether the values fit each other does not depend on stored data, so check it before the account.
                let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
                let change = Promotion::create(new.clone(), &scope, stamp)?;
                if !self.repository.has_account(&scope, new.integration_account_id).await? {
                    return Err(PromotionError::AccountNotFound(not_found("integrationAccountID")));
                }
                let promotion = change.after.clone();
                Ok(self.repository.create(&scope, idempotent.sign(change, &promotion)).await?)
            })
            .await
        };
        self.idempotency.run(caller, idempotent, create).await
    }
}

#[cfg(test)]
mod tests {
    use domain::patch::Patch;
    use domain::promotions::PromotionStatus;
    use ports::{MockPromotionRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::{fields, promotions, sent};
    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn with_account() -> MockPromotionRepository {
        let mut repository = MockPromotionRepository::new();
        repository
            .expect_has_account()
            .withf(|scope, id| (scope.tenant_id(), *id) == (build::channel_id(), build::listing_account().id))
            .returning(|_, _| Ok(true));
        repository
    }

    async fn create(repository: MockPromotionRepository, fields: PromotionFields) -> Result<Promotion, PromotionError> {
        let (caller, idempotent) = (build::channel(Permission::Write), Idempotent::default());
        let done = promotions(repository).create(&caller, Ok(fields), &idempotent).await?;
        Ok(done.now().expect("not repeated"))
    }

    #[tokio::test]
    async fn who_may_not_is_told_so_before_the_body_is_looked_at() {
        for (permission, code) in
            [(Permission::Read, Code::PermissionDenied), (Permission::Write, Code::MalformedRequest)]
        {
            let unreadable = Err(Unreadable::Malformed("broken".to_owned()));
            let promotions = promotions(MockPromotionRepository::new());
            let refused = promotions.create(&build::channel(permission), unreadable, &Idempotent::default()).await;
            assert_eq!(refused.expect_err("refused").code(), code);
        }
    }

    #[tokio::test]
    async fn a_promotion_is_given_unless_told() {
        let inactive = PromotionFields { status: sent("INACTIVE"), coupon_code: sent("WINTER"), ..fields() };
        for (fields, status) in [(fields(), PromotionStatus::Active), (inactive, PromotionStatus::Inactive)] {
            let mut repository = with_account();
            repository.expect_create().once().returning(|_, change| Ok(change.after));
            let created = create(repository, fields).await.expect("created");
            assert_eq!((created.details().status, created.details().discount.to_string().as_str()), (status, "20"));
        }
    }

    #[tokio::test]
    async fn all_field_errors_are_told_at_once() {
        let wrong = PromotionFields {
            discount_percentage: sent("100.01"),
            end_date: sent("2030-02-30"),
            booking_period_start: sent("today"),
            coupon_code: sent("\u{7}"),
            status: Patch::Clear,
            ..PromotionFields::default()
        };
        let refused = create(MockPromotionRepository::new(), wrong).await.expect_err("invalid");
        let field_errors: Vec<_> = refused.field_errors().expect("field errors").keys().map(String::as_str).collect();
        let expected = [
            "bookingPeriodStart",
            "couponCode",
            "discountPercentage",
            "endDate",
            "integrationAccountID",
            "name",
            "startDate",
            "status",
        ];
        assert_eq!(field_errors, expected);
    }

    #[tokio::test]
    async fn periods_end_after_they_begin() {
        let reversed = PromotionFields {
            end_date: sent("2029-12-31"),
            booking_period_start: sent("2029-06-02"),
            booking_period_end: sent("2029-06-01"),
            ..fields()
        };
        let refused = create(MockPromotionRepository::new(), reversed).await.expect_err("invalid");
        let field_errors: Vec<_> = refused.field_errors().expect("field errors").keys().map(String::as_str).collect();
        assert_eq!(field_errors, ["bookingPeriodEnd", "endDate"]);
    }

    #[tokio::test]
    async fn an_account_that_the_tenant_does_not_have_is_not_found() {
        let mut repository = MockPromotionRepository::new();
        repository.expect_has_account().once().returning(|_, _| Ok(false));
        let refused = create(repository, fields()).await.expect_err("unknown");
        assert_eq!(refused.code(), Code::IntegrationAccountNotFound);
        assert!(refused.field_errors().expect("field errors").contains_key("integrationAccountID"));
    }

    #[tokio::test]
    async fn a_taken_name_or_coupon_code_is_a_conflict() {
        for (rule, code, field) in [
            (rules::PROMOTION_NAME, Code::NameTaken, "name"),
            (rules::PROMOTION_COUPON_CODE, Code::CouponCodeTaken, "couponCode"),
        ] {
            let mut repository = with_account();
            repository.expect_create().once().returning(move |_, _| Err(RepositoryError::Taken { rule }));
            let refused = create(repository, fields()).await.expect_err("taken");
            assert_eq!(refused.code(), code);
            assert!(refused.field_errors().expect("field errors").contains_key(field));
        }
    }

    #[tokio::test]
    async fn an_account_that_moves_away_meanwhile_is_not_found() {
        let mut repository = MockPromotionRepository::new();
        let mut found = vec![false, true];
        repository.expect_has_account().times(2).returning(move |_, _| Ok(found.pop().expect("two reads")));
        repository.expect_create().once().returning(|_, _| Err(RepositoryError::Stale));
        let refused = create(repository, fields()).await.expect_err("gone");
        assert_eq!(refused.code(), Code::IntegrationAccountNotFound);
    }
}

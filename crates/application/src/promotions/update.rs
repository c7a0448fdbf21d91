//! Changing a promotion.

use domain::access::{Caller, Permission};
use domain::ids::PromotionId;
use domain::promotions::Promotion;

use super::{PromotionError, PromotionFields, Promotions};
use crate::input::reader::read;
use crate::input::{Input, unchanged};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Promotions {
    /// Changes the fields of a promotion of the caller's tenant.
    pub async fn update(
        &self,
        caller: &Caller,
        id: PromotionId,
        input: Input<PromotionFields>,
        precondition: &Precondition<Promotion>,
    ) -> Result<Promotion, PromotionError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let fields = input?;
        let edit = read(&fields)?;
        retry_stale(async || {
            let promotion = self.repository.get(&scope, id).await?.ok_or(PromotionError::NotFound)?;
            let account = promotion.integration_account_id();
            unchanged("integrationAccountID", &fields.integration_account_id, account)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let change = promotion.update(edit.clone(), &scope, stamp)?;
            precondition.check(&promotion)?;
            match change {
                Some(change) => Ok(self.repository.update(&scope, change).await?),
                None => Ok(promotion),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::patch::Patch;
    use ports::{MockPromotionRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::{fields, nothing, promotions, sent, stored};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    async fn update(repository: MockPromotionRepository, fields: PromotionFields) -> Result<Promotion, PromotionError> {
        let id = PromotionId::new(build::id());
        let (caller, any) = (build::channel(Permission::Write), Precondition::default());
        promotions(repository).update(&caller, id, Ok(fields), &any).await
    }

    #[tokio::test]
    async fn what_changes_nothing_is_not_stored() {
        let account = build::listing_account().id.to_string().to_uppercase();
        let same = PromotionFields { integration_account_id: sent(account), description: Patch::Clear, ..fields() };
        assert_eq!(update(stored(), same).await.expect("unchanged").version(), 1);
    }

    #[tokio::test]
    async fn the_account_never_changes() {
        for said in [sent(build::id().to_string()), Patch::Clear] {
            let other = PromotionFields { integration_account_id: said, ..PromotionFields::default() };
            let refused = update(stored(), other).await.expect_err("invalid");
            let field_errors = refused.field_errors().expect("field errors");
            assert_eq!(field_errors["integrationAccountID"], ["The integration account ID never changes."]);
        }
    }

    #[tokio::test]
    async fn what_may_not_be_null_refuses_it() {
        let nulls = PromotionFields {
            name: Patch::Clear,
            discount_percentage: Patch::Clear,
            coupon_code: Patch::Clear,
            start_date: Patch::Clear,
            end_date: Patch::Clear,
            booking_period_end: Patch::Clear,
            ..PromotionFields::default()
        };
        let refused = update(MockPromotionRepository::new(), nulls).await.expect_err("invalid");
        let field_errors: Vec<_> = refused.field_errors().expect("field errors").keys().map(String::as_str).collect();
        assert_eq!(field_errors, ["discountPercentage", "endDate", "name", "startDate"]);
    }

    #[tokio::test]
    async fn a_period_is_held_against_what_is_stored() {
        let early = PromotionFields { end_date: sent("2029-12-31"), ..PromotionFields::default() };
        let refused = update(stored(), early).await.expect_err("invalid");
        assert_eq!(refused.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["endDate"]);
    }

    #[tokio::test]
    async fn a_taken_name_is_a_conflict_and_an_unknown_promotion_is_not_found() {
        let spring = || PromotionFields { name: sent("Spring"), ..PromotionFields::default() };
        let mut repository = stored();
        let rule = rules::PROMOTION_NAME;
        repository.expect_update().once().returning(move |_, _| Err(RepositoryError::Taken { rule }));
        let taken = update(repository, spring()).await.expect_err("taken");
        assert_eq!(taken.code(), Code::NameTaken);
        assert_eq!(update(nothing(), spring()).await.expect_err("unknown").code(), Code::PromotionNotFound);
    }

    #[tokio::test]
    async fn a_reader_changes_nothing() {
        let (caller, input) = (build::channel(Permission::Read), Ok(PromotionFields::default()));
        let promotions = promotions(MockPromotionRepository::new());
        let refused = promotions.update(&caller, PromotionId::new(build::id()), input, &Precondition::default()).await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }
}

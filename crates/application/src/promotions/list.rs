//! Lists of promotions.

use domain::access::{Caller, Permission};
use domain::ids::IntegrationAccountId;
use domain::promotions::Promotion;
use ports::PromotionFilter;
use validator::Validate;

use super::Promotions;
use crate::input::paging::{List, Listed, checked_list};
use crate::input::{Input, InvalidInput, checked, is, optional};
use crate::outcome::refusal::Refusal;

/// The filters of a list of promotions.
#[derive(Debug, Clone, Default, Validate)]
pub struct FindPromotions {
    /// The account of the promotions; any by default.
    #[validate(custom(function = is::<IntegrationAccountId>, code = "integrationAccountID"))]
    pub integration_account_id: Option<String>,
    /// Whether to include inactive promotions.
    pub include_inactive: bool,
}

impl FindPromotions {
    fn filter(&self) -> Result<PromotionFilter, InvalidInput> {
        Ok(PromotionFilter {
            integration_account_id: optional("integrationAccountID", self.integration_account_id.as_deref())?,
            include_inactive: self.include_inactive,
        })
    }
}

impl Promotions {
    /// Lists the promotions of the accounts of the caller's tenant, oldest first.
    pub async fn list(
        &self,
        caller: &Caller,
        input: Input<List<FindPromotions>>,
    ) -> Result<Listed<Promotion>, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let (filter, page) = checked_list(input)?;
        Ok(Listed::new(self.queries.list(&scope, &filter.filter()?, page).await?, page))
    }

    /// Counts the promotions that match.
    pub async fn count(&self, caller: &Caller, input: Input<FindPromotions>) -> Result<u64, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        Ok(self.queries.count(&scope, &checked(input)?.filter()?).await?)
    }
}

#[cfg(test)]
mod tests {
    use ports::{MockPromotionQueries, MockPromotionRepository, Slice};
    use testkit::build;

    use super::super::fixture::{over, promotions};
    use super::*;
    use crate::input::paging::Paging;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn the_filter_and_the_tenant_of_the_request_are_asked_for() {
        let account = build::listing_account().id;
        for (input, expected) in [
            (FindPromotions::default(), PromotionFilter::default()),
            (
                FindPromotions { integration_account_id: Some(account.to_string()), include_inactive: true },
                PromotionFilter { integration_account_id: Some(account), include_inactive: true },
            ),
        ] {
            let mut queries = MockPromotionQueries::new();
            queries
                .expect_list()
                .once()
                .withf(move |scope, filter, _| scope.tenant_id() == build::channel_id() && *filter == expected)
                .returning(|_, _, _| Ok(Slice { items: vec![], has_more: false }));
            let input = Ok(List { filter: input, paging: Paging::default() });
            let promotions = over(MockPromotionRepository::new(), queries);
            let listed = promotions.list(&build::channel(Permission::Read), input).await;
            assert_eq!(listed.expect("listed").items, []);
        }
    }

    #[tokio::test]
    async fn an_account_that_is_no_id_is_refused() {
        let input = FindPromotions { integration_account_id: Some("x".to_owned()), ..FindPromotions::default() };
        let promotions = promotions(MockPromotionRepository::new());
        let refused = promotions.count(&build::channel(Permission::Read), Ok(input)).await.expect_err("invalid");
        assert_eq!(refused.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["integrationAccountID"]);
    }
}

//! Lists of promotions.

use domain::access::{Caller, Permission};
use domain::promotions::Promotion;
use ports::PromotionFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Promotions;
use crate::input::Input;
use crate::input::paging::{List, Listed};
use crate::input::reader::{FieldReader, Fields, read};
use crate::input::wire::flag;
use crate::outcome::refusal::Refusal;

/// The filter of promotions.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct FindPromotions {
    /// The account that gives the promotions.
    #[serde(rename = "integrationAccountID")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub integration_account_id: Option<String>,
    /// Whether `INACTIVE` promotions are included.
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = Option<bool>)]
    pub include_inactive: bool,
    /// A part of the name or the coupon code, ignoring case.
    pub q: Option<String>,
}

impl Fields for FindPromotions {
    type Values = PromotionFilter;

    fn read(&self, r: &mut FieldReader) -> Option<PromotionFilter> {
        Some(PromotionFilter {
            integration_account_id: r.given("integrationAccountID", &self.integration_account_id),
            include_inactive: self.include_inactive,
            q: r.optional("q", &self.q),
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
        let (filter, page) = read(&input?)?;
        Ok(Listed::new(self.queries.list(&scope, &filter, page).await?, page))
    }

    /// Counts the promotions that match.
    pub async fn count(&self, caller: &Caller, input: Input<FindPromotions>) -> Result<u64, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        Ok(self.queries.count(&scope, &read(&input?)?).await?)
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
                FindPromotions {
                    integration_account_id: Some(account.to_string()),
                    include_inactive: true,
                    q: Some("winter".to_owned()),
                },
                PromotionFilter {
                    integration_account_id: Some(account),
                    include_inactive: true,
                    q: "winter".parse().ok(),
                },
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

//! Lists of integration accounts.

use domain::access::{Caller, Permission};
use domain::integration_accounts::IntegrationAccount;
use ports::IntegrationAccountFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::IntegrationAccounts;
use crate::input::Input;
use crate::input::enum_schemas::{AccountStatusWord, ProviderWord};
use crate::input::paging::{List, Listed};
use crate::input::reader::{FieldReader, Fields, read};
use crate::outcome::refusal::Refusal;

/// The filter of accounts.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindIntegrationAccounts {
    /// The property-management system.
    #[param(value_type = Option<ProviderWord>)]
    pub provider: Option<String>,
    /// The status of the account.
    #[param(value_type = Option<AccountStatusWord>)]
    pub status: Option<String>,
    /// A part of the name or of an identifier, ignoring case.
    pub q: Option<String>,
}

impl Fields for FindIntegrationAccounts {
    type Values = IntegrationAccountFilter;

    fn read(&self, r: &mut FieldReader) -> Option<IntegrationAccountFilter> {
        Some(IntegrationAccountFilter {
            provider: r.given("provider", &self.provider),
            status: r.given("status", &self.status),
            q: r.optional("q", &self.q),
        })
    }
}

impl IntegrationAccounts {
    /// Lists the accounts of the caller's tenant, oldest first.
    pub async fn list(
        &self,
        caller: &Caller,
        input: Input<List<FindIntegrationAccounts>>,
    ) -> Result<Listed<IntegrationAccount>, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let (filter, page) = read(&input?)?;
        Ok(Listed::new(self.queries.list(&scope, &filter, page).await?, page))
    }

    /// Counts the accounts of the caller's tenant that match.
    pub async fn count(&self, caller: &Caller, input: Input<FindIntegrationAccounts>) -> Result<u64, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        Ok(self.queries.count(&scope, &read(&input?)?).await?)
    }
}

#[cfg(test)]
mod tests {
    use domain::integration_accounts::Provider;
    use ports::{MockIntegrationAccountQueries, MockIntegrationAccountRepository, MockTenantRepository};
    use testkit::build;

    use super::super::fixture::{accounts, over};
    use super::*;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn the_filter_and_the_tenant_of_the_request_are_asked_for() {
        let mut queries = MockIntegrationAccountQueries::new();
        queries
            .expect_count()
            .withf(|scope, filter| {
                let expected =
                    IntegrationAccountFilter { provider: Some(Provider::Guesty), status: None, q: "sea".parse().ok() };
                scope.tenant_id() == build::channel_id() && *filter == expected
            })
            .returning(|_, _| Ok(3));
        let accounts = over(MockIntegrationAccountRepository::new(), queries, MockTenantRepository::new());
        let input =
            FindIntegrationAccounts { provider: Some("GUESTY".to_owned()), status: None, q: Some("sea".to_owned()) };
        assert_eq!(accounts.count(&build::channel(Permission::Read), Ok(input)).await.expect("counted"), 3);
    }

    #[tokio::test]
    async fn words_that_are_none_are_refused() {
        let [x, y, long] = ["x".to_owned(), "y".to_owned(), "z".repeat(256)].map(Some);
        let input = FindIntegrationAccounts { provider: x, status: y, q: long };
        let accounts = accounts(MockIntegrationAccountRepository::new());
        let refused = accounts.count(&build::channel(Permission::Read), Ok(input)).await.expect_err("invalid");
        assert_eq!(
            refused.field_errors().expect("field errors").keys().collect::<Vec<_>>(),
            ["provider", "q", "status"]
        );
    }
}

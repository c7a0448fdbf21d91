//! Listing and counting tenants.

use domain::access::{Caller, Permission};
use domain::tenants::Tenant;
use ports::TenantFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{TenantError, Tenants};
use crate::input::Input;
use crate::input::enum_schemas::TenantStatusWord;
use crate::input::paging::{List, Listed};
use crate::input::reader::{FieldReader, Fields, read};

/// The filter of tenants.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindTenants {
    /// The full name, ignoring case.
    pub name: Option<String>,
    /// A part of the description, ignoring case.
    pub description: Option<String>,
    /// A part of the name, domain, description or city, ignoring case.
    pub q: Option<String>,
    /// The status of the tenant.
    #[param(value_type = Option<TenantStatusWord>)]
    pub status: Option<String>,
}

impl Fields for FindTenants {
    type Values = TenantFilter;

    fn read(&self, r: &mut FieldReader) -> Option<TenantFilter> {
        Some(TenantFilter {
            name: r.optional("name", &self.name),
            description: r.optional("description", &self.description),
            q: r.optional("q", &self.q),
            status: r.given("status", &self.status),
        })
    }
}

impl Tenants {
    /// Lists the tenants of the workspace, oldest first.
    pub async fn list(&self, caller: &Caller, input: Input<List<FindTenants>>) -> Result<Listed<Tenant>, TenantError> {
        let scope = caller.admin_scope(Permission::Read)?;
        let (filter, page) = read(&input?)?;
        let slice = self.queries.list(&scope, &filter, page).await?;
        Ok(Listed::new(slice, page))
    }

    /// Counts the tenants that match.
    pub async fn count(&self, caller: &Caller, input: Input<FindTenants>) -> Result<u64, TenantError> {
        let scope = caller.admin_scope(Permission::Read)?;
        let filter = read(&input?)?;
        Ok(self.queries.count(&scope, &filter).await?)
    }
}

#[cfg(test)]
mod tests {
    use ports::{MockTenantQueries, MockTenantRepository, MockUserRepository, Page, PageStart, Slice};
    use testkit::build;

    use super::super::fixture::over;
    use super::*;
    use crate::input::paging::Paging;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn a_list_is_asked_for_by_filter_and_page() {
        let mut queries = MockTenantQueries::new();
        queries
            .expect_list()
            .withf(|_, filter, page| {
                filter.name.as_ref().is_some_and(|name| name.as_str() == "Channel A")
                    && filter.description.is_none()
                    && *page == Page { start: PageStart::Number(2), size: 5 }
            })
            .returning(|_, _, _| Ok(Slice { items: vec![build::default_tenant()], has_more: true }));
        let tenants = over(MockTenantRepository::new(), queries, MockUserRepository::new());
        let filter = FindTenants {
            name: Some(" Channel A ".to_owned()),
            description: Some(String::new()),
            ..FindTenants::default()
        };
        let paging = Paging { page: Some(2), per_page: Some(5), ..Paging::default() };
        let listed = tenants.list(&build::administrator(), Ok(List { filter, paging })).await.expect("listed");
        assert_eq!((listed.items.len(), listed.has_more), (1, true));
    }

    #[tokio::test]
    async fn faults_of_filter_and_page_are_reported_together() {
        let tenants = over(MockTenantRepository::new(), MockTenantQueries::new(), MockUserRepository::new());
        let filter =
            FindTenants { status: Some("GONE".to_owned()), q: Some("\0".to_owned()), ..FindTenants::default() };
        let paging = Paging { page: Some(0), ..Paging::default() };
        let error = tenants.list(&build::administrator(), Ok(List { filter, paging })).await.expect_err("invalid");
        assert_eq!(error.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["page", "q", "status"]);
    }

    #[tokio::test]
    async fn only_the_default_tenant_lists_and_counts_tenants() {
        let tenants = over(MockTenantRepository::new(), MockTenantQueries::new(), MockUserRepository::new());
        let channel = build::channel(Permission::Admin);
        let listed = tenants.list(&channel, Ok(List::default())).await.expect_err("refused");
        let counted = tenants.count(&channel, Ok(FindTenants::default())).await.expect_err("refused");
        assert_eq!([listed.code(), counted.code()], [Code::DefaultTenantRequired; 2]);
    }
}

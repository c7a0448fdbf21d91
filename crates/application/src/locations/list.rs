//! Lists of locations.

use domain::access::{Caller, Permission};
use domain::locations::Location;
use ports::{Page, PageStart, Slice};

use super::Locations;
use crate::input::Input;
use crate::input::paging::{Listed, Paging};
use crate::input::reader::read;
use crate::outcome::refusal::Refusal;

/// The number of locations that are read at once.
const BATCH: u32 = 1_000;

impl Locations {
    /// Lists the locations of the caller's tenant, oldest first.
    pub async fn list(&self, caller: &Caller, input: Input<Paging>) -> Result<Listed<Location>, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let page = read(&input?)?;
        Ok(Listed::new(self.queries.list(&scope, page).await?, page))
    }

    /// Returns all locations of the caller's tenant, oldest first.
    pub async fn all(&self, caller: &Caller) -> Result<Vec<Location>, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let mut all = Vec::<Location>::new();
        let mut start = PageStart::Number(1);
        loop {
            let Slice { items, has_more } = self.queries.list(&scope, Page { start, size: BATCH }).await?;
            all.extend(items);
            match all.last() {
                Some(last) if has_more => start = PageStart::After(last.id().as_uuid()),
                _ => return Ok(all),
            }
        }
    }

    /// Counts the locations of the caller's tenant.
    pub async fn count(&self, caller: &Caller) -> Result<u64, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        Ok(self.queries.count(&scope).await?)
    }
}

#[cfg(test)]
mod tests {
    use ports::{MockLocationQueries, MockLocationRepository, Slice};
    use testkit::build;

    use super::super::fixture::{locations, over};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn the_scope_is_the_tenant_of_the_request() {
        let mut queries = MockLocationQueries::new();
        queries
            .expect_list()
            .withf(|scope, _| scope.tenant_id() == build::channel_id())
            .returning(|_, _| Ok(Slice { items: vec![], has_more: false }));
        queries.expect_count().withf(|scope| scope.tenant_id() == build::channel_id()).returning(|_| Ok(0));
        let locations = over(MockLocationRepository::new(), queries);
        let channel = build::channel(Permission::Read);
        assert!(locations.list(&channel, Ok(Paging::default())).await.expect("listed").items.is_empty());
        assert_eq!(locations.count(&channel).await.expect("counted"), 0);
    }

    #[tokio::test]
    async fn a_page_out_of_range_is_refused() {
        let locations = locations(MockLocationRepository::new());
        let paging = Paging { per_page: Some(101), ..Paging::default() };
        let refused = locations.list(&build::channel(Permission::Read), Ok(paging)).await.expect_err("invalid");
        assert_eq!(refused.code(), Code::ValidationFailed);
    }
}

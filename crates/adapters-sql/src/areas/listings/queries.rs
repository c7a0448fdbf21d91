//! Lists of listings. The ids of a page are found first; only the listings on the page are read, and only the parts that a
//! list shows.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::geography::{Around, Radius};
use domain::ids::ListingId;
use domain::listings::TenantListing;
use ports::{ListingFilter, ListingQueries, Page, RepositoryError, Slice};
use sea_orm::Statement;

use super::filters::BY_CHANGE;
use super::pages::{
    FewChanges, Sources, centre, found, get, in_box, listed, listed_around, offered, seen, squared, visible_around,
};
use super::paths::{Rings, visible_up_to};
use super::rows::to_tenant_listing;
use super::statements::{COUNT, COUNT_FOUND};
use crate::engine::database::Database;
use crate::engine::query::Query;

/// The radius in kilometres up to which a search is not limited.
const NEAR: u32 = 16;

#[async_trait]
impl ListingQueries for Database {
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &ListingFilter,
        page: Page,
    ) -> Result<Slice<TenantListing>, RepositoryError> {
        if let Some(found) = self.list_by_text(scope, filter, page).await? {
            return Ok(found);
        }
        let Some(around) = filter.around else {
            let (few, sources) = (self.few_changes(scope, filter).await?, self.sources(scope, filter).await?);
            let query = listed(self.dialect(), scope, filter, page, few, sources);
            return self.whole_page_of(query, page, to_tenant_listing).await;
        };
        if let Some(rings) = self.rings(scope, around).await? {
            let query = |ring| visible_around(self.dialect(), scope, around, ring, filter, page);
            if let Some(nearest) = self.nearest(scope, around, rings, page, query).await? {
                return Ok(nearest);
            }
        }
        let query = listed_around(self.dialect(), scope, around, filter, page);
        self.whole_page_of(query, page, to_tenant_listing).await
    }

    async fn count(&self, scope: &TenantScope, filter: &ListingFilter) -> Result<u64, RepositoryError> {
        if let Some(count) = self.count_by_text(scope, filter).await? {
            return Ok(count);
        }
        let query = Query::of_tenant(COUNT, scope).bind(filter.around.map(centre).into_iter().flatten());
        self.count_of(seen(query, self.dialect(), filter, BY_CHANGE)).await
    }

    async fn search(
        &self,
        scope: &TenantScope,
        around: Around,
        filter: &ListingFilter,
        page: Page,
        most: u32,
    ) -> Result<Option<Slice<TenantListing>>, RepositoryError> {
        if let Some(found) = self.search_by_text(scope, around, filter, page).await? {
            return Ok(Some(found));
        }
        let first = around.radius.min(Radius::of_kilometres(self.dialect().initial_search_radius()));
        let rings = Rings { first, unlimited: Radius::of_kilometres(NEAR), most };
        self.nearest(scope, around, rings, page, |ring| found(self.dialect(), scope, around, ring, filter, page)).await
    }

    async fn count_found(
        &self,
        scope: &TenantScope,
        around: Around,
        filter: &ListingFilter,
        most: u32,
    ) -> Result<Option<u64>, RepositoryError> {
        if let Some(count) = self.count_found_by_text(scope, around, filter).await? {
            return Ok(Some(count));
        }
        if self.has_more_inside(scope, around, around.radius, most).await? {
            return Ok(None);
        }
        let query = in_box(Query::of_tenant(COUNT_FOUND, scope), self.dialect(), around, around.radius);
        let query = query.bind([squared(around.radius)]);
        self.count_of(offered(query, self.dialect(), filter)).await.map(Some)
    }
}

impl Database {
    /// Searches growing rings until the page is full, so that no more listings than necessary are read, and their number is
    /// known in advance. Returns `None` if a ring beyond the unlimited ones has too many listings.
    async fn nearest(
        &self,
        scope: &TenantScope,
        around: Around,
        rings: Rings,
        page: Page,
        query: impl Fn(Radius) -> Query + Send + Sync,
    ) -> Result<Option<Slice<TenantListing>>, RepositoryError> {
        let Rings { first: mut ring, unlimited, most } = rings;
        loop {
            let nearest = self.whole_page_of(query(ring), page, to_tenant_listing).await?;
            if nearest.has_more || ring >= around.radius {
                return Ok(Some(nearest));
            }
            ring = ring.doubled_up_to(around.radius);
            if ring > unlimited && self.has_more_inside(scope, around, ring, most).await? {
                return Ok(None);
            }
        }
    }

    /// Returns the statement that reads one listing, for tests.
    #[doc(hidden)]
    pub fn listing_statement(&self, scope: &TenantScope, id: ListingId) -> Statement {
        self.statement(get(self.dialect(), scope, id))
    }

    /// Returns the statement of a list that looks at all of the tenant's listings that it needs, for tests.
    #[doc(hidden)]
    pub fn listings_statement(&self, scope: &TenantScope, filter: &ListingFilter, page: Page) -> Statement {
        self.statement(match filter.around {
            None => listed(self.dialect(), scope, filter, page, FewChanges::default(), Sources::ALL),
            Some(around) => listed_around(self.dialect(), scope, around, filter, page),
        })
    }

    /// Returns the statement of a list of few changes, for tests.
    #[doc(hidden)]
    pub fn changed_listings_statement(&self, scope: &TenantScope, filter: &ListingFilter, page: Page) -> Statement {
        let few = FewChanges { own: true, at_sources: true };
        self.statement(listed(self.dialect(), scope, filter, page, few, Sources::ALL))
    }

    /// Returns the statement that counts some of what a tenant sees, for tests.
    #[doc(hidden)]
    pub fn visible_listings_statement(&self, scope: &TenantScope, most: u64) -> Statement {
        self.statement(visible_up_to(self.dialect(), scope, most))
    }

    /// Returns the statement of a list within one ring, for tests.
    #[doc(hidden)]
    pub fn listings_in_ring_statement(
        &self,
        scope: &TenantScope,
        around: Around,
        filter: &ListingFilter,
        page: Page,
    ) -> Statement {
        self.statement(visible_around(self.dialect(), scope, around, around.radius, filter, page))
    }

    /// Returns the statement of a search within one ring, for tests.
    #[doc(hidden)]
    pub fn listings_search_statement(
        &self,
        scope: &TenantScope,
        around: Around,
        ring: Radius,
        filter: &ListingFilter,
        page: Page,
    ) -> Statement {
        self.statement(found(self.dialect(), scope, around, ring, filter, page))
    }
}

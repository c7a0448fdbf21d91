//! Lists of listings. The ids of a page are found first; only the listings on the page are read, and only the parts that a
//! list shows.

use std::sync::OnceLock;

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::geography::{Around, Radius};
use domain::ids::ListingId;
use domain::listings::{LISTED_DESCRIPTION, LISTED_PICTURES, TenantListing};
use ports::{ListingFilter, ListingQueries, Origin, Page, RepositoryError, Slice};
use sea_orm::{DbBackend, Statement, Value};

use super::filters::filtered;
use super::rows::to_tenant_listing;
use super::statements::{
    ALREADY_IMPORTED, AWAKE, COUNT, COUNT_FOUND, COUNT_IN_BOX, GET, IMPORTED, LIST, LIST_AROUND, NEVER, NO_CHORD,
    OFFERED, OWN, SEARCH, SQUARED_CHORD, UNAVAILABLE,
};
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::query::{FILTERS, Query, limits, most};
use crate::tables::listings::Row;

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
        self.whole_page_of(self.list_query(scope, filter, page), page, to_tenant_listing).await
    }

    async fn count(&self, scope: &TenantScope, filter: &ListingFilter) -> Result<u64, RepositoryError> {
        let query = Query::of_tenant(COUNT, scope).bind(filter.around.map(centre).into_iter().flatten());
        self.count_of(seen(query, self.dialect(), filter)).await
    }

    async fn search(
        &self,
        scope: &TenantScope,
        around: Around,
        filter: &ListingFilter,
        page: Page,
        most: u32,
    ) -> Result<Option<Slice<TenantListing>>, RepositoryError> {
        // Growing rings are searched until enough listings lie inside, so that no more listings than necessary are
        // read, and their number is known in advance.
        let mut ring = around.radius.min(Radius::of_kilometres(self.dialect().initial_search_radius()));
        loop {
            let query = found(self.dialect(), scope, around, ring, filter, page);
            let nearest = self.whole_page_of(query, page, to_tenant_listing).await?;
            if nearest.has_more || ring >= around.radius {
                return Ok(Some(nearest));
            }
            ring = ring.doubled_up_to(around.radius);
            if ring > Radius::of_kilometres(NEAR) && self.has_more_inside(scope, around, ring, most).await? {
                return Ok(None);
            }
        }
    }

    async fn count_found(
        &self,
        scope: &TenantScope,
        around: Around,
        filter: &ListingFilter,
        most: u32,
    ) -> Result<Option<u64>, RepositoryError> {
        if self.has_more_inside(scope, around, around.radius, most).await? {
            return Ok(None);
        }
        let query = in_box(Query::of_tenant(COUNT_FOUND, scope), self.dialect(), around, around.radius);
        let query = query.bind([squared(around.radius)]);
        self.count_of(offered(query, self.dialect(), filter)).await.map(Some)
    }
}

impl Database {
    /// Whether more than `most` listings of the workspace lie inside the box around the ring.
    async fn has_more_inside(
        &self,
        scope: &TenantScope,
        around: Around,
        ring: Radius,
        most: u32,
    ) -> Result<bool, RepositoryError> {
        let query = Query::of_tenant(COUNT_IN_BOX, scope).fill("positions", self.dialect().positions());
        let query = in_box(query, self.dialect(), around, ring).bind([(i64::from(most) + 1).into()]);
        Ok(self.count_of(query).await? > most.into())
    }

    fn list_query(&self, scope: &TenantScope, filter: &ListingFilter, page: Page) -> Query {
        match filter.around {
            None => listed(self.dialect(), scope, filter, page),
            Some(around) => listed_around(self.dialect(), scope, around, filter, page),
        }
    }

    /// Returns the statement of a list, for tests.
    #[doc(hidden)]
    pub fn listings_statement(&self, scope: &TenantScope, filter: &ListingFilter, page: Page) -> Statement {
        self.statement(self.list_query(scope, filter, page))
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

/// Reads one listing, the tenant's own or imported.
pub(super) fn get(scope: &TenantScope, id: ListingId) -> Query {
    let query = Query::of_tenant(GET, scope).bind([id.as_uuid().into()]);
    let query = query.fill("columns", Row::COLUMNS).fill("unavailable", UNAVAILABLE);
    query.fill("own", OWN).fill("imported", IMPORTED).fill("no_chord", NO_CHORD)
}

fn listed(dialect: &dyn Dialect, scope: &TenantScope, filter: &ListingFilter, page: Page) -> Query {
    let query = Query::of_tenant(LIST, scope).bind([most(page)]).bind(limits(page));
    let query = cut(query.fill("no_chord", NO_CHORD), dialect);
    seen(query, dialect, filter).after("listing.id > ?", page).of_each_account(dialect, "listings", "listing")
}

fn listed_around(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    around: Around,
    filter: &ListingFilter,
    page: Page,
) -> Query {
    let query = Query::of_tenant(LIST_AROUND, scope).bind(centre(around)).bind(limits(page));
    seen(cut(query.fill("squared_chord", SQUARED_CHORD), dialect), dialect, filter)
}

fn found(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    around: Around,
    ring: Radius,
    filter: &ListingFilter,
    page: Page,
) -> Query {
    let query = in_box(Query::of_tenant(SEARCH, scope), dialect, around, ring);
    let query = query.bind([squared(ring)]).bind(limits(page)).bind([most(page)]);
    offered(cut(query, dialect).fill("nearest_first", dialect.nearest_first()), dialect, filter)
}

/// Fills the holes for the columns of a list with the parts that a list shows: the rest stays in the database.
fn cut(query: Query, dialect: &dyn Dialect) -> Query {
    // Each dialect has its own; making them takes as long as reading a row.
    static LISTED: [OnceLock<[String; 2]>; 2] = [const { OnceLock::new() }; 2];
    let listed = &LISTED[usize::from(dialect.backend() == DbBackend::Sqlite)];
    let [columns, is_truncated] = listed.get_or_init(|| listed_columns(dialect));
    query.fill("columns", &**columns).fill("is_truncated", &**is_truncated)
}

/// Returns the columns with what a list shows of them, and the condition that it does not show all.
fn listed_columns(dialect: &dyn Dialect) -> [String; 2] {
    let description = format!("substr(listing.description, 1, {LISTED_DESCRIPTION})");
    let columns = Row::COLUMNS
        .replace("listing.description", &description)
        .replace("listing.pictures", &dialect.first_of_list("listing.pictures", LISTED_PICTURES));
    let pictures = dialect.length_of_list("listing.pictures");
    let is_truncated =
        format!("COALESCE(length(listing.description), 0) > {LISTED_DESCRIPTION} OR {pictures} > {LISTED_PICTURES}");
    [columns, is_truncated]
}

/// Fills the holes for the tenant's own and imported listings, depending on the filter's origin. The centre of a filter by
/// place is `$3` to `$5`.
fn seen(query: Query, dialect: &dyn Dialect, filter: &ListingFilter) -> Query {
    let (if_own, if_imported) = match filter.origin {
        Some(Origin::Imported) => (NEVER, ""),
        Some(Origin::Own) => ("", NEVER),
        None => ("", ""),
    };
    let if_imported = if filter.looks_inside() && if_imported.is_empty() { AWAKE } else { if_imported };
    let query = query
        .fill("unavailable", UNAVAILABLE)
        .fill("own", OWN)
        .fill("imported", IMPORTED)
        .fill("if_own", if_own)
        .fill("if_imported", if_imported);
    let query = filtered(query.fill(FILTERS, ""), dialect, filter);
    query.and(&format!("{SQUARED_CHORD} <= ?"), filter.around.map(|around| squared(around.radius)))
}

/// Binds the centre of the search as `$3` to `$5` and, as `$6`, the distance of the faces of a box around the ring: a little
/// wider than the ring, because the exact distance is checked as well.
fn in_box(query: Query, dialect: &dyn Dialect, around: Around, ring: Radius) -> Query {
    let query = query.bind(centre(around)).bind([(ring.chord() * (1.0 + 1e-9)).into()]);
    query.fill("placed_listings", dialect.placed_listings()).fill("in_box", dialect.in_box())
}

/// Fills the holes for the listings that others offer.
fn offered(query: Query, dialect: &dyn Dialect, filter: &ListingFilter) -> Query {
    let origin = match filter.origin {
        None => "",
        // The tenant's own listings are never among the offers of others.
        Some(Origin::Own) => NEVER,
        Some(Origin::Imported) => ALREADY_IMPORTED,
    };
    let query = query.fill("offered", OFFERED).fill("squared_chord", SQUARED_CHORD).fill(FILTERS, origin);
    filtered(query, dialect, filter)
}

fn centre(around: Around) -> [Value; 3] {
    let position = around.place.position();
    [position.x.into(), position.y.into(), position.z.into()]
}

fn squared(radius: Radius) -> Value {
    let chord = radius.chord();
    (chord * chord).into()
}

//! Lists and searches of listings by a part of a text, [if there is a faster way](crate::engine::rare_texts) than to look at
//! all that the tenant sees. Of a tenant that sees few listings, all are read: that has a bound, whatever the text.

use domain::access::TenantScope;
use domain::geography::Around;
use domain::listings::TenantListing;
use domain::text::SearchText;
use ports::{ListingFilter, Origin, Page, PageStart, RepositoryError, Slice};
use sea_orm::Statement;

use super::filters::{BY_CHANGE, filtered, shown_text};
use super::pages::{centre, cut, offered, squared, whose};
use super::paths::visible_up_to;
use super::rows::to_tenant_listing;
use super::statements::{
    COUNT_RARE, FIRST_OF, LIST, LIST_RARE, LISTINGS, NO_CHORD, OF_OWNER, OF_RARE, OWN, PART_OF_ACCOUNTS, PART_OF_FIRST,
    PART_OF_IMPORTS, SQUARED_CHORD, UNAVAILABLE, imported,
};
use super::totals::shown;
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::parts::{FEW, of_accounts, of_each};
use crate::engine::query::{FILTERS, Query, limits};
use crate::engine::rare_texts::{FIRST, is_among};

/// The number of the tenant's listings that are few.
const READ: u64 = 5_000;

/// The listings that are looked at.
#[derive(Debug, Clone, Copy)]
enum Sight {
    /// Listings that the tenant owns or imports.
    Seen,
    /// Listings that others offer.
    Offered,
}

impl Database {
    /// Lists what the tenant sees, if the filter has a text for which there is a faster way than to look at all.
    pub(super) async fn list_by_text(
        &self,
        scope: &TenantScope,
        filter: &ListingFilter,
        page: Page,
    ) -> Result<Option<Slice<TenantListing>>, RepositoryError> {
        let Some(q) = &filter.q else { return Ok(None) };
        if self.sees_few(scope).await? {
            return Ok(None);
        }
        if filter.around.is_none() {
            let first = first_seen(self.dialect(), scope, filter, page);
            let first = self.whole_page_of(first, page, to_tenant_listing).await?;
            if first.has_more {
                return Ok(Some(first));
            }
        }
        self.list_rare(scope, Sight::Seen, filter, q, page).await
    }

    /// Counts what the tenant sees, if the filter has a text for which there is a faster way than to look at all.
    pub(super) async fn count_by_text(
        &self,
        scope: &TenantScope,
        filter: &ListingFilter,
    ) -> Result<Option<u64>, RepositoryError> {
        let Some(q) = &filter.q else { return Ok(None) };
        if self.sees_few(scope).await? {
            return Ok(None);
        }
        self.count_rare(scope, Sight::Seen, filter, q).await
    }

    /// Searches what others offer, if the filter has a text for which there is a faster way than to look at all.
    pub(super) async fn search_by_text(
        &self,
        scope: &TenantScope,
        around: Around,
        filter: &ListingFilter,
        page: Page,
    ) -> Result<Option<Slice<TenantListing>>, RepositoryError> {
        let Some(q) = &filter.q else { return Ok(None) };
        if !self.has_more_inside(scope, around, around.radius, FEW).await? {
            return Ok(None);
        }
        let filter = ListingFilter { around: Some(around), ..filter.clone() };
        self.list_rare(scope, Sight::Offered, &filter, q, page).await
    }

    /// Counts what others offer, if the filter has a text for which there is a faster way than to look at all.
    pub(super) async fn count_found_by_text(
        &self,
        scope: &TenantScope,
        around: Around,
        filter: &ListingFilter,
    ) -> Result<Option<u64>, RepositoryError> {
        let Some(q) = &filter.q else { return Ok(None) };
        if !self.has_more_inside(scope, around, around.radius, FEW).await? {
            return Ok(None);
        }
        let filter = ListingFilter { around: Some(around), ..filter.clone() };
        self.count_rare(scope, Sight::Offered, &filter, q).await
    }

    /// Whether the tenant sees so few listings that reading them takes less time than the index, or than its worst case.
    async fn sees_few(&self, scope: &TenantScope) -> Result<bool, RepositoryError> {
        Ok(self.count_of(visible_up_to(self.dialect(), scope, READ)).await? <= READ)
    }

    async fn list_rare(
        &self,
        scope: &TenantScope,
        sight: Sight,
        filter: &ListingFilter,
        q: &SearchText,
        page: Page,
    ) -> Result<Option<Slice<TenantListing>>, RepositoryError> {
        if !self.is_rare(&LISTINGS, scope.workspace_id(), q).await? {
            return Ok(None);
        }
        match listed_rare(self.dialect(), scope, sight, filter, q, page) {
            None => Ok(None),
            Some(query) => self.whole_page_of(query, page, to_tenant_listing).await.map(Some),
        }
    }

    async fn count_rare(
        &self,
        scope: &TenantScope,
        sight: Sight,
        filter: &ListingFilter,
        q: &SearchText,
    ) -> Result<Option<u64>, RepositoryError> {
        if !self.is_rare(&LISTINGS, scope.workspace_id(), q).await? {
            return Ok(None);
        }
        match of_rare(self.dialect(), scope, sight, filter, q, COUNT_RARE) {
            None => Ok(None),
            Some(query) => self.count_of(query).await.map(Some),
        }
    }

    /// Returns the statements of lists by a text, for tests: of the first listings, those that ask whether the text is rare,
    /// and the lists of what the tenant sees, and others offer, with a rare text.
    #[doc(hidden)]
    pub fn listings_by_text_statements(
        &self,
        scope: &TenantScope,
        (filter, q): (&ListingFilter, &SearchText),
        page: Page,
    ) -> [Option<Statement>; 5] {
        let filter = ListingFilter { q: Some(q.clone()), ..filter.clone() };
        let first = self.statement(first_seen(self.dialect(), scope, &filter, page));
        let [sample, found] = self.rare_statements(&LISTINGS, scope.workspace_id(), q);
        let [seen, offered] = [Sight::Seen, Sight::Offered].map(|sight| {
            listed_rare(self.dialect(), scope, sight, &filter, q, page).map(|query| self.statement(query))
        });
        [Some(first), sample, found, seen, offered]
    }
}

/// Reads the page by id of the first listings that the tenant sees.
fn first_seen(dialect: &dyn Dialect, scope: &TenantScope, filter: &ListingFilter, page: Page) -> Query {
    let mut query = Query::of_tenant("", scope).bind([i64::from(FIRST).into()]).bind(limits(page));
    let [after, import_after] = match page.start {
        PageStart::Number(_) => [String::new(), String::new()],
        PageStart::After(id) => {
            let after = query.bound(" AND listing.id > ?", id);
            [after.clone(), after.replace("listing.id", "import.listing_id")]
        }
    };
    let own = of_accounts(dialect, false, PART_OF_FIRST, PART_OF_ACCOUNTS, "listing.id")
        .replace("{rows}", &dialect.first_of_each_account("listings", "listing", &after))
        .replace("{filters}", &after);
    let imports = dialect.part_of_page(PART_OF_IMPORTS, "import.listing_id").replace("{filters}", &import_after);
    let parts = match filter.origin {
        Some(Origin::Own) => own,
        Some(Origin::Imported) => imports,
        None => format!("{own} UNION ALL {imports}"),
    };
    let shows = shown_text(filter).map(|pattern| query.bound(&format!(" AND {}", LISTINGS.has_text()), pattern));
    let query = query.push(&LIST.replace("{parts}", &FIRST_OF.replace("{parts}", &parts)));
    let query = shown(cut(query, dialect), filter)
        .fill("own", OWN)
        .fill("imported", imported(dialect))
        .fill("no_chord", NO_CHORD)
        .fill("unavailable", UNAVAILABLE)
        .fill("shows", shows.unwrap_or_default())
        .fill(FILTERS, "");
    filtered(query, dialect, filter, &of_each(BY_CHANGE))
}

/// Reads a page of the listings with a rare text: nearest first if the filter has a place, else by id.
fn listed_rare(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    sight: Sight,
    filter: &ListingFilter,
    q: &SearchText,
    page: Page,
) -> Option<Query> {
    let query = of_rare(dialect, scope, sight, filter, q, LIST_RARE)?;
    let query = query.after("listing.id > ?", page);
    let query = limits(page).into_iter().zip(["size", "offset"]).fold(query, |mut query, (limit, hole)| {
        let limit = query.bound("?", limit);
        query.fill(hole, limit)
    });
    Some(shown(cut(query, dialect), filter).fill("unavailable", UNAVAILABLE))
}

/// Reads something of the listings with a rare text. Returns `None` if the index cannot find the text.
fn of_rare(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    sight: Sight,
    filter: &ListingFilter,
    q: &SearchText,
    sql: &str,
) -> Option<Query> {
    let mut query = Query::of_tenant("", scope).bind(filter.around.map(centre).into_iter().flatten());
    let found = LISTINGS.having(q, &mut query, dialect)?;
    let chord = if filter.around.is_some() { SQUARED_CHORD } else { NO_CHORD };
    let rows = OF_RARE.replace("{rare}", &is_among(dialect, "listing.id", &found)).replace("{chord}", chord);
    let query = query.push(&sql.replace("{parts}", &rows));
    let query = match sight {
        Sight::Offered => offered(query, dialect, filter),
        Sight::Seen => {
            let query = whose(query, dialect, filter).fill("of_owner", OF_OWNER).fill(FILTERS, "");
            filtered(query, dialect, filter, &of_each(BY_CHANGE))
        }
    };
    Some(query.and(&format!("{SQUARED_CHORD} <= ?"), filter.around.map(|around| squared(around.radius))))
}

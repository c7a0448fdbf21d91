//! Lists of listings: one statement each, composed of fixed texts.
//!
//! The ids of a page are found first; only the listings on the page are read, and only the parts that a list shows.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::currencies::Currency;
use domain::geography::{Around, Radius};
use domain::ids::{IntegrationAccountId, ListingId};
use domain::instants::Edge;
use domain::listings::{Bathrooms, LISTED_DESCRIPTION, LISTED_PICTURES, ListingStatus, TenantListing};
use domain::money::Amount;
use domain::numbers::Whole;
use ports::{FreeNights, ListingFilter, ListingQueries, Origin, Page, RepositoryError, Slice};
use sea_orm::{Statement, Value};

use super::rows::{folded, to_tenant_listing};
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::query::{Query, most};
use crate::tables::listings::Row;

/// The further columns of listings, which `p` has found by id.
const SEEN: &str = ", p.owner_id, p.unavailable, p.imported_at, p.squared_chord, ";
const BY_ID: &str = ") p CROSS JOIN listings l WHERE l.workspace_id = $1 AND l.id = p.id ORDER BY p.id";
const BY_DISTANCE: &str =
    ") p CROSS JOIN listings l WHERE l.workspace_id = $1 AND l.id = p.id ORDER BY p.squared_chord, p.id";

/// The found columns of a listing of the tenant's own account `a`.
const OWN: &str = "SELECT m.id, a.tenant_id AS owner_id, \
    CASE WHEN a.status <> 'ACTIVE' THEN 'ACCOUNT_INACTIVE' WHEN m.status <> 'ACTIVE' THEN 'LISTING_INACTIVE' END AS unavailable, \
    CAST(NULL AS timestamptz) AS imported_at, ";
/// The found columns of a listing with the import `i`, from the account `a` of the tenant `t`.
const IMPORTED: &str = "SELECT m.id, a.tenant_id AS owner_id, \
    CASE WHEN t.status <> 'ACTIVE' THEN 'OWNER_INACTIVE' WHEN a.status <> 'ACTIVE' THEN 'ACCOUNT_INACTIVE' \
    WHEN NOT a.allow_import THEN 'IMPORT_NOT_ALLOWED' WHEN m.status <> 'ACTIVE' THEN 'LISTING_INACTIVE' END AS unavailable, \
    i.imported_at, ";
const FROM_IMPORTS: &str = " FROM imports i CROSS JOIN listings m CROSS JOIN integration_accounts a CROSS JOIN tenants t \
    WHERE i.workspace_id = $1 AND i.tenant_id = $2 \
    AND m.workspace_id = i.workspace_id AND m.id = i.listing_id \
    AND a.workspace_id = m.workspace_id AND a.id = m.integration_account_id \
    AND t.workspace_id = a.workspace_id AND t.id = a.tenant_id";
const FROM_OWN: &str = " FROM integration_accounts a CROSS JOIN listings m \
    WHERE a.workspace_id = $1 AND a.tenant_id = $2 \
    AND m.workspace_id = a.workspace_id AND m.integration_account_id = a.id";
const NOWHERE: &str = "CAST(NULL AS double precision) AS squared_chord";
/// The squared chord, with the terms and their order of the domain's `squared_chord`.
const SQUARED_CHORD: &str = "((m.x - $3) * (m.x - $3) + (m.y - $4) * (m.y - $4) + (m.z - $5) * (m.z - $5))";
/// The accounts and tenants of the listings `m` that other tenants offer for import.
const OFFERED: &str = " CROSS JOIN integration_accounts a CROSS JOIN tenants t \
    WHERE m.workspace_id = $1 AND a.workspace_id = m.workspace_id AND a.id = m.integration_account_id \
    AND t.workspace_id = a.workspace_id AND t.id = a.tenant_id AND a.tenant_id <> $2";
/// The condition that the listings `m` can be found and booked by other tenants than their owner.
const AWAKE: &str = " AND a.allow_import AND t.status = 'ACTIVE' AND a.status = 'ACTIVE' AND m.status = 'ACTIVE'";
/// The radius in kilometres up to which a search is not limited.
const NEAR: u32 = 16;
/// The condition for the tenant's own listings, which are never among the offers of others.
const NONE_OF_OTHERS: &str = " AND 1 = 0";
/// A night of the listing `m` that its owner has blocked.
const BLOCKED: &str =
    "SELECT 1 FROM calendar_nights n WHERE n.workspace_id = $1 AND n.listing_id = m.id AND n.is_blocked";
/// A stay at the listing `m` that may be live.
const SOLD: &str = "SELECT 1 FROM reservations r WHERE r.workspace_id = $1 AND r.listing_id = m.id \
    AND r.status IN ('PENDING', 'CONFIRMED')";
const ALREADY_IMPORTED: &str = " AND EXISTS (SELECT 1 FROM imports i \
    WHERE i.workspace_id = $1 AND i.tenant_id = $2 AND i.listing_id = m.id)";

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
        let query = begin("SELECT COUNT(*) AS count FROM (", scope, filter.around);
        let query = match filter.around {
            None => arms(self.dialect(), query, filter, |query| query, "NULL", None),
            Some(around) => arms(self.dialect(), query, filter, |query| within(query, around.radius), "NULL", None),
        };
        self.count_of(query.push(") p")).await
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
        let query = begin("SELECT COUNT(*) AS count FROM ", scope, Some(around));
        let query = offered(self.dialect(), query, around.radius, filter);
        self.count_of(within(query, around.radius)).await.map(Some)
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
        let query = begin("SELECT COUNT(*) AS count FROM (SELECT 1 AS one FROM ", scope, Some(around))
            .push(self.dialect().placed_listings())
            .push(" WHERE m.workspace_id = $1 AND ")
            .push_bound(self.dialect().in_box(), ring.chord())
            .push_bound(" LIMIT ?) m", i64::from(most) + 1);
        Ok(self.count_of(query).await? > most.into())
    }

    fn list_query(&self, scope: &TenantScope, filter: &ListingFilter, page: Page) -> Query {
        match filter.around {
            None => listed(self.dialect(), scope, filter, page),
            Some(around) => listed_around(self.dialect(), scope, around, filter, page),
        }
    }

    /// Returns the statement of a list, for the tests of its plan.
    #[doc(hidden)]
    pub fn list_statement(&self, scope: &TenantScope, filter: &ListingFilter, page: Page) -> Statement {
        self.statement(self.list_query(scope, filter, page))
    }

    /// Returns the statement of a search within one ring, for the tests of its plan.
    #[doc(hidden)]
    pub fn search_statement(
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
pub(super) fn one(scope: &TenantScope, id: ListingId) -> Query {
    begin("SELECT ", scope, None)
        .push(Row::COLUMNS)
        .push(SEEN)
        .push("1 = 0 FROM (")
        .push(OWN)
        .push(NOWHERE)
        .push(FROM_OWN)
        .and("m.id = ?", Some(id.as_uuid()))
        .push(" UNION ALL ")
        .push(IMPORTED)
        .push(NOWHERE)
        .push(FROM_IMPORTS)
        .and("i.listing_id = ?", Some(id.as_uuid()))
        .push(BY_ID)
}

/// Begins a SELECT of the listings that `p` will find, with only the parts that a list shows: the rest stays in the
/// database.
fn cut(dialect: &dyn Dialect, scope: &TenantScope, around: Option<Around>) -> Query {
    let description = format!("substr(l.description, 1, {LISTED_DESCRIPTION})");
    let columns = Row::COLUMNS
        .replace("l.description", &description)
        .replace("l.pictures", &dialect.first_of_list("l.pictures", LISTED_PICTURES));
    let pictures = dialect.length_of_list("l.pictures");
    let is_truncated =
        format!("COALESCE(length(l.description), 0) > {LISTED_DESCRIPTION} OR {pictures} > {LISTED_PICTURES} FROM (");
    begin("SELECT ", scope, around).push(&columns).push(SEEN).push(&is_truncated)
}

/// Begins a query with the workspace as `$1`, the tenant as `$2`, and the centre of the search as `$3` to `$5`.
fn begin(sql: &str, scope: &TenantScope, around: Option<Around>) -> Query {
    let mut values: Vec<Value> = vec![scope.workspace_id().as_uuid().into(), scope.tenant_id().as_uuid().into()];
    if let Some(around) = around {
        let position = around.place.position();
        values.extend([position.x, position.y, position.z].map(Value::from));
    }
    Query::new(sql, values)
}

/// Reads a page by id. Each account and the imports yield at most as many rows as the page could show.
fn listed(dialect: &dyn Dialect, scope: &TenantScope, filter: &ListingFilter, page: Page) -> Query {
    let query = cut(dialect, scope, None).push("SELECT * FROM (");
    let behind = |query: Query| query.behind("m.id > ?", page);
    let query = arms(dialect, query, filter, behind, NOWHERE, Some(most(page)));
    query.push(") u ORDER BY id").limited(page).push(BY_ID)
}

/// Reads a page by distance of the tenant's own listings and imports around the place.
fn listed_around(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    around: Around,
    filter: &ListingFilter,
    page: Page,
) -> Query {
    let query = cut(dialect, scope, Some(around)).push("SELECT * FROM (");
    let squared_chord = format!("{SQUARED_CHORD} AS squared_chord");
    let query = arms(dialect, query, filter, |query| within(query, around.radius), &squared_chord, None);
    query.push(") u ORDER BY squared_chord, id").limited(page).push(BY_DISTANCE)
}

/// Adds the SELECTs of the tenant's own and imported listings, depending on the filter's origin. With a limit, each
/// account and the imports yield at most so many rows, in the order of ids.
fn arms(
    dialect: &dyn Dialect,
    mut query: Query,
    filter: &ListingFilter,
    narrowed: impl Fn(Query) -> Query,
    squared_chord: &str,
    limit: Option<i64>,
) -> Query {
    let is_asked_for = |origin| filter.origin.is_none_or(|asked| asked == origin);
    if is_asked_for(Origin::Own) {
        query = query.push(OWN).push(squared_chord);
        query = match limit {
            None => narrowed(filtered(dialect, query.push(FROM_OWN), filter)),
            Some(most) => {
                let (before, after) = dialect.limit_per_account("listings");
                let narrowed =
                    narrowed(filtered(dialect, query.push(" FROM integration_accounts a ").push(&before), filter));
                narrowed
                    .push_bound(" ORDER BY m.id LIMIT ?", most)
                    .push(after)
                    .push(" WHERE a.workspace_id = $1 AND a.tenant_id = $2")
            }
        };
    }
    if is_asked_for(Origin::Own) && is_asked_for(Origin::Imported) {
        query = query.push(" UNION ALL ");
    }
    if is_asked_for(Origin::Imported) {
        query = query.push("SELECT * FROM (").push(IMPORTED).push(squared_chord).push(FROM_IMPORTS);
        if filter.looks_inside() {
            query = query.push(AWAKE);
        }
        query = narrowed(filtered(dialect, query, filter));
        if let Some(most) = limit {
            query = query.push_bound(" ORDER BY i.listing_id LIMIT ?", most);
        }
        query = query.push(") imported");
    }
    query
}

/// Reads a page of the listings that others offer inside the ring.
fn found(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    around: Around,
    ring: Radius,
    filter: &ListingFilter,
    page: Page,
) -> Query {
    let query = cut(dialect, scope, Some(around))
        .push("SELECT n.id, n.owner_id, n.unavailable, i.imported_at, n.squared_chord FROM (")
        .push("SELECT m.id, a.tenant_id AS owner_id, CAST(NULL AS text) AS unavailable, ")
        .push(SQUARED_CHORD)
        .push(" AS squared_chord FROM ");
    let mut query = offered(dialect, query, ring, filter);
    if let Some(nearest_first) = dialect.nearest_first() {
        query = query.push(nearest_first).push_bound(" FETCH FIRST (?) ROWS WITH TIES", most(page));
    }
    // Listings in the corners of the box are outside the ring, and farther than all inside, so they can be excluded
    // here. Inside the subquery, the condition would keep the planner from seeing how much the index by distance saves.
    let chord = ring.chord();
    query
        .push(") n LEFT JOIN imports i ON i.workspace_id = $1 AND i.tenant_id = $2 AND i.listing_id = n.id")
        .push_bound(" WHERE n.squared_chord <= ?", chord * chord)
        .push(" ORDER BY n.squared_chord, n.id")
        .limited(page)
        .push(BY_DISTANCE)
}

/// Adds, after a FROM, the listings that others offer inside the box around the ring.
fn offered(dialect: &dyn Dialect, query: Query, ring: Radius, filter: &ListingFilter) -> Query {
    // A little wider than the ring; the caller checks the exact distance.
    let inside = ring.chord() * (1.0 + 1e-9);
    let query = query.push(dialect.placed_listings()).push(OFFERED).push(AWAKE).push(" AND ");
    let query = query.push_bound(dialect.in_box(), inside).push(match filter.origin {
        None => "",
        Some(Origin::Own) => NONE_OF_OTHERS,
        Some(Origin::Imported) => ALREADY_IMPORTED,
    });
    filtered(dialect, query, filter)
}

fn within(query: Query, radius: Radius) -> Query {
    let chord = radius.chord();
    query.and(&format!("{SQUARED_CHORD} <= ?"), Some(chord * chord))
}

/// Adds the conditions on the listings `m`.
fn filtered(dialect: &dyn Dialect, query: Query, filter: &ListingFilter) -> Query {
    let ListingFilter {
        origin: _,
        status,
        integration_account_id,
        guests,
        bedroom_count,
        bathroom_count,
        min_price,
        max_price,
        currency,
        amenities,
        updated_since,
        free,
        around: _,
    } = filter;
    let query = free.iter().fold(query, |query, nights| free_for(query, *nights));
    let query = query
        .and("m.status = ?", status.map(ListingStatus::as_str))
        .and("m.integration_account_id = ?", integration_account_id.map(IntegrationAccountId::as_uuid))
        .and("m.max_occupancy >= ?", guests.map(Whole::get))
        .and("m.bedroom_count >= ?", bedroom_count.map(Whole::get))
        .and("m.bathroom_tenths >= ?", bathroom_count.map(Bathrooms::tenths))
        .and("m.start_price_scaled >= ?", min_price.map(Amount::ten_thousandths_up))
        .and("m.start_price_scaled <= ?", max_price.map(Amount::ten_thousandths))
        .and("m.currency = ?", currency.map(Currency::code))
        .and("m.updated_at >= ?", updated_since.map(Edge::instant));
    amenities.iter().fold(query, |query, amenity| query.and(dialect.has_amenity(), Some(folded(amenity))))
}

/// Adds the condition that the listings `m` are free for these nights.
///
/// PostgreSQL would turn NOT EXISTS into joins, or estimate that hardly any listing remains, and then not read the
/// index of positions nearest first. For this CASE it has no estimate, and checks each listing separately.
fn free_for(query: Query, FreeNights { stay, at }: FreeNights) -> Query {
    let (check_in, check_out) = (stay.check_in().as_date(), stay.check_out().as_date());
    query
        .push(" AND CASE WHEN (")
        .push(BLOCKED)
        .push_bound(" AND n.night >= ?", check_in)
        .push_bound(" AND n.night < ?", check_out)
        .push(" LIMIT 1) IS NULL AND (")
        .push(SOLD)
        .push_bound(" AND r.check_out > ?", check_in)
        .push_bound(" AND r.check_in < ?", check_out)
        .push_bound(
            " AND (r.status = 'CONFIRMED' OR r.hold_expires_at > ?) LIMIT 1) IS NULL THEN 1 END IS NOT NULL",
            at,
        )
}

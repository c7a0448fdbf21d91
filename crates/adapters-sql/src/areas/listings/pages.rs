//! The statements of lists and searches of listings, with their values.

use std::sync::OnceLock;

use domain::access::TenantScope;
use domain::geography::{Around, Radius};
use domain::ids::{IntegrationAccountId, ListingId};
use domain::instants::Edge;
use domain::listings::{LISTED_DESCRIPTION, LISTED_PICTURES};
use ports::{ListingFilter, Origin, Page};
use sea_orm::{DbBackend, Value};
use uuid::Uuid;

use super::filters::{BY_CHANGE, filtered, shown_text};
use super::statements::{
    ALREADY_IMPORTED, CHANGED_AT_SOURCES, GET, IS_OWN, LIST, LIST_AROUND, LIST_OF_ACCOUNT, LISTINGS, NEVER, NO_CHORD,
    OF_OWNER, OWN, PART_OF_ACCOUNTS, PART_OF_FIRST, PART_OF_IMPORTS, SEARCH, SQUARED_CHORD, UNAVAILABLE,
    UNAVAILABLE_ITSELF, UNAVAILABLE_OWN, awake, imported, is_imported, offered_by_another, unavailable_imported,
};
use super::totals::shown;
use crate::engine::dialect::Dialect;
use crate::engine::parts::{FEW, of_accounts, of_each};
use crate::engine::query::{FILTERS, Query, limits, most};
use crate::tables::listings::Row;

/// The places where a tenant's listings are, as far as it was asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sources {
    /// The tenant's accounts.
    pub(super) accounts: Accounts,
    /// Whether the tenant may have imports.
    pub(super) imports: bool,
}

impl Sources {
    /// All that there may be.
    pub(super) const ALL: Self = Self { accounts: Accounts::Any, imports: true };
}

/// A tenant's accounts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Accounts {
    None,
    One(Uuid),
    Any,
}

/// Whether the listings that were changed since the instant of a filter are few.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FewChanges {
    /// The tenant's own listings.
    pub(super) own: bool,
    /// The listings of the accounts from which the tenant has imported some, while it has many imports.
    pub(super) at_sources: bool,
}

/// Reads one listing, the tenant's own or imported.
pub(super) fn get(dialect: &dyn Dialect, scope: &TenantScope, id: ListingId) -> Query {
    let query = Query::of_tenant(GET, scope).bind([id.as_uuid().into()]);
    let query = query.fill("unavailable_own", UNAVAILABLE_OWN).fill("unavailable_itself", UNAVAILABLE_ITSELF);
    let query = query.fill("unavailable_imported", unavailable_imported(dialect));
    query.fill("columns", Row::COLUMNS).fill("no_chord", NO_CHORD)
}

/// Reads a page by id of what the tenant sees, in these places.
pub(super) fn listed(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    filter: &ListingFilter,
    page: Page,
    few: FewChanges,
    sources: Sources,
) -> Query {
    if let Sources { accounts: Accounts::One(account), imports: false } = sources
        && (few.own || page.offset() <= FEW.into())
    {
        return listed_of_account(dialect, scope, account, filter, page);
    }
    let own = match sources.accounts {
        Accounts::None => None,
        Accounts::One(_) => Some(PART_OF_ACCOUNTS.replace("{which}", "")),
        Accounts::Any => Some(of_accounts(dialect, few.own, PART_OF_FIRST, PART_OF_ACCOUNTS, "listing.id")),
    };
    let imports = dialect.part_of_page(PART_OF_IMPORTS, "import.listing_id");
    // Without any, one part remains.
    let imports = (sources.imports || own.is_none()).then_some(imports);
    let parts: Vec<_> = own.into_iter().chain(imports).collect();
    let list = LIST.replace("{parts}", &parts.join(" UNION ALL "));
    let query = Query::of_tenant(list, scope).bind([most(page)]).bind(limits(page));
    let query = shown(cut(query.fill("no_chord", NO_CHORD), dialect), filter);
    let query = seen(query, dialect, filter, &if few.own { BY_CHANGE.to_owned() } else { of_each(BY_CHANGE) });
    let account = filter.integration_account_id.map(IntegrationAccountId::as_uuid);
    let query = query.fill("account", "").and_in("account", "account.id = ?", account);
    let since = filter.updated_since.filter(|_| few.at_sources).map(Edge::instant);
    let query = query.and_in("if_imported", &dialect.one_of("import.listing_id", CHANGED_AT_SOURCES), since);
    if few.own {
        let query = query.after_in("if_imported", "import.listing_id > ?", page);
        query.after(&of_each("listing.id > ?"), page).all_of_each_account(dialect, "listings", "listing")
    } else {
        query.after("listing.id > ?", page).first_of_each_account(dialect, "listings", "listing")
    }
}

/// Reads a page by id of the tenant's only account.
fn listed_of_account(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    account: Uuid,
    filter: &ListingFilter,
    page: Page,
) -> Query {
    let query = Query::of_tenant(LIST_OF_ACCOUNT, scope).bind([account.into()]).bind(limits(page));
    let query = shown(cut(query, dialect), filter).fill(FILTERS, "");
    let query = filtered(query, dialect, filter, BY_CHANGE);
    let query = query.fill("unavailable_own", UNAVAILABLE_OWN).fill("unavailable_itself", UNAVAILABLE_ITSELF);
    query.fill("no_chord", NO_CHORD).after("listing.id > ?", page)
}

/// Reads a page by distance of what the tenant sees, by looking at all of it.
pub(super) fn listed_around(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    around: Around,
    filter: &ListingFilter,
    page: Page,
) -> Query {
    let query = Query::of_tenant(LIST_AROUND, scope).bind(centre(around)).bind(limits(page));
    let query = shown(cut(query.fill("squared_chord", SQUARED_CHORD), dialect), filter);
    seen(query, dialect, filter, BY_CHANGE)
}

/// Reads a page of what others offer inside the ring.
pub(super) fn found(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    around: Around,
    ring: Radius,
    filter: &ListingFilter,
    page: Page,
) -> Query {
    offered(shown(inside(dialect, scope, around, ring, page), filter), dialect, filter)
}

/// Reads a page of what the tenant sees inside the ring.
pub(super) fn visible_around(
    dialect: &dyn Dialect,
    scope: &TenantScope,
    around: Around,
    ring: Radius,
    filter: &ListingFilter,
    page: Page,
) -> Query {
    let query = shown(inside(dialect, scope, around, ring, page), filter);
    filtered(whose(query, dialect, filter).fill(FILTERS, ""), dialect, filter, &of_each(BY_CHANGE))
}

/// Fills the hole for the listings that the tenant owns, or imports and can book.
pub(super) fn whose(mut query: Query, dialect: &dyn Dialect, filter: &ListingFilter) -> Query {
    let is_own = if filter.origin == Some(Origin::Imported) { "" } else { IS_OWN };
    let is_imported = if filter.origin == Some(Origin::Own) {
        String::new()
    } else {
        let shows = shown_text(filter).map(|pattern| query.bound(&format!(" AND {}", LISTINGS.has_text()), pattern));
        is_imported(dialect, &shows.unwrap_or_default())
    };
    query.fill("whose", format!("CASE{is_own}{is_imported} END IS NOT NULL"))
}

fn inside(dialect: &dyn Dialect, scope: &TenantScope, around: Around, ring: Radius, page: Page) -> Query {
    let query = in_box(Query::of_tenant(SEARCH, scope), dialect, around, ring);
    let query = query.bind([squared(ring)]).bind(limits(page)).bind([most(page)]);
    cut(query, dialect)
        .fill("unavailable", UNAVAILABLE)
        .fill("nearest_first", dialect.nearest_first())
        .fill("of_owner", OF_OWNER)
        .fill("squared_chord", SQUARED_CHORD)
}

/// Fills the holes for the columns of a list with the parts that a list shows: the rest stays in the database.
pub(super) fn cut(query: Query, dialect: &dyn Dialect) -> Query {
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
pub(super) fn seen(query: Query, dialect: &dyn Dialect, filter: &ListingFilter, changed: &str) -> Query {
    let (if_own, if_imported) = match filter.origin {
        Some(Origin::Imported) => (NEVER, ""),
        Some(Origin::Own) => ("", NEVER),
        None => ("", ""),
    };
    let hides_asleep = filter.looks_inside() && if_imported.is_empty();
    let if_imported = if hides_asleep { awake(dialect) } else { if_imported.to_owned() };
    let query = query
        .fill("unavailable", UNAVAILABLE)
        .fill("own", OWN)
        .fill("imported", imported(dialect))
        .fill("if_own", if_own)
        .fill("if_imported", if_imported);
    let query = query.and_in("if_imported", &LISTINGS.each_has_text(), shown_text(filter));
    let query = filtered(query.fill(FILTERS, ""), dialect, filter, changed);
    query.and(&format!("{SQUARED_CHORD} <= ?"), filter.around.map(|around| squared(around.radius)))
}

/// Binds the centre of the search as `$3` to `$5` and, as `$6`, the distance of the faces of a box around the ring: a little
/// wider than the ring, because the exact distance is checked as well.
pub(super) fn in_box(query: Query, dialect: &dyn Dialect, around: Around, ring: Radius) -> Query {
    let query = query.bind(centre(around)).bind([(ring.chord() * (1.0 + 1e-9)).into()]);
    query.fill("placed_listings", dialect.placed_listings()).fill("in_box", dialect.in_box())
}

/// Fills the holes for the listings that others offer.
pub(super) fn offered(query: Query, dialect: &dyn Dialect, filter: &ListingFilter) -> Query {
    let origin = match filter.origin {
        None => "",
        // The tenant's own listings are never among the offers of others.
        Some(Origin::Own) => NEVER,
        Some(Origin::Imported) => ALREADY_IMPORTED,
    };
    let query = query.fill("of_owner", OF_OWNER).fill("squared_chord", SQUARED_CHORD);
    let query = query.fill("whose", offered_by_another(dialect)).fill(FILTERS, origin);
    filtered(query, dialect, filter, &of_each(BY_CHANGE)).and(&LISTINGS.each_has_text(), shown_text(filter))
}

pub(super) fn centre(around: Around) -> [Value; 3] {
    let position = around.place.position();
    [position.x.into(), position.y.into(), position.z.into()]
}

pub(super) fn squared(radius: Radius) -> Value {
    let chord = radius.chord();
    (chord * chord).into()
}

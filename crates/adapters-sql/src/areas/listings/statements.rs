//! The statements of the lists of listings.
//!
//! `found` are the listings that match, with what the tenant sees of them; `page` are those to read in full.

use crate::areas::import_policies::may_import;
use crate::engine::dialect::Dialect;
use crate::engine::text_search::SearchedTable;

/// The searched texts of all listings of a workspace.
pub(super) const LISTINGS: SearchedTable = SearchedTable {
    name: "listings",
    row: "listing",
    scope: "listing.workspace_id = $1",
    number: "SELECT number FROM workspace_numbers WHERE workspace_id = $1",
};

/// One listing, the tenant's own or imported. Each table is read by its primary key.
pub(super) const GET: &str = "\
    SELECT {columns}, account.tenant_id, \
           COALESCE(CASE WHEN account.tenant_id = $2 THEN {unavailable_own} ELSE {unavailable_imported} END, {unavailable_itself}), \
           import.imported_at, {no_chord}, 1 = 0, CAST(NULL AS text) \
    FROM listings listing CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
    LEFT JOIN imports import ON import.workspace_id = $1 AND import.tenant_id = $2 AND import.listing_id = listing.id \
    WHERE listing.workspace_id = $1 AND listing.id = $3 \
      AND account.workspace_id = $1 AND account.id = listing.integration_account_id \
      AND owner.workspace_id = $1 AND owner.id = account.tenant_id \
      AND (account.tenant_id = $2 OR import.listing_id IS NOT NULL)";

/// A page by id of the tenant's own and imported listings.
pub(super) const LIST: &str = "\
    SELECT {columns}, page.owner_id, {unavailable}, page.imported_at, page.squared_chord, {is_truncated}, {stay} \
    FROM (SELECT * FROM ({parts}) found ORDER BY found.id LIMIT $4 OFFSET $5) page \
    CROSS JOIN listings listing WHERE listing.workspace_id = $1 AND listing.id = page.id ORDER BY page.id";

/// A page by id of the tenant's only account `$3`, if there are no imports. Reads the rows that are skipped too.
pub(super) const LIST_OF_ACCOUNT: &str = "\
    SELECT {columns}, account.tenant_id AS owner_id, \
           COALESCE({unavailable_own}, {unavailable_itself}), \
           CAST(NULL AS timestamptz), {no_chord}, {is_truncated}, {stay} \
    FROM integration_accounts account CROSS JOIN listings listing \
    WHERE account.workspace_id = $1 AND account.tenant_id = $2 AND account.id = $3 \
      AND listing.workspace_id = $1 AND listing.integration_account_id = account.id{filters} \
    ORDER BY listing.id LIMIT $4 OFFSET $5";

/// The tenant's accounts, up to two.
pub(super) const SOME_ACCOUNTS: &str = "\
    SELECT account.id FROM integration_accounts account \
    WHERE account.workspace_id = $1 AND account.tenant_id = $2 ORDER BY account.id LIMIT 2";

/// The listings of the first of the tenant's accounts, which its index yields in order. Most tenants have one account only.
/// The columns are looked up in tables, because SQLite merges only parts whose columns have the same affinities.
pub(super) const PART_OF_FIRST: &str = "\
    SELECT listing.id, \
           (SELECT account.tenant_id FROM integration_accounts account \
            WHERE account.workspace_id = $1 AND account.id = {first_account}) AS owner_id, \
           (SELECT CASE WHEN account.status <> 'ACTIVE' THEN 'ACCOUNT_INACTIVE' END FROM integration_accounts account \
            WHERE account.workspace_id = $1 AND account.id = {first_account}) AS unavailable, \
           (SELECT import.imported_at FROM imports import WHERE import.workspace_id = $1 AND 1 = 0) AS imported_at, {no_chord} AS squared_chord \
    FROM listings listing \
    WHERE listing.workspace_id = $1 AND listing.integration_account_id = {first_account}{filters}{if_own}";

/// The listings of the tenant's accounts `{which}`.
pub(super) const PART_OF_ACCOUNTS: &str = "\
    SELECT {own}, {no_chord} AS squared_chord FROM integration_accounts account {rows} \
    WHERE account.workspace_id = $1 AND account.tenant_id = $2{account}{which}{if_own}";

/// The imported listings.
pub(super) const PART_OF_IMPORTS: &str = "\
    SELECT {imported}, {no_chord} AS squared_chord \
    FROM imports import CROSS JOIN listings listing CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
    WHERE import.workspace_id = $1 AND import.tenant_id = $2 \
      AND listing.workspace_id = $1 AND listing.id = import.listing_id \
      AND account.workspace_id = $1 AND account.id = listing.integration_account_id \
      AND owner.workspace_id = $1 AND owner.id = account.tenant_id{filters}{if_imported}";

/// The listings that match among the first `$3` own and imported ones.
pub(super) const FIRST_OF: &str = "\
    SELECT found.* FROM (SELECT * FROM ({parts}) found ORDER BY found.id LIMIT $3) found CROSS JOIN listings listing \
    WHERE listing.workspace_id = $1 AND listing.id = found.id \
      AND (found.imported_at IS NULL \
           OR found.unavailable IS NULL AND listing.status = 'ACTIVE' AND listing.is_approved{shows}){filters}";

/// The listings that match and are `{rare}`.
pub(super) const OF_RARE: &str = "\
    SELECT listing.id, account.tenant_id AS owner_id, \
           CASE WHEN account.status <> 'ACTIVE' THEN 'ACCOUNT_INACTIVE' END AS unavailable, import.imported_at, \
           {chord} AS squared_chord \
    FROM listings listing CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
    LEFT JOIN imports import ON import.workspace_id = $1 AND import.tenant_id = $2 AND import.listing_id = listing.id \
    WHERE {rare} AND {of_owner} AND {whose}{filters}";

/// A page of [`OF_RARE`].
pub(super) const LIST_RARE: &str = "\
    SELECT {columns}, page.owner_id, {unavailable}, page.imported_at, page.squared_chord, {is_truncated}, {stay} \
    FROM (SELECT * FROM ({parts}) found ORDER BY found.squared_chord, found.id LIMIT {size} OFFSET {offset}) page \
    CROSS JOIN listings listing WHERE listing.workspace_id = $1 AND listing.id = page.id \
    ORDER BY page.squared_chord, page.id";

/// The number of [`OF_RARE`].
pub(super) const COUNT_RARE: &str = "SELECT COUNT(*) AS count FROM ({parts}) found";

/// A page by distance of the tenant's own and imported listings around the place `$3`, `$4`, `$5`.
pub(super) const LIST_AROUND: &str = "\
    SELECT {columns}, page.owner_id, {unavailable}, page.imported_at, page.squared_chord, {is_truncated}, {stay} \
    FROM (SELECT * \
          FROM (SELECT {own}, {squared_chord} AS squared_chord \
                FROM integration_accounts account CROSS JOIN listings listing \
                WHERE account.workspace_id = $1 AND account.tenant_id = $2 \
                  AND listing.workspace_id = $1 \
                  AND listing.integration_account_id = account.id{filters}{if_own} \
                UNION ALL \
                SELECT * \
                FROM (SELECT {imported}, {squared_chord} AS squared_chord \
                      FROM imports import CROSS JOIN listings listing \
                      CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
                      WHERE import.workspace_id = $1 AND import.tenant_id = $2 \
                        AND listing.workspace_id = $1 AND listing.id = import.listing_id \
                        AND account.workspace_id = $1 AND account.id = listing.integration_account_id \
                        AND owner.workspace_id = $1 \
                        AND owner.id = account.tenant_id{filters}{if_imported}) imported) found \
          ORDER BY found.squared_chord, found.id LIMIT $6 OFFSET $7) page \
    CROSS JOIN listings listing WHERE listing.workspace_id = $1 AND listing.id = page.id \
    ORDER BY page.squared_chord, page.id";

/// The number of the tenant's own and imported listings.
pub(super) const COUNT: &str = "\
    SELECT (SELECT COUNT(*) FROM integration_accounts account CROSS JOIN listings listing \
            WHERE account.workspace_id = $1 AND account.tenant_id = $2 \
              AND listing.workspace_id = $1 \
              AND listing.integration_account_id = account.id{filters}{if_own}) \
         + (SELECT COUNT(*) FROM imports import CROSS JOIN listings listing \
            CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
            WHERE import.workspace_id = $1 AND import.tenant_id = $2 \
              AND listing.workspace_id = $1 AND listing.id = import.listing_id \
              AND account.workspace_id = $1 AND account.id = listing.integration_account_id \
              AND owner.workspace_id = $1 \
              AND owner.id = account.tenant_id{filters}{if_imported}) AS count";

/// A page of the listings inside the ring around the place `$3`, `$4`, `$5`: those that others offer, or that the tenant
/// sees.
///
/// Listings in the corners of the box are outside the ring, and farther than all inside, so `$7` can exclude them after
/// `nearest_first`. Inside the subquery, the condition would keep the planner from seeing how much the index by distance
/// saves.
pub(super) const SEARCH: &str = "\
    SELECT {columns}, page.owner_id, {unavailable}, page.imported_at, page.squared_chord, {is_truncated}, {stay} \
    FROM (SELECT found.id, found.owner_id, found.unavailable, import.imported_at, found.squared_chord \
          FROM (SELECT listing.id, account.tenant_id AS owner_id, \
                       CASE WHEN account.status <> 'ACTIVE' THEN 'ACCOUNT_INACTIVE' END AS unavailable, \
                       {squared_chord} AS squared_chord \
                FROM {placed_listings} CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
                WHERE {of_owner} AND {whose} AND {in_box}{filters}{nearest_first}) found \
          LEFT JOIN imports import ON import.workspace_id = $1 AND import.tenant_id = $2 AND import.listing_id = found.id \
          WHERE found.squared_chord <= $7 ORDER BY found.squared_chord, found.id LIMIT $8 OFFSET $9) page \
    CROSS JOIN listings listing WHERE listing.workspace_id = $1 AND listing.id = page.id \
    ORDER BY page.squared_chord, page.id";

/// The number of the listings that others offer inside the ring.
pub(super) const COUNT_FOUND: &str = "\
    SELECT COUNT(*) AS count FROM {placed_listings} CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
    WHERE {of_owner} AND {whose} AND {in_box} AND {squared_chord} <= $7{filters}";

/// The number of the workspace's listings in the box, up to `$7`.
pub(super) const COUNT_IN_BOX: &str = "\
    SELECT COUNT(*) AS count \
    FROM (SELECT 1 FROM {positions} {in_box} LIMIT $7) inside";

macro_rules! unavailable_own {
    () => {
        "CASE WHEN account.status <> 'ACTIVE' THEN 'ACCOUNT_INACTIVE' END"
    };
}

macro_rules! unavailable_itself {
    () => {
        "CASE WHEN listing.status <> 'ACTIVE' THEN 'LISTING_INACTIVE' \
              WHEN NOT listing.is_approved THEN 'LISTING_NOT_APPROVED' END"
    };
}

/// The reason of its account why the tenant's own listing cannot be booked.
pub(super) const UNAVAILABLE_OWN: &str = unavailable_own!();

/// The reason of the listing itself why it cannot be booked.
pub(super) const UNAVAILABLE_ITSELF: &str = unavailable_itself!();

/// Returns the reason of its owner and account why an imported listing cannot be booked.
pub(super) fn unavailable_imported(dialect: &dyn Dialect) -> String {
    let may_import = may_import(dialect, "$2");
    format!(
        "CASE WHEN owner.status <> 'ACTIVE' THEN 'OWNER_INACTIVE' WHEN account.status <> 'ACTIVE' THEN 'ACCOUNT_INACTIVE' \
              WHEN NOT {may_import} THEN 'IMPORT_NOT_ALLOWED' END"
    )
}

/// The reason why a listing of the page cannot be booked. Rows before the page are skipped without reading the status.
pub(super) const UNAVAILABLE: &str = concat!("COALESCE(page.unavailable, ", unavailable_itself!(), ")");

/// The columns of `found` of a listing of the tenant's own account.
pub(super) const OWN: &str = concat!(
    "listing.id, account.tenant_id AS owner_id, ",
    unavailable_own!(),
    " AS unavailable, (SELECT import.imported_at FROM imports import WHERE import.workspace_id = $1 AND 1 = 0) AS imported_at"
);

/// Returns the columns of `found` of an imported listing.
pub(super) fn imported(dialect: &dyn Dialect) -> String {
    let unavailable = unavailable_imported(dialect);
    format!("import.listing_id AS id, account.tenant_id AS owner_id, {unavailable} AS unavailable, import.imported_at")
}

pub(super) const NO_CHORD: &str = "CAST(NULL AS double precision)";

/// The squared chord, with the terms and their order of the domain's `squared_chord`.
pub(super) const SQUARED_CHORD: &str = "\
    ((listing.x - $3) * (listing.x - $3) + (listing.y - $4) * (listing.y - $4) + (listing.z - $5) * (listing.z - $5))";

/// The tenant's imports.
pub(super) const IMPORTS: &str = "\
    SELECT 1 FROM imports import WHERE import.workspace_id = $1 AND import.tenant_id = $2";

/// The listings that were changed at `?` or later, of the accounts of which the tenant has imported some. With EXISTS,
/// SQLite would look for the imports of each listing.
pub(super) const CHANGED_AT_SOURCES: &str = "\
    SELECT changed.id FROM integration_accounts source CROSS JOIN listings changed \
    WHERE source.workspace_id = $1 AND source.tenant_id <> $2 \
      AND (SELECT 1 FROM imports some_import \
           WHERE some_import.workspace_id = $1 AND some_import.integration_account_id = source.id \
             AND some_import.tenant_id = $2 LIMIT 1) IS NOT NULL \
      AND changed.workspace_id = $1 AND changed.integration_account_id = source.id \
      AND changed.updated_at >= ?";

/// The condition that joins a listing, its account and its owner.
pub(super) const OF_OWNER: &str = "\
    listing.workspace_id = $1 \
    AND account.workspace_id = $1 AND account.id = listing.integration_account_id \
    AND owner.workspace_id = $1 AND owner.id = account.tenant_id";

/// The case that the listing is the tenant's own.
pub(super) const IS_OWN: &str = " WHEN account.tenant_id = $2 THEN 1";

/// Returns the case that the tenant has imported the listing, which can be booked, with a further condition.
pub(super) fn is_imported(dialect: &dyn Dialect, condition: &str) -> String {
    let is_offered = is_offered(dialect);
    format!(
        " WHEN {is_offered}{condition} \
         THEN (SELECT 1 FROM imports already \
               WHERE already.workspace_id = $1 AND already.tenant_id = $2 AND already.listing_id = listing.id)"
    )
}

/// Returns the condition that another tenant offers the listing.
pub(super) fn offered_by_another(dialect: &dyn Dialect) -> String {
    format!("account.tenant_id <> $2 AND {}", is_offered(dialect))
}

/// Returns the condition that an imported listing can be booked.
pub(super) fn awake(dialect: &dyn Dialect) -> String {
    format!(" AND {}", is_offered(dialect))
}

/// Returns the condition that the owner offers the listing to the tenant.
fn is_offered(dialect: &dyn Dialect) -> String {
    let may_import = may_import(dialect, "$2");
    format!(
        "{may_import} AND owner.status = 'ACTIVE' AND account.status = 'ACTIVE' \
         AND listing.status = 'ACTIVE' AND listing.is_approved"
    )
}

/// The condition that the tenant has imported a listing that another offers.
pub(super) const ALREADY_IMPORTED: &str = " AND EXISTS (SELECT 1 FROM imports already \
    WHERE already.workspace_id = $1 AND already.tenant_id = $2 AND already.listing_id = listing.id)";

/// The condition of no listing.
pub(super) const NEVER: &str = " AND 1 = 0";

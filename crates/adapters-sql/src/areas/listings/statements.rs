//! The statements of the lists of listings.
//!
//! `found` are the listings that match, with what the tenant sees of them; `page` are those to read in full.

/// One listing, the tenant's own or imported.
pub(super) const GET: &str = "\
    SELECT {columns}, page.owner_id, {unavailable}, page.imported_at, page.squared_chord, 1 = 0 \
    FROM (SELECT {own}, {no_chord} AS squared_chord \
          FROM integration_accounts account CROSS JOIN listings listing \
          WHERE account.workspace_id = $1 AND account.tenant_id = $2 AND listing.id = $3 \
            AND listing.workspace_id = account.workspace_id AND listing.integration_account_id = account.id \
          UNION ALL \
          SELECT {imported}, {no_chord} AS squared_chord \
          FROM imports import CROSS JOIN listings listing CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
          WHERE import.workspace_id = $1 AND import.tenant_id = $2 AND import.listing_id = $3 \
            AND listing.workspace_id = import.workspace_id AND listing.id = import.listing_id \
            AND account.workspace_id = listing.workspace_id AND account.id = listing.integration_account_id \
            AND owner.workspace_id = account.workspace_id AND owner.id = account.tenant_id) page \
    CROSS JOIN listings listing WHERE listing.workspace_id = $1 AND listing.id = page.id ORDER BY page.id";

/// A page by id of the tenant's own and imported listings. Each account and the imports yield at most as many rows as the
/// page could show.
pub(super) const LIST: &str = "\
    SELECT {columns}, page.owner_id, {unavailable}, page.imported_at, page.squared_chord, {is_truncated} \
    FROM (SELECT * \
          FROM (SELECT {own}, {no_chord} AS squared_chord \
                FROM integration_accounts account \
                {first_of_account}{filters} ORDER BY listing.id LIMIT $3{end_of_account} \
                WHERE account.workspace_id = $1 AND account.tenant_id = $2{if_own} \
                UNION ALL \
                SELECT * \
                FROM (SELECT {imported}, {no_chord} AS squared_chord \
                      FROM imports import CROSS JOIN listings listing \
                      CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
                      WHERE import.workspace_id = $1 AND import.tenant_id = $2 \
                        AND listing.workspace_id = import.workspace_id AND listing.id = import.listing_id \
                        AND account.workspace_id = listing.workspace_id AND account.id = listing.integration_account_id \
                        AND owner.workspace_id = account.workspace_id AND owner.id = account.tenant_id{filters}{if_imported} \
                      ORDER BY import.listing_id LIMIT $3) imported) found \
          ORDER BY found.id LIMIT $4 OFFSET $5) page \
    CROSS JOIN listings listing WHERE listing.workspace_id = $1 AND listing.id = page.id ORDER BY page.id";

/// A page by distance of the tenant's own and imported listings around the place `$3`, `$4`, `$5`.
pub(super) const LIST_AROUND: &str = "\
    SELECT {columns}, page.owner_id, {unavailable}, page.imported_at, page.squared_chord, {is_truncated} \
    FROM (SELECT * \
          FROM (SELECT {own}, {squared_chord} AS squared_chord \
                FROM integration_accounts account CROSS JOIN listings listing \
                WHERE account.workspace_id = $1 AND account.tenant_id = $2 \
                  AND listing.workspace_id = account.workspace_id \
                  AND listing.integration_account_id = account.id{filters}{if_own} \
                UNION ALL \
                SELECT * \
                FROM (SELECT {imported}, {squared_chord} AS squared_chord \
                      FROM imports import CROSS JOIN listings listing \
                      CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
                      WHERE import.workspace_id = $1 AND import.tenant_id = $2 \
                        AND listing.workspace_id = import.workspace_id AND listing.id = import.listing_id \
                        AND account.workspace_id = listing.workspace_id AND account.id = listing.integration_account_id \
                        AND owner.workspace_id = account.workspace_id \
                        AND owner.id = account.tenant_id{filters}{if_imported}) imported) found \
          ORDER BY found.squared_chord, found.id LIMIT $6 OFFSET $7) page \
    CROSS JOIN listings listing WHERE listing.workspace_id = $1 AND listing.id = page.id \
    ORDER BY page.squared_chord, page.id";

/// The number of the tenant's own and imported listings.
pub(super) const COUNT: &str = "\
    SELECT (SELECT COUNT(*) FROM integration_accounts account CROSS JOIN listings listing \
            WHERE account.workspace_id = $1 AND account.tenant_id = $2 \
              AND listing.workspace_id = account.workspace_id \
              AND listing.integration_account_id = account.id{filters}{if_own}) \
         + (SELECT COUNT(*) FROM imports import CROSS JOIN listings listing \
            CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
            WHERE import.workspace_id = $1 AND import.tenant_id = $2 \
              AND listing.workspace_id = import.workspace_id AND listing.id = import.listing_id \
              AND account.workspace_id = listing.workspace_id AND account.id = listing.integration_account_id \
              AND owner.workspace_id = account.workspace_id \
              AND owner.id = account.tenant_id{filters}{if_imported}) AS count";

/// A page of the listings that others offer inside the ring around the place `$3`, `$4`, `$5`.
///
/// Listings in the corners of the box are outside the ring, and farther than all inside, so `$7` can exclude them after
/// `nearest_first`. Inside the subquery, the condition would keep the planner from seeing how much the index by distance
/// saves.
pub(super) const SEARCH: &str = "\
    SELECT {columns}, page.owner_id, page.unavailable, page.imported_at, page.squared_chord, {is_truncated} \
    FROM (SELECT found.id, found.owner_id, found.unavailable, import.imported_at, found.squared_chord \
          FROM (SELECT listing.id, account.tenant_id AS owner_id, CAST(NULL AS text) AS unavailable, \
                       {squared_chord} AS squared_chord \
                FROM {placed_listings} CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
                WHERE {offered} AND {in_box}{filters}{nearest_first}) found \
          LEFT JOIN imports import ON import.workspace_id = $1 AND import.tenant_id = $2 AND import.listing_id = found.id \
          WHERE found.squared_chord <= $7 ORDER BY found.squared_chord, found.id LIMIT $8 OFFSET $9) page \
    CROSS JOIN listings listing WHERE listing.workspace_id = $1 AND listing.id = page.id \
    ORDER BY page.squared_chord, page.id";

/// The number of the listings that others offer inside the ring.
pub(super) const COUNT_FOUND: &str = "\
    SELECT COUNT(*) AS count FROM {placed_listings} CROSS JOIN integration_accounts account CROSS JOIN tenants owner \
    WHERE {offered} AND {in_box} AND {squared_chord} <= $7{filters}";

/// The number of the workspace's listings in the box, up to `$7`.
pub(super) const COUNT_IN_BOX: &str = "\
    SELECT COUNT(*) AS count \
    FROM (SELECT 1 FROM {positions} {in_box} LIMIT $7) inside";

/// The columns of `found` of a listing of the tenant's own account.
pub(super) const OWN: &str = "\
    listing.id, account.tenant_id AS owner_id, \
    CASE WHEN account.status <> 'ACTIVE' THEN 'ACCOUNT_INACTIVE' END AS unavailable, \
    CAST(NULL AS timestamptz) AS imported_at";

/// The columns of `found` of an imported listing.
pub(super) const IMPORTED: &str = "\
    listing.id, account.tenant_id AS owner_id, \
    CASE WHEN owner.status <> 'ACTIVE' THEN 'OWNER_INACTIVE' WHEN account.status <> 'ACTIVE' THEN 'ACCOUNT_INACTIVE' \
         WHEN NOT account.allow_import THEN 'IMPORT_NOT_ALLOWED' END AS unavailable, \
    import.imported_at";

/// The reason why a listing of the page cannot be booked: that of its account, or its own status. Rows before the page are
/// skipped without reading the status.
pub(super) const UNAVAILABLE: &str =
    "COALESCE(page.unavailable, CASE WHEN listing.status <> 'ACTIVE' THEN 'LISTING_INACTIVE' END)";

pub(super) const NO_CHORD: &str = "CAST(NULL AS double precision)";

/// The squared chord, with the terms and their order of the domain's `squared_chord`.
pub(super) const SQUARED_CHORD: &str = "\
    ((listing.x - $3) * (listing.x - $3) + (listing.y - $4) * (listing.y - $4) + (listing.z - $5) * (listing.z - $5))";

/// The condition that another tenant offers the listing.
pub(super) const OFFERED: &str = "\
    listing.workspace_id = $1 \
    AND account.workspace_id = listing.workspace_id AND account.id = listing.integration_account_id \
    AND owner.workspace_id = account.workspace_id AND owner.id = account.tenant_id AND account.tenant_id <> $2 \
    AND account.allow_import AND owner.status = 'ACTIVE' AND account.status = 'ACTIVE' AND listing.status = 'ACTIVE'";

/// The condition that an imported listing can be booked.
pub(super) const AWAKE: &str = " AND account.allow_import AND owner.status = 'ACTIVE' \
    AND account.status = 'ACTIVE' AND listing.status = 'ACTIVE'";

/// The condition that the tenant has imported a listing that another offers.
pub(super) const ALREADY_IMPORTED: &str = " AND EXISTS (SELECT 1 FROM imports already \
    WHERE already.workspace_id = $1 AND already.tenant_id = $2 AND already.listing_id = listing.id)";

/// The condition of no listing.
pub(super) const NEVER: &str = " AND 1 = 0";

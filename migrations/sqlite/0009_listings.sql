-- Places to stay, each of an integration account.
--
-- Degrees are in billionths, which are exact. x, y and z are the same place on the unit sphere, where distances need no trigonometry
-- and neither the poles nor the date line are special. `start_price_scaled` is the price in ten-thousandths of a major unit: on this
-- scale, prices of all currencies are compared.

CREATE TABLE listings (
    -- The key of the tree below. Unlike a rowid, it stays unchanged when the file is compacted.
    number                 integer PRIMARY KEY,
    workspace_id           blob NOT NULL,
    id                     blob NOT NULL,
    integration_account_id blob NOT NULL,
    provider_id            text NOT NULL,
    name                   text NOT NULL,
    internal_name          text,
    description            text,
    type                   text,
    status                 text NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE')),
    thumbnail_url          text,
    pictures               text NOT NULL,
    line1                  text,
    line2                  text,
    city                   text,
    state                  text,
    country_code           text,
    postal_code            text,
    latitude               integer NOT NULL,
    longitude              integer NOT NULL,
    x                      real NOT NULL,
    y                      real NOT NULL,
    z                      real NOT NULL,
    time_zone              text,
    minimum_nights         integer NOT NULL,
    maximum_nights         integer,
    max_occupancy          integer NOT NULL,
    bedroom_count          integer NOT NULL,
    bathroom_tenths        integer NOT NULL,
    start_price            integer NOT NULL,
    start_price_scaled     integer NOT NULL,
    currency               text NOT NULL,
    amenities              text NOT NULL,
    amenities_folded       text NOT NULL,
    version                integer NOT NULL,
    created_at             text NOT NULL,
    updated_at             text NOT NULL,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, integration_account_id) REFERENCES integration_accounts (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX listing_provider_id ON listings (workspace_id, integration_account_id, provider_id);
-- This index has the columns of most filters, so that a filter that few listings match does not read all listings. It does not have
-- the status: with it, SQLite would read the whole index for a thousand listings that an import names by id.
CREATE INDEX listings_by_account ON listings (
    workspace_id, integration_account_id, id,
    max_occupancy, bedroom_count, bathroom_tenths, start_price_scaled, currency
);
CREATE INDEX listings_by_change ON listings (workspace_id, integration_account_id, updated_at, id);

-- The positions of listings: a tree over the unit sphere, with the workspace as a fourth dimension. The tree stores whole numbers and
-- 32-bit floating-point numbers only. So a workspace has its number in it, and distances are computed from the table.

CREATE VIRTUAL TABLE listing_tree USING rtree (
    number, min_x, max_x, min_y, max_y, min_z, max_z, min_workspace, max_workspace
);
-- A position extends in the dimension of workspaces. The tree groups its entries by volume, and without an extent in each dimension
-- all volumes are zero: searches then read most of the tree.
CREATE TRIGGER listing_is_placed AFTER INSERT ON listings BEGIN
    INSERT INTO listing_tree
    SELECT new.number, new.x, new.x, new.y, new.y, new.z, new.z, number, number + 0.5
    FROM workspace_numbers WHERE workspace_id = new.workspace_id;
END;
CREATE TRIGGER listing_is_moved AFTER UPDATE OF x, y, z ON listings
WHEN (new.x, new.y, new.z) IS NOT (old.x, old.y, old.z) BEGIN
    UPDATE listing_tree
    SET min_x = new.x, max_x = new.x, min_y = new.y, max_y = new.y, min_z = new.z, max_z = new.z
    WHERE number = new.number;
END;
CREATE TRIGGER listing_is_removed AFTER DELETE ON listings BEGIN
    DELETE FROM listing_tree WHERE number = old.number;
END;

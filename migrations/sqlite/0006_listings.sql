-- Places to stay, each of one integration account, whose tenant is theirs.
--
-- Degrees are stored in billionths, so that they stay exact; x, y and z are the same place on the unit sphere, where distances need
-- no trigonometry and neither the poles nor the date line are special. Prices are in minor units of their currency, and
-- once more in ten-thousandths of a major unit, a scale on which all of them are compared.

CREATE TABLE listings (
    -- The key of the tree below: unlike a rowid, it stays as it is when the file is compacted.
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
CREATE INDEX listings_by_account ON listings (workspace_id, integration_account_id, id);

-- Where listings are: a tree over the unit sphere, with the workspace as a fourth dimension. The tree knows whole numbers
-- and short floating-point numbers only, so workspaces get a number each, and distances are reckoned from the table.

CREATE TABLE workspace_numbers (
    number       integer PRIMARY KEY,
    workspace_id blob NOT NULL UNIQUE REFERENCES workspaces (id)
) STRICT;
INSERT INTO workspace_numbers (workspace_id) SELECT id FROM workspaces;
CREATE TRIGGER workspace_is_numbered AFTER INSERT ON workspaces BEGIN
    INSERT INTO workspace_numbers (workspace_id) VALUES (new.id);
END;

CREATE VIRTUAL TABLE listing_tree USING rtree (
    number, min_x, max_x, min_y, max_y, min_z, max_z, min_workspace, max_workspace
);
CREATE TRIGGER listing_is_placed AFTER INSERT ON listings BEGIN
    INSERT INTO listing_tree
    SELECT new.number, new.x, new.x, new.y, new.y, new.z, new.z, number, number
    FROM workspace_numbers WHERE workspace_id = new.workspace_id;
END;
CREATE TRIGGER listing_is_placed_anew AFTER UPDATE OF x, y, z ON listings
WHEN (new.x, new.y, new.z) IS NOT (old.x, old.y, old.z) BEGIN
    UPDATE listing_tree
    SET min_x = new.x, max_x = new.x, min_y = new.y, max_y = new.y, min_z = new.z, max_z = new.z
    WHERE number = new.number;
END;
CREATE TRIGGER listing_is_taken_away AFTER DELETE ON listings BEGIN
    DELETE FROM listing_tree WHERE number = old.number;
END;

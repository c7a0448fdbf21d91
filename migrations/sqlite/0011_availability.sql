-- The nights on which a listing differs from its defaults.
--
-- A price counts only while the listing still has the price's currency.

CREATE TABLE calendar_nights (
    workspace_id   blob NOT NULL,
    listing_id     blob NOT NULL,
    night          text NOT NULL,
    is_blocked     integer NOT NULL,
    price          integer,
    currency       text,
    minimum_nights integer,
    maximum_nights integer,
    PRIMARY KEY (workspace_id, listing_id, night),
    FOREIGN KEY (workspace_id, listing_id) REFERENCES listings (workspace_id, id),
    CHECK ((price IS NULL) = (currency IS NULL))
) STRICT;

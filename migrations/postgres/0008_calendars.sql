-- The nights of listings that differ from what the listing says of all nights, a row for each.
--
-- Prices are in minor units of the currency in which they were stated: they count only while the listing has it.

CREATE TABLE calendar_nights (
    workspace_id   uuid NOT NULL,
    listing_id     uuid NOT NULL,
    night          date NOT NULL,
    is_blocked     boolean NOT NULL,
    price          bigint,
    currency       text,
    minimum_nights integer,
    maximum_nights integer,
    PRIMARY KEY (workspace_id, listing_id, night),
    FOREIGN KEY (workspace_id, listing_id) REFERENCES listings (workspace_id, id),
    CHECK ((price IS NULL) = (currency IS NULL))
);

-- Places to stay, each of an integration account.
--
-- Degrees are in billionths, which are exact. x, y and z are the same place on the unit sphere, where distances need no trigonometry
-- and neither the poles nor the date line are special. `start_price_scaled` is the price in ten-thousandths of a major unit: on this
-- scale, prices of all currencies are compared.

CREATE EXTENSION IF NOT EXISTS cube;
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE listings (
    workspace_id           uuid NOT NULL,
    id                     uuid NOT NULL,
    integration_account_id uuid NOT NULL,
    provider_id            text NOT NULL,
    name                   text NOT NULL,
    internal_name          text,
    description            text,
    type                   text,
    status                 text NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE')),
    thumbnail_url          text,
    pictures               jsonb NOT NULL,
    line1                  text,
    line2                  text,
    city                   text,
    state                  text,
    country_code           text,
    postal_code            text,
    latitude               bigint NOT NULL,
    longitude              bigint NOT NULL,
    x                      double precision NOT NULL,
    y                      double precision NOT NULL,
    z                      double precision NOT NULL,
    time_zone              text,
    minimum_nights         integer NOT NULL,
    maximum_nights         integer,
    max_occupancy          integer NOT NULL,
    bedroom_count          integer NOT NULL,
    bathroom_tenths        integer NOT NULL,
    start_price            bigint NOT NULL,
    start_price_scaled     bigint NOT NULL,
    currency               text NOT NULL,
    amenities              jsonb NOT NULL,
    amenities_folded       text NOT NULL,
    version                bigint NOT NULL,
    created_at             timestamptz NOT NULL,
    updated_at             timestamptz NOT NULL,
    position               cube NOT NULL GENERATED ALWAYS AS (cube(ARRAY[x, y, z])) STORED,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, integration_account_id) REFERENCES integration_accounts (workspace_id, id)
);
CREATE UNIQUE INDEX listing_provider_id ON listings (workspace_id, integration_account_id, provider_id);
CREATE INDEX listings_by_account ON listings (workspace_id, integration_account_id, id);
CREATE INDEX listings_by_change ON listings (workspace_id, integration_account_id, updated_at, id);
CREATE INDEX listings_by_position ON listings USING gist (workspace_id, position);
-- The planner expects 10,000 listings of an account. Statistics that are collected while most are of one account would make a list
-- of another account read those by id.
ALTER TABLE listings ALTER COLUMN integration_account_id SET (n_distinct = -0.0001);

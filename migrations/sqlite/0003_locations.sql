-- The business places of tenants. Coordinates are stored as the texts that were sent.

CREATE TABLE locations (
    workspace_id         blob NOT NULL,
    id                   blob NOT NULL,
    tenant_id            blob NOT NULL,
    name                 text NOT NULL,
    description          text,
    address              text,
    post_code            text,
    city                 text,
    state                text,
    country_code         text,
    latitude             text,
    longitude            text,
    external_location_id text,
    is_default           integer NOT NULL,
    is_trashed           integer NOT NULL,
    version              integer NOT NULL,
    created_at           text NOT NULL,
    updated_at           text NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX location_default ON locations (workspace_id, tenant_id) WHERE is_default;
CREATE INDEX locations_by_tenant ON locations (workspace_id, tenant_id, id);

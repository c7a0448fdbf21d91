-- The business places of tenants. Coordinates are stored as the texts that were sent.

CREATE TABLE locations (
    workspace_id         uuid NOT NULL,
    id                   uuid NOT NULL,
    tenant_id            uuid NOT NULL,
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
    is_default           boolean NOT NULL,
    is_trashed           boolean NOT NULL,
    version              bigint NOT NULL,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id)
);
CREATE UNIQUE INDEX location_default ON locations (workspace_id, tenant_id) WHERE is_default;
CREATE INDEX locations_by_tenant ON locations (workspace_id, tenant_id, id);

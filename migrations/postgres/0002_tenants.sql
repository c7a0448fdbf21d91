-- The customers of a workspace. Exactly one of them is its default tenant.

CREATE TABLE tenants (
    workspace_id       uuid NOT NULL REFERENCES workspaces (id),
    id                 uuid NOT NULL,
    name               text NOT NULL,
    name_folded        text NOT NULL,
    domain             text NOT NULL,
    is_default         boolean NOT NULL,
    status             text NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE')),
    description        text,
    description_folded text,
    address            text,
    city               text,
    city_folded        text,
    post_code          text,
    country_code       text,
    version            bigint NOT NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    -- The default tenant is always active.
    CHECK (status = 'ACTIVE' OR NOT is_default)
);
CREATE UNIQUE INDEX tenant_domain ON tenants (workspace_id, domain);
CREATE UNIQUE INDEX tenant_default ON tenants (workspace_id) WHERE is_default;
CREATE INDEX tenants_by_name ON tenants (workspace_id, name_folded, id);
CREATE INDEX tenants_by_status ON tenants (workspace_id, status, id);

-- Workspaces, their tenants, and the people who call.
--
-- Every table but `workspaces` is keyed (workspace_id, id), and every reference and unique rule begins with workspace_id: a row
-- of another workspace cannot be joined by mistake, and the schema can be distributed by workspace_id. The names of
-- unique indexes are the names of rules (ports::rules); texts that are searched stand beside their folded form.

CREATE TABLE workspaces (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

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
    -- The default tenant is never deactivated, whatever a program forgets.
    CHECK (status = 'ACTIVE' OR NOT is_default)
);
CREATE UNIQUE INDEX tenant_domain ON tenants (workspace_id, domain);
CREATE UNIQUE INDEX tenant_default ON tenants (workspace_id) WHERE is_default;
CREATE INDEX tenants_by_name ON tenants (workspace_id, name_folded, id);
CREATE INDEX tenants_by_status ON tenants (workspace_id, status, id);

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
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id)
);
CREATE UNIQUE INDEX location_default ON locations (workspace_id, tenant_id) WHERE is_default;
CREATE INDEX locations_by_tenant ON locations (workspace_id, tenant_id, id);

CREATE TABLE users (
    workspace_id      uuid NOT NULL,
    id                uuid NOT NULL,
    home_tenant_id    uuid NOT NULL,
    current_tenant_id uuid NOT NULL,
    location_id       uuid,
    name              text NOT NULL,
    name_folded       text NOT NULL,
    email             text,
    email_folded      text,
    role              text NOT NULL CHECK (role IN ('support', 'tenant', 'venue', 'front-desk')),
    status            smallint NOT NULL CHECK (status IN (0, 1, 2)),
    version           bigint NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, home_tenant_id) REFERENCES tenants (workspace_id, id),
    FOREIGN KEY (workspace_id, current_tenant_id) REFERENCES tenants (workspace_id, id),
    FOREIGN KEY (workspace_id, location_id) REFERENCES locations (workspace_id, id)
);
CREATE UNIQUE INDEX user_email ON users (workspace_id, email_folded);
CREATE INDEX users_by_home ON users (workspace_id, home_tenant_id, id);
CREATE INDEX users_by_current ON users (workspace_id, current_tenant_id);
CREATE INDEX users_by_location ON users (workspace_id, location_id);

CREATE TABLE api_keys (
    workspace_id uuid NOT NULL,
    id           uuid NOT NULL,
    user_id      uuid NOT NULL,
    name         text NOT NULL,
    permission   text NOT NULL CHECK (permission IN ('READ', 'WRITE', 'ADMIN')),
    secret_hash  text NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
);
CREATE INDEX api_keys_by_user ON api_keys (workspace_id, user_id, id);

-- The trail outlives what it speaks of: it refers to the workspace only, and keeps names beside ids.
CREATE TABLE audit (
    workspace_id  uuid NOT NULL REFERENCES workspaces (id),
    id            uuid NOT NULL,
    at            timestamptz NOT NULL,
    tenant_id     uuid NOT NULL,
    tenant_name   text NOT NULL,
    actor_id      uuid,
    actor_name    text NOT NULL,
    actor_key_id  uuid,
    action        text NOT NULL,
    resource_kind text NOT NULL,
    resource_id   uuid NOT NULL,
    resource_name text NOT NULL,
    before        jsonb NOT NULL,
    after         jsonb NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX audit_by_tenant ON audit (workspace_id, tenant_id, id);
CREATE INDEX audit_by_resource ON audit (workspace_id, resource_id, id);

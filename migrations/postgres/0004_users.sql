-- API users. A user belongs to its home tenant and works in its current tenant.

CREATE TABLE users (
    workspace_id      uuid NOT NULL,
    id                uuid NOT NULL,
    home_tenant_id    uuid NOT NULL,
    current_tenant_id uuid NOT NULL,
    location_id       uuid,
    name              text NOT NULL,
    email             text,
    email_folded      text,
    search_text       text NOT NULL,
    role              text NOT NULL CHECK (role IN ('support', 'tenant', 'venue', 'front-desk')),
    status            smallint NOT NULL CHECK (status IN (0, 1, 2)),
    -- The status before a deactivation of the home tenant, which the activation restores.
    status_before     smallint CHECK (status_before IN (0, 1, 2)),
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
CREATE INDEX users_by_text ON users USING gin (workspace_id, home_tenant_id, searchable(search_text) gin_trgm_ops)
    WITH (fastupdate = off);

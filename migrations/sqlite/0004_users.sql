-- API users. A user belongs to its home tenant and works in its current tenant.

CREATE TABLE users (
    workspace_id      blob NOT NULL,
    id                blob NOT NULL,
    home_tenant_id    blob NOT NULL,
    current_tenant_id blob NOT NULL,
    location_id       blob,
    name              text NOT NULL,
    name_folded       text NOT NULL,
    email             text,
    email_folded      text,
    role              text NOT NULL CHECK (role IN ('support', 'tenant', 'venue', 'front-desk')),
    status            integer NOT NULL CHECK (status IN (0, 1, 2)),
    -- The status before a deactivation of the home tenant, which the activation restores.
    status_before     integer CHECK (status_before IN (0, 1, 2)),
    version           integer NOT NULL,
    created_at        text NOT NULL,
    updated_at        text NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, home_tenant_id) REFERENCES tenants (workspace_id, id),
    FOREIGN KEY (workspace_id, current_tenant_id) REFERENCES tenants (workspace_id, id),
    FOREIGN KEY (workspace_id, location_id) REFERENCES locations (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX user_email ON users (workspace_id, email_folded);
CREATE INDEX users_by_home ON users (workspace_id, home_tenant_id, id);
CREATE INDEX users_by_current ON users (workspace_id, current_tenant_id);
CREATE INDEX users_by_location ON users (workspace_id, location_id);

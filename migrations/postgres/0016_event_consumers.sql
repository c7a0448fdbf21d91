-- The places up to which clients have read the events of a tenant, at most 20 of each.

CREATE TABLE event_consumers (
    workspace_id uuid NOT NULL,
    tenant_id    uuid NOT NULL,
    name         text NOT NULL,
    id           uuid NOT NULL,
    position     bigint NOT NULL,
    version      bigint NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, tenant_id, name),
    FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id)
);

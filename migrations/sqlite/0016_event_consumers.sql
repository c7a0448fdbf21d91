-- The places up to which clients have read the events of a tenant, at most 20 of each.

CREATE TABLE event_consumers (
    workspace_id blob NOT NULL,
    tenant_id    blob NOT NULL,
    name         text NOT NULL,
    id           blob NOT NULL,
    position     integer NOT NULL,
    version      integer NOT NULL,
    created_at   text NOT NULL,
    updated_at   text NOT NULL,
    PRIMARY KEY (workspace_id, tenant_id, name),
    FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id)
) STRICT;

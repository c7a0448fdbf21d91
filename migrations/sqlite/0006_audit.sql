-- The audit trail. It outlives the tenants, users and keys in it: it refers to the workspace only, and stores names beside ids.

CREATE TABLE audit (
    workspace_id    blob NOT NULL REFERENCES workspaces (id),
    id              blob NOT NULL,
    at              text NOT NULL,
    tenant_id       blob NOT NULL,
    tenant_name     text NOT NULL,
    -- A second tenant that the entry concerns, such as the importer that sold a reservation of the owner.
    other_tenant_id blob,
    actor_id        blob,
    actor_name      text NOT NULL,
    actor_key_id    blob,
    action          text NOT NULL,
    resource_kind   text NOT NULL,
    resource_id     blob NOT NULL,
    resource_name   text NOT NULL,
    before          text NOT NULL,
    after           text NOT NULL,
    PRIMARY KEY (workspace_id, id)
) STRICT;
CREATE INDEX audit_by_tenant ON audit (workspace_id, tenant_id, id);
CREATE INDEX audit_by_other_tenant ON audit (workspace_id, other_tenant_id, id) WHERE other_tenant_id IS NOT NULL;
CREATE INDEX audit_by_resource ON audit (workspace_id, resource_id, id);
CREATE INDEX audit_by_action ON audit (workspace_id, action, id);
CREATE INDEX audit_by_time ON audit (workspace_id, at);

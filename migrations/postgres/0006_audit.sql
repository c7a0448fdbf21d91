-- The audit trail. It outlives the tenants, users and keys in it: it refers to the workspace only, and stores names beside ids.

CREATE TABLE audit (
    workspace_id    uuid NOT NULL REFERENCES workspaces (id),
    id              uuid NOT NULL,
    at              timestamptz NOT NULL,
    tenant_id       uuid NOT NULL,
    tenant_name     text NOT NULL,
    -- A second tenant that the entry concerns, such as the importer that sold a reservation of the owner.
    other_tenant_id uuid,
    actor_id        uuid,
    actor_name      text NOT NULL,
    actor_key_id    uuid,
    action          text NOT NULL,
    resource_kind   text NOT NULL,
    resource_id     uuid NOT NULL,
    resource_name   text NOT NULL,
    before          jsonb NOT NULL,
    after           jsonb NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX audit_by_tenant ON audit (workspace_id, tenant_id, id);
CREATE INDEX audit_by_other_tenant ON audit (workspace_id, other_tenant_id, id) WHERE other_tenant_id IS NOT NULL;
CREATE INDEX audit_by_resource ON audit (workspace_id, resource_id, id);
CREATE INDEX audit_by_action ON audit (workspace_id, action, id);
CREATE INDEX audit_by_time ON audit (workspace_id, at);

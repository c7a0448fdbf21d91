-- An entry may concern a second tenant, which finds it in its own trail: of a reservation that an importer sold, the owner of the
-- listing or the importer. Most entries concern one tenant, and are not in the index.
ALTER TABLE audit ADD COLUMN other_tenant_id uuid;
CREATE INDEX audit_by_other_tenant ON audit (workspace_id, other_tenant_id, id) WHERE other_tenant_id IS NOT NULL;

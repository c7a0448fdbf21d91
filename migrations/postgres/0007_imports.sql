-- References by which a tenant offers another tenant's listing as if it were its own.
--
-- The listing's account, which never changes, stands beside it: moving an account finds the imports that end by it,
-- however many listings it has.

CREATE TABLE imports (
    workspace_id           uuid NOT NULL,
    tenant_id              uuid NOT NULL,
    listing_id             uuid NOT NULL,
    integration_account_id uuid NOT NULL,
    imported_at            timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, tenant_id, listing_id),
    FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
    FOREIGN KEY (workspace_id, listing_id) REFERENCES listings (workspace_id, id)
);
CREATE INDEX imports_by_listing ON imports (workspace_id, listing_id);
CREATE INDEX imports_by_account ON imports (workspace_id, integration_account_id, tenant_id);

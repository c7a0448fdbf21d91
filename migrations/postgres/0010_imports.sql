-- The listings of other tenants that a tenant offers as if they were its own.
--
-- The account of a listing never changes and is stored again here, so that the move of an account finds the imports that it ends
-- without reading its listings.

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

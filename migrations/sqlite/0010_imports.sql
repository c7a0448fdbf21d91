-- The listings of other tenants that a tenant offers as if they were its own.
--
-- The account of a listing never changes and is stored again here, so that the move of an account finds the imports that it ends
-- without reading its listings.

CREATE TABLE imports (
    workspace_id           blob NOT NULL,
    tenant_id              blob NOT NULL,
    listing_id             blob NOT NULL,
    integration_account_id blob NOT NULL,
    imported_at            text NOT NULL,
    PRIMARY KEY (workspace_id, tenant_id, listing_id),
    FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
    FOREIGN KEY (workspace_id, listing_id) REFERENCES listings (workspace_id, id)
) STRICT;
CREATE INDEX imports_by_listing ON imports (workspace_id, listing_id);
CREATE INDEX imports_by_account ON imports (workspace_id, integration_account_id, tenant_id);

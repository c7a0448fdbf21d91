-- The event log of each workspace: the changes that wait for their position, the numbered events, and the tenants that they concern.
--
-- A change writes one row into `unnumbered_events`, in its own transaction. One server at a time numbers those of a workspace.

-- Changes that are committed and wait. The sequence is drawn under the row locks of the change, so that conflicting changes are in
-- order. `progress` is set once the change has its position, while importers still have to be told of its effect on their imports.
CREATE TABLE unnumbered_events (
    workspace_id uuid NOT NULL,
    sequence     bigserial NOT NULL,
    entry_id     uuid NOT NULL,
    data         jsonb NOT NULL,
    progress     jsonb,
    PRIMARY KEY (workspace_id, sequence)
);
-- Rows come and go quickly.
ALTER TABLE unnumbered_events SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- The bounds of each log. `oldest` is the position of the oldest event that is kept, or of the next one.
CREATE TABLE event_logs (
    workspace_id uuid NOT NULL,
    position     bigint NOT NULL,
    oldest       bigint NOT NULL,
    PRIMARY KEY (workspace_id)
);

-- The numbered events. Author, resource, time and changed values are those of the audit entry.
CREATE TABLE events (
    workspace_id uuid NOT NULL,
    position     bigint NOT NULL,
    id           uuid NOT NULL,
    entry_id     uuid NOT NULL,
    numbered_at  timestamptz NOT NULL,
    type         text NOT NULL,
    tenant_id    uuid NOT NULL,
    data         jsonb NOT NULL,
    PRIMARY KEY (workspace_id, position)
);

-- The feed of each tenant. `data` replaces that of the event, where the tenant is told less.
CREATE TABLE event_recipients (
    workspace_id uuid NOT NULL,
    tenant_id    uuid NOT NULL,
    position     bigint NOT NULL,
    type         text NOT NULL,
    relation     text NOT NULL,
    data         jsonb,
    PRIMARY KEY (workspace_id, tenant_id, position)
);
CREATE INDEX event_recipients_by_position ON event_recipients (workspace_id, position);

-- The imports that were deleted with a listing, an account or by its move, until their importers are told.
CREATE TABLE ended_imports (
    workspace_id           uuid NOT NULL,
    entry_id               uuid NOT NULL,
    integration_account_id uuid NOT NULL,
    tenant_id              uuid NOT NULL,
    listing_id             uuid NOT NULL,
    PRIMARY KEY (workspace_id, entry_id, integration_account_id, tenant_id, listing_id)
);

-- The imports of which the importer was told last that they are asleep.
CREATE TABLE sleeping_imports (
    workspace_id uuid NOT NULL,
    tenant_id    uuid NOT NULL,
    listing_id   uuid NOT NULL,
    PRIMARY KEY (workspace_id, tenant_id, listing_id)
);
INSERT INTO sleeping_imports (workspace_id, tenant_id, listing_id)
SELECT import.workspace_id, import.tenant_id, import.listing_id
FROM imports import
JOIN listings listing ON listing.workspace_id = import.workspace_id AND listing.id = import.listing_id
JOIN integration_accounts account
    ON account.workspace_id = import.workspace_id AND account.id = import.integration_account_id
JOIN tenants owner ON owner.workspace_id = account.workspace_id AND owner.id = account.tenant_id
WHERE NOT (owner.status = 'ACTIVE' AND account.status = 'ACTIVE' AND account.allow_import AND listing.status = 'ACTIVE');

-- The imports of an account, in the order in which their importers are told.
DROP INDEX imports_by_account;
CREATE INDEX imports_by_account ON imports (workspace_id, integration_account_id, tenant_id, listing_id);

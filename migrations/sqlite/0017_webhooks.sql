-- Webhooks: the receivers of a tenant's events, and the attempts to reach them.

-- `position` is that of the last event that is done. `leased_by` is the server that delivers, until `leased_until`.
-- Secrets are encrypted with a key that the database does not have.
CREATE TABLE webhooks (
    workspace_id         blob NOT NULL,
    id                   blob NOT NULL,
    tenant_id            blob NOT NULL,
    url                  text NOT NULL,
    description          text,
    types                text NOT NULL,
    scope                text NOT NULL CHECK (scope IN ('tenant', 'workspace')),
    base_url             text NOT NULL,
    status               text NOT NULL CHECK (status IN ('ENABLED', 'DISABLED')),
    disabled_reason      text,
    position             integer NOT NULL CHECK (position >= 0),
    consecutive_failures integer NOT NULL CHECK (consecutive_failures >= 0),
    next_attempt_at      text,
    last_delivered_at    text,
    secret               text NOT NULL,
    previous_secret      text,
    previous_until       text,
    version              integer NOT NULL,
    created_at           text NOT NULL,
    updated_at           text NOT NULL,
    leased_by            blob,
    leased_until         text NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id)
) STRICT;
CREATE INDEX webhooks_by_tenant ON webhooks (workspace_id, tenant_id, id);

-- The last attempts of each webhook. A test has no position.
CREATE TABLE webhook_attempts (
    workspace_id blob NOT NULL,
    webhook_id   blob NOT NULL,
    id           blob NOT NULL,
    event_id     blob NOT NULL,
    position     integer,
    event_type   text NOT NULL,
    number       integer NOT NULL,
    status       integer,
    failure      text,
    duration     integer NOT NULL,
    at           text NOT NULL,
    PRIMARY KEY (workspace_id, webhook_id, id),
    FOREIGN KEY (workspace_id, webhook_id) REFERENCES webhooks (workspace_id, id)
) STRICT;

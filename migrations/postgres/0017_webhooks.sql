-- Webhooks: the receivers of a tenant's events, and the attempts to reach them.

-- `position` is that of the last event that is done. `leased_by` is the server that delivers, until `leased_until`.
-- Secrets are encrypted with a key that the database does not have.
CREATE TABLE webhooks (
    workspace_id         uuid NOT NULL,
    id                   uuid NOT NULL,
    tenant_id            uuid NOT NULL,
    url                  text NOT NULL,
    description          text,
    types                text NOT NULL,
    scope                text NOT NULL CHECK (scope IN ('tenant', 'workspace')),
    base_url             text NOT NULL,
    status               text NOT NULL CHECK (status IN ('ENABLED', 'DISABLED')),
    disabled_reason      text,
    position             bigint NOT NULL CHECK (position >= 0),
    consecutive_failures integer NOT NULL CHECK (consecutive_failures >= 0),
    next_attempt_at      timestamptz,
    last_delivered_at    timestamptz,
    secret               text NOT NULL,
    previous_secret      text,
    previous_until       timestamptz,
    version              bigint NOT NULL,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    leased_by            uuid,
    leased_until         timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id)
);
CREATE INDEX webhooks_by_tenant ON webhooks (workspace_id, tenant_id, id);

-- The last attempts of each webhook. A test has no position.
CREATE TABLE webhook_attempts (
    workspace_id uuid NOT NULL,
    webhook_id   uuid NOT NULL,
    id           uuid NOT NULL,
    event_id     uuid NOT NULL,
    position     bigint,
    event_type   text NOT NULL,
    number       integer NOT NULL,
    status       integer,
    failure      text,
    duration     bigint NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, webhook_id, id),
    FOREIGN KEY (workspace_id, webhook_id) REFERENCES webhooks (workspace_id, id)
);

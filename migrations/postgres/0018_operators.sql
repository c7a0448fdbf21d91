-- Those who run the service: their keys, what they did, and the erasures that they asked for. These tables belong to no workspace:
-- in a distributed database they are on the coordinator.

-- The keys of operators, of which only a hash of the secret is stored.
CREATE TABLE operator_keys (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    secret_hash text NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    revoked_at  timestamptz
);

-- The trail of operators. It has the ids of workspaces and no data of them, because it outlives them.
CREATE TABLE operator_audit (
    id              uuid PRIMARY KEY,
    at              timestamptz NOT NULL,
    -- NULL for the command line.
    operator_key_id uuid,
    operator_name   text NOT NULL,
    action          text NOT NULL,
    workspace_id    uuid,
    resource_id     uuid NOT NULL
);
CREATE INDEX operator_audit_by_workspace ON operator_audit (workspace_id, id);

-- The requests of operators with an Idempotency-Key, kept for a day, with the resource that each has created.
CREATE TABLE operator_idempotency_records (
    operator_key_id uuid NOT NULL,
    idempotency_key text NOT NULL,
    fingerprint     bytea NOT NULL,
    resource_id     uuid NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (operator_key_id, idempotency_key)
);

-- Workspaces that are erased or being erased. At the end, the line is all that is left of one, beside its id in the trail.
CREATE TABLE erasures (
    workspace_id    uuid PRIMARY KEY,
    requested_at    timestamptz NOT NULL,
    operator_key_id uuid,
    operator_name   text NOT NULL,
    erased_rows     bigint NOT NULL,
    erased_at       timestamptz
);

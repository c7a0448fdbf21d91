-- Those who run the service: their keys, what they did, and the erasures that they asked for. These tables belong to no workspace.

-- The keys of operators, of which only a hash of the secret is stored.
CREATE TABLE operator_keys (
    id          blob PRIMARY KEY,
    name        text NOT NULL,
    secret_hash text NOT NULL,
    created_at  text NOT NULL,
    expires_at  text NOT NULL,
    revoked_at  text
) STRICT;

-- The trail of operators. It has the ids of workspaces and no data of them, because it outlives them.
CREATE TABLE operator_audit (
    id              blob PRIMARY KEY,
    at              text NOT NULL,
    -- NULL for the command line.
    operator_key_id blob,
    operator_name   text NOT NULL,
    action          text NOT NULL,
    workspace_id    blob,
    resource_id     blob NOT NULL
) STRICT;
CREATE INDEX operator_audit_by_workspace ON operator_audit (workspace_id, id);

-- The requests of operators with an Idempotency-Key, kept for a day, with the resource that each has created.
CREATE TABLE operator_idempotency_records (
    operator_key_id blob NOT NULL,
    idempotency_key text NOT NULL,
    fingerprint     blob NOT NULL,
    resource_id     blob NOT NULL,
    created_at      text NOT NULL,
    PRIMARY KEY (operator_key_id, idempotency_key)
) STRICT;

-- Workspaces that are erased or being erased. At the end, the line is all that is left of one, beside its id in the trail.
CREATE TABLE erasures (
    workspace_id    blob PRIMARY KEY,
    requested_at    text NOT NULL,
    operator_key_id blob,
    operator_name   text NOT NULL,
    erased_rows     integer NOT NULL,
    erased_at       text
) STRICT;

-- What a POST with an Idempotency-Key was answered, for a day.
--
-- A receipt refers to the workspace only. A reference to the user would lock the user's row before anything else of the
-- transaction, and against the order in which others lock users; whoever deletes a user deletes the receipts as well.

CREATE TABLE receipts (
    workspace_id    uuid NOT NULL REFERENCES workspaces (id),
    user_id         uuid NOT NULL,
    idempotency_key text NOT NULL,
    api_key_id      uuid NOT NULL,
    fingerprint     bytea NOT NULL,
    status          smallint NOT NULL,
    body            bytea NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, user_id, idempotency_key)
);
CREATE INDEX receipts_by_time ON receipts (workspace_id, created_at);

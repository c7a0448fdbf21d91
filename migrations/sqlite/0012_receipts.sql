-- What a POST with an Idempotency-Key was answered, for a day.
--
-- A receipt refers to the workspace only. A reference to the user would lock the user's row before anything else of the
-- transaction, and against the order in which others lock users; whoever deletes a user deletes the receipts as well.

CREATE TABLE receipts (
    workspace_id    blob NOT NULL REFERENCES workspaces (id),
    user_id         blob NOT NULL,
    idempotency_key text NOT NULL,
    api_key_id      blob NOT NULL,
    fingerprint     blob NOT NULL,
    status          integer NOT NULL,
    body            blob NOT NULL,
    created_at      text NOT NULL,
    PRIMARY KEY (workspace_id, user_id, idempotency_key)
) STRICT;
CREATE INDEX receipts_by_time ON receipts (workspace_id, created_at);

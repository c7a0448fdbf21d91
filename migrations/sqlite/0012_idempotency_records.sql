-- What a POST with an Idempotency-Key was answered, for a day.
--
-- An idempotency record refers to the workspace only. A reference to the user would lock the user's row before anything else of the
-- transaction, and against the order in which others lock users; whoever deletes a user deletes the records as well.

CREATE TABLE idempotency_records (
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
CREATE INDEX idempotency_records_by_time ON idempotency_records (workspace_id, created_at);

-- The responses to requests with an Idempotency-Key, kept for a day.
--
-- The user is not referred to: the reference would lock the user's row first, against the order in which other transactions lock
-- users. The deletion of a user deletes its records.

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

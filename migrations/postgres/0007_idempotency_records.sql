-- The responses to requests with an Idempotency-Key, kept for a day.
--
-- The user is not referred to: the reference would lock the user's row first, against the order in which other transactions lock
-- users. The deletion of a user deletes its records.

CREATE TABLE idempotency_records (
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
CREATE INDEX idempotency_records_by_time ON idempotency_records (workspace_id, created_at);

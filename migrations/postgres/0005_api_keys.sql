-- The keys of API users, of which only a hash of the secret is stored.

CREATE TABLE api_keys (
    workspace_id uuid NOT NULL,
    id           uuid NOT NULL,
    user_id      uuid NOT NULL,
    name         text NOT NULL,
    permission   text NOT NULL CHECK (permission IN ('READ', 'WRITE', 'ADMIN')),
    secret_hash  text NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
);
CREATE INDEX api_keys_by_user ON api_keys (workspace_id, user_id, id);

-- The status of a workspace, and its name for searches. Rows of earlier programs have no folded name.
ALTER TABLE workspaces ADD COLUMN status text NOT NULL DEFAULT 'ACTIVE';
ALTER TABLE workspaces ADD COLUMN name_folded text;
ALTER TABLE workspaces
    ADD CONSTRAINT workspaces_status_check CHECK (status IN ('ACTIVE', 'SUSPENDED', 'ERASING'));

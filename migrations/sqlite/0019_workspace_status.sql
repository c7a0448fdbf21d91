-- The status of a workspace, and its name for searches. Rows of earlier programs have no folded name.
ALTER TABLE workspaces ADD COLUMN status text NOT NULL DEFAULT 'ACTIVE'
    CHECK (status IN ('ACTIVE', 'SUSPENDED', 'ERASING'));
ALTER TABLE workspaces ADD COLUMN name_folded text;
CREATE TRIGGER workspace_is_not_numbered BEFORE DELETE ON workspaces BEGIN
    DELETE FROM workspace_numbers WHERE workspace_id = old.id;
END;

-- The webhooks that follow the log of their workspace.
CREATE INDEX webhooks_of_workspace ON webhooks (workspace_id, id) WHERE scope = 'workspace';

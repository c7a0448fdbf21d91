-- The webhooks that are behind.
CREATE INDEX webhooks_behind ON webhooks (workspace_id, id) WHERE is_behind;

-- The webhooks that are behind, by an index, so that those at rest cost nothing. `newest` is the position of an event that the
-- numbering has told to the tenant, or stored in the log that the webhook follows, or of a later one.
ALTER TABLE webhooks ADD COLUMN newest bigint NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN is_behind boolean GENERATED ALWAYS AS (status = 'ENABLED' AND position < newest) STORED;
CREATE INDEX webhooks_behind ON webhooks (workspace_id, id) WHERE is_behind;
CREATE INDEX webhooks_of_workspace ON webhooks (workspace_id, id) WHERE scope = 'workspace';

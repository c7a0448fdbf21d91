-- Whether a webhook is behind, for an index of those that are: webhooks at rest cost nothing. `newest` is the position of an event that the
-- numbering has told to the tenant, or stored in the log that the webhook follows, or of a later one.
ALTER TABLE webhooks ADD COLUMN newest integer NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN is_behind integer GENERATED ALWAYS AS (status = 'ENABLED' AND position < newest) VIRTUAL;

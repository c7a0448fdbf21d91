-- New texts wait in a short list, as those of tenants do.
CREATE INDEX reservations_by_text ON reservations USING gin (workspace_id, searchable(search_text) gin_trgm_ops)
    WITH (fastupdate = on, gin_pending_list_limit = 64);

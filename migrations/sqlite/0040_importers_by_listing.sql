-- The importers of a listing, in the index alone.
CREATE INDEX importers_by_listing ON imports (workspace_id, listing_id, tenant_id);

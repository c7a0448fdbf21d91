-- The index of an account's listings holds what most filters ask for, so that a filter that few listings match does not read them
-- all. It does not hold their status: SQLite would then look through all of it for a thousand listings that are given by id,
-- because it would find there all that an import asks about them.

DROP INDEX listings_by_account;
CREATE INDEX listings_by_account ON listings (
    workspace_id, integration_account_id, id,
    max_occupancy, bedroom_count, bathroom_tenths, start_price_scaled, currency
);

-- The index of an account's listings holds what most filters ask for, so that a filter that few listings match does not read them all.

DROP INDEX listings_by_account;
CREATE INDEX listings_by_account ON listings (
    workspace_id, integration_account_id, id,
    status, max_occupancy, bedroom_count, bathroom_tenths, start_price_scaled, currency
);

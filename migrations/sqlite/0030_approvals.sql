-- The approval of the listings of accounts that require it. A listing that is not approved is rejected if it has a reason, else its approval is
-- pending. SQLite reads 0 and 1 from the head of a row, so the conditions of a search do not read the long texts before this column.
ALTER TABLE integration_accounts ADD COLUMN require_listing_approval integer NOT NULL DEFAULT 0;
ALTER TABLE listings ADD COLUMN is_approved integer NOT NULL DEFAULT 1;
ALTER TABLE listings ADD COLUMN rejection_reason text CHECK (NOT is_approved OR rejection_reason IS NULL);

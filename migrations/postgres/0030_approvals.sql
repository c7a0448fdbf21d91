-- The approval of the listings of accounts that require it. A listing that is not approved is rejected if it has a reason, else its approval is
-- pending.
ALTER TABLE integration_accounts ADD COLUMN require_listing_approval boolean NOT NULL DEFAULT false;
ALTER TABLE listings ADD COLUMN is_approved boolean NOT NULL DEFAULT true;
ALTER TABLE listings ADD COLUMN rejection_reason text;
ALTER TABLE listings ADD CONSTRAINT listings_approval_check CHECK (NOT is_approved OR rejection_reason IS NULL);

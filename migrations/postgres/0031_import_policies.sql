-- The tenants that may import the listings of an account: all, only those of the list, or all others. The list has ids without hyphens, with spaces
-- between. It is in the row of the account, which imports and bookings lock.
ALTER TABLE integration_accounts ADD COLUMN import_mode text NOT NULL DEFAULT 'ALL';
ALTER TABLE integration_accounts ADD COLUMN import_tenants text NOT NULL DEFAULT '';
ALTER TABLE integration_accounts
    ADD CONSTRAINT integration_accounts_import_mode_check CHECK (import_mode IN ('ALL', 'ONLY', 'EXCEPT'));

-- The texts of an account for searches, like those of a tenant. Rows of earlier programs get theirs without the beginnings of words: they are found by
-- three characters and more, until they are written again.
ALTER TABLE integration_accounts ADD COLUMN search_text text NOT NULL DEFAULT '';
UPDATE integration_accounts SET search_text =
    char(16) || lower(name) || char(17) || lower(account_identifier) || char(18) || lower(COALESCE(provider_account_id, '')) || char(19);

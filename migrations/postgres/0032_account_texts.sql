-- The texts of an account for searches, like those of a tenant. Rows of earlier programs get theirs without the beginnings of words: they are found by
-- three characters and more, until they are written again.
ALTER TABLE integration_accounts ADD COLUMN search_text text NOT NULL DEFAULT '';
UPDATE integration_accounts SET search_text =
    chr(16) || lower(name) || chr(17) || lower(account_identifier) || chr(18) || lower(COALESCE(provider_account_id, '')) || chr(19);

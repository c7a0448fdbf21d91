-- What a workspace says for those who say nothing: the currency of prices and the discount of integration accounts.
--
-- The discount is stored in basis points, so that it stays exact. Workspaces can be changed from here on, so they count
-- their versions like tenants do.

ALTER TABLE workspaces ADD COLUMN default_currency text NOT NULL DEFAULT 'USD';
ALTER TABLE workspaces ADD COLUMN default_discount integer NOT NULL DEFAULT 0 CHECK (default_discount BETWEEN 0 AND 10000);
ALTER TABLE workspaces ADD COLUMN version bigint NOT NULL DEFAULT 1;

-- The customers of a workspace. Exactly one of them is its default tenant.

CREATE TABLE tenants (
    -- The key of the index of texts. Unlike a rowid, it stays unchanged when the file is compacted.
    number       integer PRIMARY KEY,
    workspace_id blob NOT NULL REFERENCES workspaces (id),
    id           blob NOT NULL,
    name         text NOT NULL,
    name_folded  text NOT NULL,
    domain       text NOT NULL,
    is_default   integer NOT NULL,
    status       text NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE')),
    description  text,
    address      text,
    city         text,
    post_code    text,
    country_code text,
    search_text  text NOT NULL,
    version      integer NOT NULL,
    created_at   text NOT NULL,
    updated_at   text NOT NULL,
    UNIQUE (workspace_id, id),
    -- The default tenant is always active.
    CHECK (status = 'ACTIVE' OR NOT is_default)
) STRICT;
CREATE UNIQUE INDEX tenant_domain ON tenants (workspace_id, domain);
CREATE UNIQUE INDEX tenant_default ON tenants (workspace_id) WHERE is_default;
CREATE INDEX tenants_by_name ON tenants (workspace_id, name_folded, id);
CREATE INDEX tenants_by_status ON tenants (workspace_id, status, id);

-- The index of texts: the rows that have each piece of three characters. The number of the workspace is in front of the row's, so that
-- a search reads the rows of one workspace only. The index does not store texts, so a text that goes must be named.
CREATE VIRTUAL TABLE tenants_text USING fts5 (
    search_text, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER tenant_is_indexed AFTER INSERT ON tenants BEGIN
    INSERT INTO tenants_text (rowid, search_text)
    SELECT number << 32 | new.number, new.search_text FROM workspace_numbers WHERE workspace_id = new.workspace_id;
END;
CREATE TRIGGER tenant_is_indexed_again AFTER UPDATE OF search_text ON tenants WHEN new.search_text <> old.search_text BEGIN
    INSERT INTO tenants_text (tenants_text, rowid, search_text)
    SELECT 'delete', number << 32 | old.number, old.search_text FROM workspace_numbers WHERE workspace_id = old.workspace_id;
    INSERT INTO tenants_text (rowid, search_text)
    SELECT number << 32 | new.number, new.search_text FROM workspace_numbers WHERE workspace_id = new.workspace_id;
END;
CREATE TRIGGER tenant_is_not_indexed AFTER DELETE ON tenants BEGIN
    INSERT INTO tenants_text (tenants_text, rowid, search_text)
    SELECT 'delete', number << 32 | old.number, old.search_text FROM workspace_numbers WHERE workspace_id = old.workspace_id;
END;

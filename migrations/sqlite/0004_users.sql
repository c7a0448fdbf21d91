-- API users. A user belongs to its home tenant and works in its current tenant.

CREATE TABLE users (
    -- The key of the index of texts. Unlike a rowid, it stays unchanged when the file is compacted.
    number            integer PRIMARY KEY,
    workspace_id      blob NOT NULL,
    id                blob NOT NULL,
    home_tenant_id    blob NOT NULL,
    current_tenant_id blob NOT NULL,
    location_id       blob,
    name              text NOT NULL,
    email             text,
    email_folded      text,
    search_text       text NOT NULL,
    role              text NOT NULL CHECK (role IN ('support', 'tenant', 'venue', 'front-desk')),
    status            integer NOT NULL CHECK (status IN (0, 1, 2)),
    -- The status before a deactivation of the home tenant, which the activation restores.
    status_before     integer CHECK (status_before IN (0, 1, 2)),
    version           integer NOT NULL,
    created_at        text NOT NULL,
    updated_at        text NOT NULL,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, home_tenant_id) REFERENCES tenants (workspace_id, id),
    FOREIGN KEY (workspace_id, current_tenant_id) REFERENCES tenants (workspace_id, id),
    FOREIGN KEY (workspace_id, location_id) REFERENCES locations (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX user_email ON users (workspace_id, email_folded);
CREATE INDEX users_by_home ON users (workspace_id, home_tenant_id, id);
CREATE INDEX users_by_current ON users (workspace_id, current_tenant_id);
CREATE INDEX users_by_location ON users (workspace_id, location_id);

-- The index of texts, like that of tenants. The number of the tenant is in front of the row's.
CREATE VIRTUAL TABLE users_text USING fts5 (
    search_text, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER user_is_indexed AFTER INSERT ON users BEGIN
    INSERT INTO users_text (rowid, search_text)
    SELECT number << 32 | new.number, new.search_text
    FROM tenants WHERE workspace_id = new.workspace_id AND id = new.home_tenant_id;
END;
CREATE TRIGGER user_is_indexed_again AFTER UPDATE OF search_text ON users WHEN new.search_text <> old.search_text BEGIN
    INSERT INTO users_text (users_text, rowid, search_text)
    SELECT 'delete', number << 32 | old.number, old.search_text
    FROM tenants WHERE workspace_id = old.workspace_id AND id = old.home_tenant_id;
    INSERT INTO users_text (rowid, search_text)
    SELECT number << 32 | new.number, new.search_text
    FROM tenants WHERE workspace_id = new.workspace_id AND id = new.home_tenant_id;
END;
CREATE TRIGGER user_is_not_indexed AFTER DELETE ON users BEGIN
    INSERT INTO users_text (users_text, rowid, search_text)
    SELECT 'delete', number << 32 | old.number, old.search_text
    FROM tenants WHERE workspace_id = old.workspace_id AND id = old.home_tenant_id;
END;

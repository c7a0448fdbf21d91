-- The customers of a workspace. Exactly one of them is its default tenant.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- A text in ASCII, for indexes of trigrams. They are made of letters and digits, and a database with the locale C knows only those of
-- ASCII; so this function turns each other letter into digits. All databases are UTF8, so the result never changes.
CREATE FUNCTION searchable(text text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT encode(convert_to(text, 'UTF8'), 'escape') $$;

CREATE TABLE tenants (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id           uuid NOT NULL,
    name         text NOT NULL,
    name_folded  text NOT NULL,
    domain       text NOT NULL,
    is_default   boolean NOT NULL,
    status       text NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE')),
    description  text,
    address      text,
    city         text,
    post_code    text,
    country_code text,
    search_text  text NOT NULL,
    version      bigint NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    -- The default tenant is always active.
    CHECK (status = 'ACTIVE' OR NOT is_default)
);
CREATE UNIQUE INDEX tenant_domain ON tenants (workspace_id, domain);
CREATE UNIQUE INDEX tenant_default ON tenants (workspace_id) WHERE is_default;
CREATE INDEX tenants_by_name ON tenants (workspace_id, name_folded, id);
CREATE INDEX tenants_by_status ON tenants (workspace_id, status, id);
-- No list of pending entries: every search would read it.
CREATE INDEX tenants_by_text ON tenants USING gin (workspace_id, searchable(search_text) gin_trgm_ops) WITH (fastupdate = off);

-- The connections of hosts to property-management systems. The account is the only place that names the owner of its listings,
-- promotions and reservations, so a move to another tenant changes one row.

CREATE TABLE integration_accounts (
    workspace_id        uuid NOT NULL,
    id                  uuid NOT NULL,
    tenant_id           uuid NOT NULL,
    name                text NOT NULL,
    provider            text NOT NULL,
    provider_account_id text,
    account_identifier  text NOT NULL,
    auth_type           text NOT NULL,
    status              text NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE')),
    allow_import        boolean NOT NULL,
    markup              integer NOT NULL CHECK (markup BETWEEN 0 AND 10000),
    default_discount    integer CHECK (default_discount BETWEEN 0 AND 10000),
    distribution_markup integer NOT NULL CHECK (distribution_markup BETWEEN 0 AND 10000),
    version             bigint NOT NULL,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id)
);
CREATE UNIQUE INDEX integration_account_identifier ON integration_accounts (workspace_id, provider, account_identifier);
CREATE INDEX integration_accounts_by_tenant ON integration_accounts (workspace_id, tenant_id, id);

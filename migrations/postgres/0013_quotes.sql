-- The prices of stays, kept for a while for the tenant that requested them.
--
-- The promotion is not referred to: it may be deleted while the quote keeps its price.

CREATE TABLE quotes (
    workspace_id                   uuid NOT NULL,
    id                             uuid NOT NULL,
    tenant_id                      uuid NOT NULL,
    listing_id                     uuid NOT NULL,
    integration_account_id         uuid NOT NULL,
    check_in                       date NOT NULL,
    check_out                      date NOT NULL,
    guests                         integer NOT NULL,
    currency                       text NOT NULL,
    base_price                     bigint NOT NULL,
    markup_percentage              integer NOT NULL,
    markup                         bigint NOT NULL,
    distribution_markup_percentage integer,
    distribution_markup            bigint,
    default_discount_percentage    integer NOT NULL,
    default_discount               bigint NOT NULL,
    promotion_discount_percentage  integer,
    promotion_discount             bigint,
    fees                           bigint NOT NULL,
    taxes                          bigint NOT NULL,
    promotion_id                   uuid,
    created_at                     timestamptz NOT NULL,
    expires_at                     timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
    FOREIGN KEY (workspace_id, listing_id) REFERENCES listings (workspace_id, id),
    CHECK ((distribution_markup_percentage IS NULL) = (distribution_markup IS NULL)),
    CHECK ((promotion_discount_percentage IS NULL) = (promotion_discount IS NULL))
);
CREATE INDEX quotes_by_tenant ON quotes (workspace_id, tenant_id);
CREATE INDEX quotes_by_expiry ON quotes (workspace_id, expires_at);
CREATE INDEX quotes_by_listing ON quotes (workspace_id, listing_id);

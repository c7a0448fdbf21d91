-- The prices of stays, kept for a while for the tenant that requested them.
--
-- The promotion is not referred to: it may be deleted while the quote keeps its price.

CREATE TABLE quotes (
    workspace_id                   blob NOT NULL,
    id                             blob NOT NULL,
    tenant_id                      blob NOT NULL,
    listing_id                     blob NOT NULL,
    integration_account_id         blob NOT NULL,
    check_in                       text NOT NULL,
    check_out                      text NOT NULL,
    guests                         integer NOT NULL,
    currency                       text NOT NULL,
    base_price                     integer NOT NULL,
    markup_percentage              integer NOT NULL,
    markup                         integer NOT NULL,
    distribution_markup_percentage integer,
    distribution_markup            integer,
    default_discount_percentage    integer NOT NULL,
    default_discount               integer NOT NULL,
    promotion_discount_percentage  integer,
    promotion_discount             integer,
    fees                           integer NOT NULL,
    taxes                          integer NOT NULL,
    promotion_id                   blob,
    created_at                     text NOT NULL,
    expires_at                     text NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, tenant_id) REFERENCES tenants (workspace_id, id),
    FOREIGN KEY (workspace_id, listing_id) REFERENCES listings (workspace_id, id),
    CHECK ((distribution_markup_percentage IS NULL) = (distribution_markup IS NULL)),
    CHECK ((promotion_discount_percentage IS NULL) = (promotion_discount IS NULL))
) STRICT;
CREATE INDEX quotes_by_tenant ON quotes (workspace_id, tenant_id);
CREATE INDEX quotes_by_expiry ON quotes (workspace_id, expires_at);
CREATE INDEX quotes_by_listing ON quotes (workspace_id, listing_id);

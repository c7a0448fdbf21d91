-- Stays that were sold, and holds.
--
-- The account names the owner. `sold_by` is the importer that sold the stay, if one did. It is not referred to, because a stay outlives
-- its seller; nor is the quote, which is deleted with its tenant.
-- No night of a listing is sold twice: the transaction that sells checks it, and no other one writes at the same time.

CREATE TABLE reservations (
    workspace_id                   blob NOT NULL,
    id                             blob NOT NULL,
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
    quote_id                       blob,
    sold_by                        blob,
    external_seller                blob,
    external_id                    text,
    type                           text NOT NULL CHECK (type IN ('INSTANT_BOOKING', 'PENDING_CONFIRMATION')),
    status                         text NOT NULL CHECK (status IN ('PENDING', 'CONFIRMED', 'CANCELLED', 'EXPIRED')),
    guest_first_name               text NOT NULL,
    guest_last_name                text NOT NULL,
    guest_email                    text,
    guest_phone                    text,
    source                         text,
    notes                          text,
    hold_expires_at                text,
    version                        integer NOT NULL,
    created_at                     text NOT NULL,
    updated_at                     text NOT NULL,
    confirmed_at                   text,
    cancelled_at                   text,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, listing_id) REFERENCES listings (workspace_id, id),
    FOREIGN KEY (workspace_id, integration_account_id) REFERENCES integration_accounts (workspace_id, id),
    CHECK (check_in < check_out),
    CHECK (status <> 'PENDING' OR hold_expires_at IS NOT NULL),
    CHECK ((external_seller IS NULL) = (external_id IS NULL)),
    CHECK ((distribution_markup_percentage IS NULL) = (distribution_markup IS NULL)),
    CHECK ((promotion_discount_percentage IS NULL) = (promotion_discount IS NULL))
) STRICT;
CREATE UNIQUE INDEX quote_used ON reservations (workspace_id, quote_id) WHERE quote_id IS NOT NULL;
CREATE UNIQUE INDEX reservation_external_id ON reservations (workspace_id, external_seller, external_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX reservations_by_account ON reservations (workspace_id, integration_account_id, id);
CREATE INDEX reservations_by_change ON reservations (workspace_id, integration_account_id, updated_at, id);
CREATE INDEX reservations_by_change_of_importer ON reservations (workspace_id, sold_by, updated_at, id) WHERE sold_by IS NOT NULL;
CREATE INDEX reservations_by_check_in ON reservations (workspace_id, integration_account_id, check_in);
CREATE INDEX reservations_by_importer ON reservations (workspace_id, sold_by, id, integration_account_id) WHERE sold_by IS NOT NULL;
CREATE INDEX reservations_by_listing ON reservations (workspace_id, listing_id, check_out);
CREATE INDEX reservations_on_hold ON reservations (workspace_id, hold_expires_at) WHERE status = 'PENDING';
-- The pending stays of an importer, which are counted when it holds another one.
CREATE INDEX reservations_held_by_importer ON reservations (workspace_id, sold_by, hold_expires_at)
    WHERE status = 'PENDING' AND sold_by IS NOT NULL;

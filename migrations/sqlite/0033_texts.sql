-- The texts of listings and reservations for searches, like those of tenants. Rows of earlier programs get theirs without the beginnings of words:
-- they are found by three characters and more, until they are written again. The internal name of a listing is the last text: importers do not see it.
ALTER TABLE listings ADD COLUMN search_text text NOT NULL DEFAULT '';
UPDATE listings SET search_text =
    char(16) || lower(name) || char(17) || lower(provider_id) || char(18) || lower(COALESCE(city, '')) || char(19) || lower(COALESCE(internal_name, ''))
    || char(20);

-- The index of texts knows a row by a number, which can only be the key of a new table.
CREATE TABLE new_reservations (
    -- The key of the index of texts. Unlike a rowid, it stays unchanged when the file is compacted.
    number                         integer PRIMARY KEY,
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
    charge_lines                   text NOT NULL DEFAULT '[]',
    children                       integer NOT NULL DEFAULT 0,
    infants                        integer NOT NULL DEFAULT 0,
    pets                           integer NOT NULL DEFAULT 0,
    search_text                    text NOT NULL DEFAULT '',
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, listing_id) REFERENCES listings (workspace_id, id),
    FOREIGN KEY (workspace_id, integration_account_id) REFERENCES integration_accounts (workspace_id, id),
    CHECK (check_in < check_out),
    CHECK (status <> 'PENDING' OR hold_expires_at IS NOT NULL),
    CHECK ((external_seller IS NULL) = (external_id IS NULL)),
    CHECK ((distribution_markup_percentage IS NULL) = (distribution_markup IS NULL)),
    CHECK ((promotion_discount_percentage IS NULL) = (promotion_discount IS NULL))
) STRICT;
INSERT INTO new_reservations (
    workspace_id, id, listing_id, integration_account_id, check_in, check_out, guests, currency, base_price, markup_percentage, markup,
    distribution_markup_percentage, distribution_markup, default_discount_percentage, default_discount, promotion_discount_percentage,
    promotion_discount, fees, taxes, promotion_id, quote_id, sold_by, external_seller, external_id, type, status, guest_first_name,
    guest_last_name, guest_email, guest_phone, source, notes, hold_expires_at, version, created_at, updated_at, confirmed_at, cancelled_at,
    charge_lines, children, infants, pets, search_text
) SELECT
    workspace_id, id, listing_id, integration_account_id, check_in, check_out, guests, currency, base_price, markup_percentage, markup,
    distribution_markup_percentage, distribution_markup, default_discount_percentage, default_discount, promotion_discount_percentage,
    promotion_discount, fees, taxes, promotion_id, quote_id, sold_by, external_seller, external_id, type, status, guest_first_name,
    guest_last_name, guest_email, guest_phone, source, notes, hold_expires_at, version, created_at, updated_at, confirmed_at, cancelled_at,
    charge_lines, children, infants, pets,
    char(16) || lower(guest_first_name || ' ' || guest_last_name) || char(17) || lower(COALESCE(guest_email, '')) || char(18)
    || lower(COALESCE(external_id, '')) || char(19)
FROM reservations ORDER BY workspace_id, id;
DROP TABLE reservations;
ALTER TABLE new_reservations RENAME TO reservations;
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

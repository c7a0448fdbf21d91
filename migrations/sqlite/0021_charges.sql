-- Fees and taxes of integration accounts, and the listings to which they apply if these are not all listings of the account. Amounts and
-- percentages are in ten-thousandths. Quotes and reservations keep the lines of their price.

CREATE TABLE charges (
    workspace_id           blob NOT NULL,
    integration_account_id blob NOT NULL,
    id                     blob NOT NULL,
    position               integer NOT NULL,
    name                   text NOT NULL,
    kind                   text NOT NULL CHECK (kind IN ('FEE', 'TAX')),
    basis                  text NOT NULL
        CHECK (basis IN ('PER_STAY', 'PER_NIGHT', 'PER_GUEST', 'PER_GUEST_PER_NIGHT', 'PERCENTAGE')),
    amount                 integer CHECK (amount >= 0),
    percentage             integer CHECK (percentage BETWEEN 0 AND 1000000),
    max_nights             integer,
    counts_children        integer NOT NULL,
    is_taxable             integer,
    first_check_in         text,
    last_check_in          text,
    is_for_listings        integer NOT NULL,
    PRIMARY KEY (workspace_id, integration_account_id, id),
    FOREIGN KEY (workspace_id, integration_account_id) REFERENCES integration_accounts (workspace_id, id),
    CHECK ((amount IS NULL) = (basis = 'PERCENTAGE')),
    CHECK ((percentage IS NULL) = (basis <> 'PERCENTAGE')),
    CHECK ((is_taxable IS NULL) = (kind = 'TAX'))
) STRICT;

CREATE TABLE charge_listings (
    workspace_id           blob NOT NULL,
    integration_account_id blob NOT NULL,
    charge_id              blob NOT NULL,
    listing_id             blob NOT NULL,
    PRIMARY KEY (workspace_id, integration_account_id, charge_id, listing_id),
    FOREIGN KEY (workspace_id, integration_account_id, charge_id)
        REFERENCES charges (workspace_id, integration_account_id, id),
    FOREIGN KEY (workspace_id, listing_id) REFERENCES listings (workspace_id, id)
) STRICT;
CREATE INDEX charge_listings_by_listing ON charge_listings (workspace_id, listing_id);

ALTER TABLE integration_accounts ADD COLUMN charges_version integer NOT NULL DEFAULT 1;
ALTER TABLE quotes ADD COLUMN charge_lines text NOT NULL DEFAULT '[]';
ALTER TABLE reservations ADD COLUMN charge_lines text NOT NULL DEFAULT '[]';

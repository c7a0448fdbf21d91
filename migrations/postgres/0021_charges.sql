-- Fees and taxes of integration accounts, and the listings to which they apply if these are not all listings of the account. Amounts and
-- percentages are in ten-thousandths. Quotes and reservations keep the lines of their price.

CREATE TABLE charges (
    workspace_id           uuid NOT NULL,
    integration_account_id uuid NOT NULL,
    id                     uuid NOT NULL,
    position               integer NOT NULL,
    name                   text NOT NULL,
    kind                   text NOT NULL CHECK (kind IN ('FEE', 'TAX')),
    basis                  text NOT NULL
        CHECK (basis IN ('PER_STAY', 'PER_NIGHT', 'PER_GUEST', 'PER_GUEST_PER_NIGHT', 'PERCENTAGE')),
    amount                 bigint CHECK (amount >= 0),
    percentage             integer CHECK (percentage BETWEEN 0 AND 1000000),
    max_nights             integer,
    counts_children        boolean NOT NULL,
    is_taxable             boolean,
    first_check_in         date,
    last_check_in          date,
    is_for_listings        boolean NOT NULL,
    PRIMARY KEY (workspace_id, integration_account_id, id),
    FOREIGN KEY (workspace_id, integration_account_id) REFERENCES integration_accounts (workspace_id, id),
    CHECK ((amount IS NULL) = (basis = 'PERCENTAGE')),
    CHECK ((percentage IS NULL) = (basis <> 'PERCENTAGE')),
    CHECK ((is_taxable IS NULL) = (kind = 'TAX'))
);

CREATE TABLE charge_listings (
    workspace_id           uuid NOT NULL,
    integration_account_id uuid NOT NULL,
    charge_id              uuid NOT NULL,
    listing_id             uuid NOT NULL,
    PRIMARY KEY (workspace_id, integration_account_id, charge_id, listing_id),
    FOREIGN KEY (workspace_id, integration_account_id, charge_id)
        REFERENCES charges (workspace_id, integration_account_id, id),
    FOREIGN KEY (workspace_id, listing_id) REFERENCES listings (workspace_id, id)
);
CREATE INDEX charge_listings_by_listing ON charge_listings (workspace_id, listing_id);

ALTER TABLE integration_accounts ADD COLUMN charges_version bigint NOT NULL DEFAULT 1;
ALTER TABLE quotes ADD COLUMN charge_lines jsonb NOT NULL DEFAULT '[]';
ALTER TABLE reservations ADD COLUMN charge_lines jsonb NOT NULL DEFAULT '[]';

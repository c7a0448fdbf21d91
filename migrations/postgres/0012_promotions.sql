-- The discounts of integration accounts, and the listings to which they are assigned.

CREATE TABLE promotions (
    workspace_id           uuid NOT NULL,
    id                     uuid NOT NULL,
    integration_account_id uuid NOT NULL,
    name                   text NOT NULL,
    name_folded            text NOT NULL,
    description            text,
    discount               integer NOT NULL CHECK (discount BETWEEN 0 AND 10000),
    coupon_code            text,
    coupon_code_folded     text,
    start_date             date NOT NULL,
    end_date               date NOT NULL,
    booking_period_start   date,
    booking_period_end     date,
    status                 text NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE')),
    thumbnail_url          text,
    version                bigint NOT NULL,
    created_at             timestamptz NOT NULL,
    updated_at             timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, integration_account_id) REFERENCES integration_accounts (workspace_id, id)
);
CREATE UNIQUE INDEX promotion_name ON promotions (workspace_id, integration_account_id, name_folded);
CREATE UNIQUE INDEX promotion_coupon_code ON promotions (workspace_id, integration_account_id, coupon_code_folded);
CREATE INDEX promotions_by_account ON promotions (workspace_id, integration_account_id, id);

CREATE TABLE promotion_listings (
    workspace_id uuid NOT NULL,
    promotion_id uuid NOT NULL,
    listing_id   uuid NOT NULL,
    PRIMARY KEY (workspace_id, promotion_id, listing_id),
    FOREIGN KEY (workspace_id, promotion_id) REFERENCES promotions (workspace_id, id),
    FOREIGN KEY (workspace_id, listing_id) REFERENCES listings (workspace_id, id)
);
CREATE INDEX promotion_listings_by_listing ON promotion_listings (workspace_id, listing_id);

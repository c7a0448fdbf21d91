-- The guests of stays by kind, and what listings say about infants and pets. `guests` counts adults and children.

ALTER TABLE quotes ADD COLUMN children integer NOT NULL DEFAULT 0;
ALTER TABLE quotes ADD COLUMN infants integer NOT NULL DEFAULT 0;
ALTER TABLE quotes ADD COLUMN pets integer NOT NULL DEFAULT 0;
ALTER TABLE reservations ADD COLUMN children integer NOT NULL DEFAULT 0;
ALTER TABLE reservations ADD COLUMN infants integer NOT NULL DEFAULT 0;
ALTER TABLE reservations ADD COLUMN pets integer NOT NULL DEFAULT 0;
ALTER TABLE listings ADD COLUMN max_infants integer;
ALTER TABLE listings ADD COLUMN pets_allowed boolean;

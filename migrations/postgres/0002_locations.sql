-- Locations can be changed: an update of an older version is refused.

ALTER TABLE locations ADD COLUMN version bigint NOT NULL DEFAULT 1;

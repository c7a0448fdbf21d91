-- The status that a deactivation of a user's tenant has taken from the user, so that the activation can give it back.

ALTER TABLE users ADD COLUMN status_before smallint CHECK (status_before IN (0, 1, 2));

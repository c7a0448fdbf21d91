-- The texts of listings and reservations for searches, like those of tenants. Rows of earlier programs get theirs without the beginnings of words:
-- they are found by three characters and more, until they are written again. The internal name of a listing is the last text: importers do not see it.
ALTER TABLE listings ADD COLUMN search_text text NOT NULL DEFAULT '';
ALTER TABLE reservations ADD COLUMN search_text text NOT NULL DEFAULT '';
UPDATE listings SET search_text =
    chr(16) || lower(name) || chr(17) || lower(provider_id) || chr(18) || lower(COALESCE(city, '')) || chr(19) || lower(COALESCE(internal_name, ''))
    || chr(20);
UPDATE reservations SET search_text =
    chr(16) || lower(guest_first_name || ' ' || guest_last_name) || chr(17) || lower(COALESCE(guest_email, '')) || chr(18)
    || lower(COALESCE(external_id, '')) || chr(19);

-- The index of the texts of reservations, like that of tenants.
CREATE VIRTUAL TABLE reservations_text USING fts5 (
    search_text, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
);
INSERT INTO reservations_text (rowid, search_text)
SELECT workspace.number << 32 | reservation.number, reservation.search_text
FROM reservations reservation JOIN workspace_numbers workspace ON workspace.workspace_id = reservation.workspace_id;
CREATE TRIGGER reservation_is_indexed AFTER INSERT ON reservations BEGIN
    INSERT INTO reservations_text (rowid, search_text)
    SELECT number << 32 | new.number, new.search_text FROM workspace_numbers WHERE workspace_id = new.workspace_id;
END;
CREATE TRIGGER reservation_is_indexed_again AFTER UPDATE OF search_text ON reservations WHEN new.search_text <> old.search_text BEGIN
    INSERT INTO reservations_text (reservations_text, rowid, search_text)
    SELECT 'delete', number << 32 | old.number, old.search_text FROM workspace_numbers WHERE workspace_id = old.workspace_id;
    INSERT INTO reservations_text (rowid, search_text)
    SELECT number << 32 | new.number, new.search_text FROM workspace_numbers WHERE workspace_id = new.workspace_id;
END;
CREATE TRIGGER reservation_is_not_indexed AFTER DELETE ON reservations BEGIN
    INSERT INTO reservations_text (reservations_text, rowid, search_text)
    SELECT 'delete', number << 32 | old.number, old.search_text FROM workspace_numbers WHERE workspace_id = old.workspace_id;
END;

-- The index of the texts of listings, like that of tenants.
CREATE VIRTUAL TABLE listings_text USING fts5 (
    search_text, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
);
INSERT INTO listings_text (rowid, search_text)
SELECT workspace.number << 32 | listing.number, listing.search_text
FROM listings listing JOIN workspace_numbers workspace ON workspace.workspace_id = listing.workspace_id;
CREATE TRIGGER listing_is_indexed AFTER INSERT ON listings BEGIN
    INSERT INTO listings_text (rowid, search_text)
    SELECT number << 32 | new.number, new.search_text FROM workspace_numbers WHERE workspace_id = new.workspace_id;
END;
CREATE TRIGGER listing_is_indexed_again AFTER UPDATE OF search_text ON listings WHEN new.search_text <> old.search_text BEGIN
    INSERT INTO listings_text (listings_text, rowid, search_text)
    SELECT 'delete', number << 32 | old.number, old.search_text FROM workspace_numbers WHERE workspace_id = old.workspace_id;
    INSERT INTO listings_text (rowid, search_text)
    SELECT number << 32 | new.number, new.search_text FROM workspace_numbers WHERE workspace_id = new.workspace_id;
END;
CREATE TRIGGER listing_is_not_indexed AFTER DELETE ON listings BEGIN
    INSERT INTO listings_text (listings_text, rowid, search_text)
    SELECT 'delete', number << 32 | old.number, old.search_text FROM workspace_numbers WHERE workspace_id = old.workspace_id;
END;

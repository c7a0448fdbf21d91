-- `importers_by_listing` begins with the same columns.
DROP INDEX imports_by_listing;

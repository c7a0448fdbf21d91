-- The index of texts of SQLite collects new ones by itself.
SELECT 1;

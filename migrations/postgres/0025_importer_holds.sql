-- What importers may hold: for how long, and how many pending stays of one owner each of them has at a time.
--
-- The index finds an importer's pending stays, which are counted when it holds another one.

ALTER TABLE workspaces ADD COLUMN max_importer_hold_hours integer NOT NULL DEFAULT 72
    CHECK (max_importer_hold_hours BETWEEN 1 AND 720);
ALTER TABLE workspaces ADD COLUMN max_importer_holds integer NOT NULL DEFAULT 100
    CHECK (max_importer_holds BETWEEN 0 AND 10000);
CREATE INDEX reservations_held_by_importer ON reservations (workspace_id, sold_by, hold_expires_at)
    WHERE status = 'PENDING' AND sold_by IS NOT NULL;

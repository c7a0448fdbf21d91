-- The trail is searched by what was done and by time. It only grows, and what is asked for is mostly its end: without these
-- indexes a search for the last day reads all of it.
CREATE INDEX audit_by_action ON audit (workspace_id, action, id);
CREATE INDEX audit_by_time ON audit (workspace_id, at);

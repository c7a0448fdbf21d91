-- A place in the tree takes up some room in the dimension of workspaces. The tree tells good nodes from bad ones by how much
-- space they take up; where one dimension is flat that is nothing, whatever they hold, and a search walked through most of the tree.
-- With a million listings this one reads a thousandth of it.

DROP TRIGGER listing_is_placed;
DELETE FROM listing_tree;
INSERT INTO listing_tree
SELECT l.number, l.x, l.x, l.y, l.y, l.z, l.z, w.number, w.number + 0.5
FROM listings l JOIN workspace_numbers w ON w.workspace_id = l.workspace_id;
CREATE TRIGGER listing_is_placed AFTER INSERT ON listings BEGIN
    INSERT INTO listing_tree
    SELECT new.number, new.x, new.x, new.y, new.y, new.z, new.z, number, number + 0.5
    FROM workspace_numbers WHERE workspace_id = new.workspace_id;
END;

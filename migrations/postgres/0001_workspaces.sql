-- The roots of all data. Every other table is keyed (workspace_id, id), and every reference, unique rule and index begins with
-- workspace_id: no join reaches a row of another workspace, and the schema can be distributed by workspace_id.
--
-- The name of a unique index is the name of a rule in `ports::rules`. A column `…_folded` is the text beside it without case, for
-- rules and filters that ignore case; `search_text` has the texts in which a search finds a part. Percentages are in basis points,
-- amounts in minor units of their currency: both are exact.

CREATE TABLE workspaces (
    id                      uuid PRIMARY KEY,
    name                    text NOT NULL,
    default_currency        text NOT NULL,
    default_discount        integer NOT NULL CHECK (default_discount BETWEEN 0 AND 10000),
    max_importer_hold_hours integer NOT NULL CHECK (max_importer_hold_hours BETWEEN 1 AND 720),
    max_importer_holds      integer NOT NULL CHECK (max_importer_holds BETWEEN 0 AND 10000),
    version                 bigint NOT NULL,
    created_at              timestamptz NOT NULL,
    updated_at              timestamptz NOT NULL
);

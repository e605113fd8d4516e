-- Which claim of an agent the record belongs to, and what the node of that claim says of the
-- agent's connection. Nobody had claimed an agent before; no node is the empty name.
ALTER TABLE agent ADD COLUMN IF NOT EXISTS term BIGINT DEFAULT 0 NOT NULL;

ALTER TABLE agent ADD COLUMN IF NOT EXISTS presence BLOB DEFAULT X'' NOT NULL;

UPDATE agent SET owner_node = '' WHERE owner_node IS NULL;

ALTER TABLE agent ALTER COLUMN owner_node SET NOT NULL;

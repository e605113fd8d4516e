-- Each statement ends with a semicolon at the end of a line and must be safe to run twice: H2
-- commits after each definition, so a step that was cut short is run again from its beginning.

-- report: AgentToServer; labels: a KeyValueList, opaque to SQL because nothing here searches in it.
-- Times are milliseconds since 1970.
CREATE TABLE IF NOT EXISTS agent (
  uid BINARY(16) PRIMARY KEY,
  report BLOB NOT NULL,
  labels BLOB NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  owner_node VARCHAR
);

-- The uid is part of it so that the pages of one owner are read in order without sorting.
CREATE INDEX IF NOT EXISTS agent_by_owner ON agent (owner_node, uid);

-- id is UTF-8 bytes: they sort by code point, which VARCHAR does not.
CREATE TABLE IF NOT EXISTS document (
  kind VARCHAR(64) NOT NULL,
  id VARBINARY(765) NOT NULL,
  version BIGINT NOT NULL,
  body BLOB NOT NULL,
  modified BIGINT NOT NULL,
  PRIMARY KEY (kind, id)
);

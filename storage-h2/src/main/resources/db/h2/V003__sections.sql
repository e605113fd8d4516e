-- Large sections of reports that agents have in common, each once by its SHA-256, and how many
-- references of agents there are to it. Reports written before are whole and stay so until they are
-- written again.
CREATE TABLE IF NOT EXISTS section (
  hash BINARY(32) PRIMARY KEY,
  content BLOB NOT NULL,
  uses BIGINT NOT NULL
);

-- Which sections are missing from the report: for each the number of its field, one byte, and its
-- hash.
ALTER TABLE agent ADD COLUMN IF NOT EXISTS sections VARBINARY(3300) DEFAULT X'' NOT NULL;

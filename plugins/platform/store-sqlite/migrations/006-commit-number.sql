-- One row, written in every commit. number: of that commit. at: its time. id: names this database, so that another one in its place is told from it.
CREATE TABLE commits (
  id TEXT NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL
);
INSERT INTO commits (id, number, at) VALUES (lower(hex(randomblob(16))), 0, 0);

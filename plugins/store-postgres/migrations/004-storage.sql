-- oldest: 1
-- How rows lie on the disk; no server sees a difference.

-- Small messages stay whole in their row: cut into pieces of 2 KB, each is read and written through one more index.
ALTER TABLE chunk SET (toast_tuple_target = 8160);

-- A lease changes hands with every session of a mail program. Without an index on who has it, and with room on its page, that touches no index.
DROP INDEX lease_server;
ALTER TABLE lease SET (fillfactor = 50);

-- The same for a copy that is picked up.
ALTER TABLE placement SET (fillfactor = 90);

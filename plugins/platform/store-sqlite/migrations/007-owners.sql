-- token: the highest number that a server, a lease or a try in the Outbox had been given by then.
ALTER TABLE commits ADD COLUMN token INTEGER NOT NULL DEFAULT 0;

-- The server that takes the message in.
ALTER TABLE spill ADD COLUMN server INTEGER;

-- lease: number of the last try. reported: of the try whose end was recorded last. server: where it is being tried.
ALTER TABLE outbox ADD COLUMN lease INTEGER;
ALTER TABLE outbox ADD COLUMN reported INTEGER;
ALTER TABLE outbox ADD COLUMN server INTEGER;

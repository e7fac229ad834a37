-- in_doubt: the octets that complete the message may be at the ISP, and its answer is not known here. doubts: tries that ended so.
ALTER TABLE outbox ADD COLUMN in_doubt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;
-- What was being sent when an older version ended may have been sent.
UPDATE outbox SET in_doubt = 1 WHERE state = 'sending';

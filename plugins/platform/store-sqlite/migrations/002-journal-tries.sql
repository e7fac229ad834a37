-- attempts: tries that were begun and whose end nobody saw, as a crash leaves them. failures: tries that ended without the message, at the
-- ISP or on the line.
ALTER TABLE journal ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;

-- First 16 octets of the SHA-256 of a stored message: it is known by them where the ISP gives all messages new ids.
ALTER TABLE journal ADD COLUMN content_key BLOB;
CREATE INDEX journal_vanished ON journal (account, content_key) WHERE state = 'stored' AND unlisted_since IS NOT NULL;

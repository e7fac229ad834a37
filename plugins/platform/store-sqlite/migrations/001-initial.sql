-- Times are milliseconds since 1970 in UTC. AUTOINCREMENT: a number is never given twice, also after the newest row is gone.

-- Mailboxes keep their number when they are renamed, so that UIDLs and history stay. account '' is ADMIN1's.
CREATE TABLE mailbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL,
  user TEXT NOT NULL,
  -- user in lower case: logins compare without regard to case
  user_key TEXT NOT NULL,
  last_picked_up INTEGER,
  last_client TEXT,
  UNIQUE (account, user_key)
);

-- One row a message. It outlives its octets (gone_at) as long as the log is kept: it is also the message's trace.
CREATE TABLE message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  origin TEXT NOT NULL,
  account TEXT,
  uidl TEXT,
  received_at INTEGER NOT NULL,
  size INTEGER NOT NULL,
  content_hash BLOB NOT NULL,
  message_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  subject TEXT NOT NULL,
  disposition TEXT NOT NULL,
  -- JSON: what no query looks for (author, envelope, reason, rung, trail, concealed, header size)
  details TEXT NOT NULL,
  gone_at INTEGER
);
CREATE INDEX message_present ON message (id) WHERE gone_at IS NULL;
CREATE INDEX message_set_aside ON message (id) WHERE disposition <> 'deliver' AND gone_at IS NULL;
CREATE INDEX message_gone ON message (gone_at) WHERE gone_at IS NOT NULL;

-- A message's octets in pieces of 256 KB: id = message * 2^20 + piece. No reference to message: large messages come in before their row.
CREATE TABLE chunk (
  id INTEGER PRIMARY KEY,
  octets BLOB NOT NULL
);

-- Large messages whose octets are here and whose row is not, yet. What a start finds here was cut off by a crash.
CREATE TABLE spill (
  message_id INTEGER PRIMARY KEY
);

-- One copy in one mailbox. Removed copies stay as history, without their prefix.
CREATE TABLE placement (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  mailbox_id INTEGER NOT NULL REFERENCES mailbox (id),
  message_id INTEGER NOT NULL REFERENCES message (id),
  prefix BLOB,
  -- JSON [[start, end], ...] of this copy: a later resort does not change what a client has seen
  concealed TEXT,
  -- octets as POP3 serves them
  size INTEGER NOT NULL,
  -- first four octets of the content hash, for the UIDL
  tag INTEGER NOT NULL,
  seen_key BLOB,
  placed_at INTEGER NOT NULL,
  picked_up_at INTEGER,
  client TEXT,
  removed_at INTEGER
);
-- A mailbox's listing is read from this index alone.
CREATE INDEX placement_present ON placement (mailbox_id, id, size, tag) WHERE removed_at IS NULL;
CREATE INDEX placement_message ON placement (message_id);

-- What mailboxes took within the last days: 16 octets of SHA-256 over mailbox and content.
CREATE TABLE seen (
  key BLOB PRIMARY KEY,
  at INTEGER NOT NULL,
  message_id INTEGER NOT NULL
) WITHOUT ROWID;

-- Mail to the outside, one row a recipient.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id INTEGER NOT NULL REFERENCES message (id),
  account TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  prefix BLOB NOT NULL,
  -- JSON: ret, envid, notify, orcpt (RFC 3461)
  dsn TEXT NOT NULL,
  state TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_try_at INTEGER NOT NULL,
  lease_until INTEGER,
  status TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  delay_noticed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX outbox_message ON outbox (message_id);

-- Messages on the ISPs' servers.
CREATE TABLE journal (
  account TEXT NOT NULL,
  uidl TEXT NOT NULL,
  state TEXT NOT NULL,
  listed_size INTEGER NOT NULL,
  since INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  -- since when the server does not list it; nothing is forgotten that the server still lists
  unlisted_since INTEGER,
  PRIMARY KEY (account, uidl)
) WITHOUT ROWID;

CREATE TABLE activity (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  -- local calendar day, 2026-11-23
  day TEXT NOT NULL,
  kind TEXT NOT NULL,
  account TEXT,
  user TEXT,
  message TEXT,
  text TEXT NOT NULL,
  details TEXT NOT NULL
);
CREATE INDEX activity_day ON activity (day);

CREATE TABLE plugin_state (
  plugin TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (plugin, key)
) WITHOUT ROWID;
CREATE INDEX plugin_state_expiry ON plugin_state (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE settings_revision (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  text TEXT NOT NULL
);

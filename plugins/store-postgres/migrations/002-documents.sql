-- oldest: 1
-- A server that does not know documents keeps its secrets and certificates in its data folder.

-- No version is ever given twice, so that one which was read names what was read.
CREATE SEQUENCE document_version;

-- Small octets that all servers share: settings, sealed secrets, certificates.
CREATE TABLE document (
  name text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  at bigint NOT NULL,
  octets bytea NOT NULL
);

// What a client of the manager can take of the server. docs/limits.md has them in a table, which a test compares with these.

export const MANAGER_LIMITS = Object.freeze({
  /** Octets of a request's header. */
  header: 16 * 1024,
  /** Milliseconds for the header, and between requests on one connection. */
  headerMs: 10_000,
  /** Milliseconds for a whole request. */
  requestMs: 120_000,
  /** Milliseconds for TLS to be agreed on. */
  handshakeMs: 10_000,
  /** Requests on one connection that wait for their answers: browsers send one after the other. */
  pipelined: 16,
  /** Octets of a body of JSON, of one with the whole settings file in it, and of one at the door. */
  json: 1024 * 1024,
  settingsText: 4 * 1024 * 1024,
  door: 16 * 1024,
  /** Groups inside each other, and values, of a body of JSON. */
  shape: { depth: 64, values: 50_000 },
  /** Octets of a file that a command takes, and how many such bodies come in at a time. */
  file: 64 * 1024 * 1024,
  files: 2,
  /** Requests of one login or token at a time: until its answer is out each may hold a body and an answer. */
  requests: 32,
  /** Commands that run at a time for one login or token. */
  commands: 16,
  /** Streams of events at a time, for one login or token and in all. */
  streams: 8,
  allStreams: 100,
  /** Octets of an answer that a client does not read. */
  unread: 1024 * 1024,
  /** The same of a stream of events, of which there are many. */
  unreadEvents: 256 * 1024,
});

// Limits of the control socket. Any process of the server's user can open it; only one that can read the key gets past the first line.

export const CONTROL_LIMITS = Object.freeze({
  /** At a time; without the key the oldest goes where there is no room. */
  connections: 32,
  /** Octets until the key is shown. */
  beforeKey: 64 * 1024,
  /** Milliseconds until it is. */
  keyMs: 5_000,
  /** Milliseconds for who has not shown it to read the refusal. */
  lingerMs: 2_000,
  /** Octets of a request, its files not counted. */
  request: 4 * 1024 * 1024,
  /** Groups inside each other, and values, of a request. */
  shape: { depth: 64, values: 100_000 },
  /** Octets of a request's files: the largest message that is collected by default. */
  files: 100 * 1024 * 1024,
  /** Milliseconds for the next piece of a request, and for the answer to be read. */
  idleMs: 30_000,
});

/** Unread octets of an answer; progress beyond them is dropped. */
export const UNREAD_OCTETS = 1024 * 1024;

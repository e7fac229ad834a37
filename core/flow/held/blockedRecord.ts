// Of all servers on the store: which plugins mail waits for, and on which of them. What ADMIN1 has been told, and what is news. Pure.

/** By plugin: names of the servers on which it does not run. */
export type BlockedRecord = Readonly<Record<string, readonly string[]>>;

export interface BlockedView {
  /** This server's name. */
  readonly server: string;
  /** Names of the others that are alive. */
  readonly others: ReadonlySet<string>;
  /** Plugins that mail waits for here, of which people are to hear. */
  readonly blocking: readonly string[];
  /** Those that mail waits for here at all. While one is being tried again it is not over: it may fail again, and ADMIN1 knows. */
  readonly waiting: ReadonlySet<string>;
}

export interface BlockedNews {
  readonly next: BlockedRecord;
  /** Of which ADMIN1 knows nothing yet. */
  readonly fresh: readonly string[];
  /** ADMIN1 knows them of another server. */
  readonly joined: readonly string[];
  /** Run here again, and are missing on another server. */
  readonly left: readonly string[];
  /** Missing nowhere any more. */
  readonly over: readonly string[];
}

/** Holds what was told against what this server sees. A server that is gone misses nothing. */
export function newsIn(told: BlockedRecord, { server, others, blocking, waiting }: BlockedView): BlockedNews {
  const isHere = (id: string): boolean => blocking.includes(id) || (waiting.has(id) && told[id]?.includes(server) === true);
  const next = Object.fromEntries(
    [...new Set([...Object.keys(told), ...blocking])].flatMap((id) => {
      const servers = [...(told[id] ?? []).filter((name) => others.has(name)), ...(isHere(id) ? [server] : [])];
      return servers.length === 0 ? [] : [[id, servers.sort()]];
    }),
  );
  return {
    next,
    fresh: blocking.filter((id) => told[id] === undefined),
    joined: blocking.filter((id) => told[id]?.includes(server) === false),
    left: Object.keys(told).filter((id) => told[id]?.includes(server) === true && next[id]?.includes(server) === false),
    over: Object.keys(told).filter((id) => next[id] === undefined),
  };
}

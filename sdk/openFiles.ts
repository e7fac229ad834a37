// How many files and connections this process may have open, shared among its protocols: a crowd at one of them must leave the others, the database and
// the way to the ISPs what they need.
import { readFileSync } from 'node:fs';
import type { Protocol } from './protocols.js';

/** Who shares what the process may have open: the protocols of the product, and any further one. */
export type ConnectionKind = Protocol | 'control';

/** Of `room` for all connections, what is kept for a protocol whatever the others do, and the most that it needs to serve an office under siege. */
interface Kept {
  readonly share: number;
  readonly most: number;
}

/** Where the system does not say: what most give a process. */
const USUAL_LIMIT = 1_024;
/** Of the limit, kept for files, the database, plugins' processes, the watch over stalls and connections to the ISPs; at most this many. */
const RESERVE = { share: 1 / 4, most: 512 } as const;
/** Of the product. What is not kept for one goes to whichever comes first. */
const KEPT: ReadonlyMap<ConnectionKind, Kept> = new Map([
  ['pop3', { share: 1 / 3, most: 600 }],
  ['smtp', { share: 1 / 6, most: 600 }],
  ['http', { share: 1 / 12, most: 200 }],
  ['control', { share: 1 / 24, most: 32 }],
]);
/** A further protocol: together with those above, four such keep less than there is. */
const KEPT_FURTHER: Kept = { share: 1 / 12, most: 200 };

/** What a protocol may take of what the process may have open. Every take that succeeds is given back once. */
export interface ConnectionShare {
  /** False where there is no room. */
  take(): boolean;
  giveBack(): void;
}

/** The connections of a process, counted together. */
export class OpenFilePool {
  readonly #room: number;
  /** By protocol: all of the product's, and the further ones that were asked for. */
  readonly #open = new Map<ConnectionKind, number>([...KEPT.keys()].map((kind) => [kind, 0]));

  /** `limit`: descriptors of the process. */
  constructor(readonly limit: number) {
    this.#room = roomForConnections(limit);
  }

  share(kind: ConnectionKind): ConnectionShare {
    this.#open.set(kind, this.#openAt(kind));
    return {
      take: () => {
        if (!this.#hasRoom(kind)) return false;
        this.#open.set(kind, this.#openAt(kind) + 1);
        return true;
      },
      giveBack: () => void this.#open.set(kind, this.#openAt(kind) - 1),
    };
  }

  #openAt(kind: ConnectionKind): number {
    return this.#open.get(kind) ?? 0;
  }

  /** What is kept for a protocol is its own; beyond it there must be room besides what is kept for the others. */
  #hasRoom(kind: ConnectionKind): boolean {
    if (this.#openAt(kind) < keptFor(kind, this.#room)) return true;
    const taken = [...this.#open].reduce((sum, [each, open]) => sum + Math.max(open, keptFor(each, this.#room)), 0);
    return taken < this.#room;
  }
}

/** Descriptors that all connections together may hold. */
export function roomForConnections(limit: number): number {
  return Math.max(KEPT.size, limit - Math.min(RESERVE.most, Math.ceil(limit * RESERVE.share)));
}

/** Of `room` for all connections, what is kept for those of one protocol. */
export function keptFor(kind: ConnectionKind, room: number): number {
  const { share, most } = KEPT.get(kind) ?? KEPT_FURTHER;
  return Math.max(1, Math.min(most, Math.floor(room * share)));
}

/** Most descriptors that this process may have open, as the system says: 1,024 where it does not. */
export function openFileLimit(): number {
  try {
    return limitIn(readFileSync('/proc/self/limits', 'latin1')) ?? USUAL_LIMIT;
  } catch {
    return USUAL_LIMIT;
  }
}

/** The soft limit in the text of /proc/self/limits (proc(5)); `undefined` where there is none. */
export function limitIn(limits: string): number | undefined {
  const soft = /^Max open files +(\d+|unlimited) /m.exec(limits)?.[1];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft);
}

let pool: OpenFilePool | undefined;

/** The one of this process. */
export function openFiles(): OpenFilePool {
  pool ??= new OpenFilePool(openFileLimit());
  return pool;
}

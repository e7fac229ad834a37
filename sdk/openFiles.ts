// How many files and connections this process may have open, shared among its doors: a crowd at one of them must leave the others, the database and
// the way to the ISPs what they need.
import { readFileSync } from 'node:fs';
import type { Protocol } from './protocols.js';

/** Doors that share what the process may have open: those of the product, and any further protocol. */
export type Door = Protocol | 'control';

/** Of `room` for all doors, what is kept for a door whatever the others do, and the most that it needs to serve an office under siege. */
interface Kept {
  readonly share: number;
  readonly most: number;
}

/** Where the system does not say: what most give a process. */
const USUAL_LIMIT = 1_024;
/** Of the limit, kept for files, the database, plugins' processes, the watch over stalls and connections to the ISPs; at most this many. */
const RESERVE = { share: 1 / 4, most: 512 } as const;
/** Doors of the product. What is not kept for a door goes to whichever comes first. */
const KEPT: ReadonlyMap<Door, Kept> = new Map([
  ['pop3', { share: 1 / 3, most: 600 }],
  ['smtp', { share: 1 / 6, most: 600 }],
  ['http', { share: 1 / 12, most: 200 }],
  ['control', { share: 1 / 24, most: 32 }],
]);
/** A door of a further protocol: together with those above, four such doors keep less than there is. */
const KEPT_FURTHER: Kept = { share: 1 / 12, most: 200 };

/** What a door may take of the process's share. Every take that succeeds is given back once. */
export interface DoorShare {
  /** False where there is no room. */
  take(): boolean;
  giveBack(): void;
}

/** The connections of a process's doors, counted together. */
export class OpenFilePool {
  readonly #room: number;
  /** Connections by door: all of the product's, and the further ones that were asked for. */
  readonly #open = new Map<Door, number>([...KEPT.keys()].map((door) => [door, 0]));

  /** `limit`: descriptors of the process. */
  constructor(readonly limit: number) {
    this.#room = roomForDoors(limit);
  }

  door(door: Door): DoorShare {
    this.#open.set(door, this.#openAt(door));
    return {
      take: () => {
        if (!this.#hasRoom(door)) return false;
        this.#open.set(door, this.#openAt(door) + 1);
        return true;
      },
      giveBack: () => void this.#open.set(door, this.#openAt(door) - 1),
    };
  }

  #openAt(door: Door): number {
    return this.#open.get(door) ?? 0;
  }

  /** What is kept for a door is its own; beyond it there must be room besides what is kept for the others. */
  #hasRoom(door: Door): boolean {
    if (this.#openAt(door) < keptFor(door, this.#room)) return true;
    const taken = [...this.#open].reduce((sum, [each, open]) => sum + Math.max(open, keptFor(each, this.#room)), 0);
    return taken < this.#room;
  }
}

/** Descriptors that all doors together may hold. */
export function roomForDoors(limit: number): number {
  return Math.max(KEPT.size, limit - Math.min(RESERVE.most, Math.ceil(limit * RESERVE.share)));
}

/** Of `room` for all doors, what is kept for one. */
export function keptFor(door: Door, room: number): number {
  const { share, most } = KEPT.get(door) ?? KEPT_FURTHER;
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

// How many files and connections this process may have open, shared among its doors: a crowd at one of them must leave the others, the database and
// the way to the ISPs what they need.
import { readFileSync } from 'node:fs';

/** Doors that share what the process may have open. */
export type Door = 'pop3' | 'smtp' | 'http' | 'control';

/** Where the system does not say: what most give a process. */
const USUAL_LIMIT = 1_024;
/** Of the limit, kept for files, the database, plugins' processes, the watch over stalls and connections to the ISPs; at most this many. */
const RESERVE = { share: 1 / 4, most: 512 } as const;
/** Of what is left, kept for each door whatever the others do; the rest goes to whoever comes first. */
const KEPT: Readonly<Record<Door, number>> = { pop3: 1 / 3, smtp: 1 / 6, http: 1 / 12, control: 1 / 24 };
/** No door needs more than this to serve an office under siege. */
const MOST_KEPT: Readonly<Record<Door, number>> = { pop3: 600, smtp: 600, http: 200, control: 32 };

/** What a door may take of the process's share. Every take that succeeds is given back once. */
export interface DoorShare {
  /** False where there is no room. */
  take(): boolean;
  giveBack(): void;
}

/** The connections of a process's doors, counted together. */
export class OpenFilePool {
  readonly #room: number;
  readonly #open: Record<Door, number> = { pop3: 0, smtp: 0, http: 0, control: 0 };

  /** `limit`: descriptors of the process. */
  constructor(readonly limit: number) {
    this.#room = roomForDoors(limit);
  }

  door(door: Door): DoorShare {
    return {
      take: () => {
        if (!this.#hasRoom(door)) return false;
        this.#open[door] += 1;
        return true;
      },
      giveBack: () => {
        this.#open[door] -= 1;
      },
    };
  }

  /** What is kept for a door is its own; beyond it there must be room besides what is kept for the others. */
  #hasRoom(door: Door): boolean {
    if (this.#open[door] < keptFor(door, this.#room)) return true;
    const taken = DOORS.reduce((sum, each) => sum + Math.max(this.#open[each], keptFor(each, this.#room)), 0);
    return taken < this.#room;
  }
}

const DOORS: readonly Door[] = ['pop3', 'smtp', 'http', 'control'];

/** Descriptors that all doors together may hold. */
export function roomForDoors(limit: number): number {
  return Math.max(DOORS.length, limit - Math.min(RESERVE.most, Math.ceil(limit * RESERVE.share)));
}

/** Of `room` for all doors, what is kept for one. */
export function keptFor(door: Door, room: number): number {
  return Math.max(1, Math.min(MOST_KEPT[door], Math.floor(room * KEPT[door])));
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

// Guards against a crash loop: work on messages of which one may crash the process is noted before it begins, so that the next start, or another server on
// the store, knows what was under way. A note bears who works: only that of a process that is gone tells of a crash.
import { randomUUID } from 'node:crypto';
import type { Leases } from '@postroom/sdk/services';
import type { CoreState, WorkNote } from '../../base/coreState.js';

/** After a crash, messages are retried one by one; a message that crashes the process twice on its own is given up. */
const DEATHS_ALONE = 2;

/** A server that stood still for long has another number afterwards, though its process lives. */
const PROCESS: string = randomUUID();

interface Work<T> {
  readonly work: (item: T) => Promise<void>;
  /** Instead, with one that has crashed the process too often. */
  readonly giveUp: (item: T) => Promise<void>;
  /** Aborted where another server has taken the work over: the rest is left to that one. */
  readonly lost: AbortSignal;
}

export class CrashLoopGuard {
  constructor(
    private readonly state: CoreState,
    private readonly leases: Pick<Leases, 'servers'>,
    /** Names this process in notes. */
    private readonly process = PROCESS,
  ) {}

  /** Works on each item in turn, under a lease that one server at a time has. After a crash each is noted before it is begun. */
  async each<T extends { readonly id: string }>(items: readonly T[], { work, giveUp, lost }: Work<T>): Promise<void> {
    if (items.length === 0) return;
    const hasCrashed = await this.#isOfDead(await this.state.get('resorting'));
    const own = await this.#own();
    await this.state.set('resorting', own);
    for (const item of items) {
      if (lost.aborted) break;
      await (hasCrashed ? this.#alone(item, own, { work, giveUp, lost }) : work(item));
    }
    // Whoever has taken over works under a note of its own.
    await this.state.update('resorting', (note) => (isBy(note, this.process) ? undefined : note));
  }

  async #alone<T extends { readonly id: string }>(item: T, own: WorkNote, { work, giveUp }: Work<T>): Promise<void> {
    const key = `resorting/${item.id}` as const;
    const deaths = await this.#deathsIn(await this.state.get(key));
    if (deaths >= DEATHS_ALONE) {
      await giveUp(item);
    } else {
      await this.state.set(key, { ...own, deaths });
      await work(item);
    }
    await this.state.delete(key);
  }

  async #deathsIn(note: (WorkNote & { readonly deaths: number }) | number | undefined): Promise<number> {
    if (typeof note !== 'object') return Number(note ?? 0) || 0;
    return note.deaths + ((await this.#isOfDead(note)) ? 1 : 0);
  }

  /** `true` is the note of an earlier version, which had its store for itself: its process is gone. */
  async #isOfDead(note: WorkNote | true | undefined): Promise<boolean> {
    if (typeof note !== 'object') return note === true;
    if (note.process === this.process) return false;
    const servers = await this.leases.servers();
    return !servers.some(({ id, isGone }) => id === note.server && !isGone);
  }

  async #own(): Promise<WorkNote> {
    const server = (await this.leases.servers()).find(({ isThis }) => isThis)?.id ?? 0;
    return { server, process: this.process };
  }
}

function isBy(note: WorkNote | true | undefined, process: string): boolean {
  return typeof note === 'object' && note.process === process;
}

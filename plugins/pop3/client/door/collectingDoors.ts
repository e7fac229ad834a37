// On the main thread: the doors that carry octets of collections, and which session is in which.
import type { Disposable } from '@postroom/sdk';
import { isDoorClosed } from '@postroom/sdk/network';
import type { DoorKeeper, DoorLine, Doors } from '@postroom/sdk/services';
import type { IspAccount } from '../ispAccount.js';
import type { KnownWays } from '../login/knownWays.js';
import { DoorSession } from './doorSession.js';
import { readsInDoor } from './readsInDoor.js';
import type { BeginStream, ReadBatch, StreamPiece } from './sessionWords.js';

/** One door. */
interface Keeping {
  readonly line: DoorLine;
  readonly sessions: Map<number, DoorSession>;
}

export class CollectingDoors implements DoorKeeper {
  /** Doors that take sessions. */
  readonly #taking = new Set<Keeping>();
  /** By account: messages that a session of its last round found to be read, at most. */
  readonly #found = new Map<string, number>();
  #lastNumber = 0;
  /** The service that was asked for doors last. */
  #asked: Doors | undefined;

  /**
   * `provided`: the service of doors, where there is one. `open`: has it open the module. Called with the first session, since a plugin's
   * modules are known only while it is active.
   */
  constructor(
    private readonly provided: () => Doors | undefined,
    private readonly open: (doors: Doors, keeper: DoorKeeper) => void,
  ) {}

  setup(): undefined {
    return undefined;
  }

  attend(line: DoorLine): Disposable {
    const door: Keeping = { line, sessions: new Map() };
    // What is asked before the module has opened waits for it.
    this.#taking.add(door);
    line.hear('leaving', () => {
      this.#taking.delete(door);
      for (const session of door.sessions.values()) session.isLeaving = true;
    });
    line.hear('batch', (batch: ReadBatch) => door.sessions.get(batch.session)?.batch(batch));
    line.answer('stream', (begun: BeginStream) => door.sessions.get(begun.session)?.stream(begun));
    line.answer('piece', (piece: StreamPiece) => door.sessions.get(piece.session)?.piece(piece) ?? false);
    return {
      dispose: () => {
        this.#taking.delete(door);
        for (const session of door.sessions.values()) session.doorEnded();
      },
    };
  }

  /** A session of the account's round has found so many messages to be read, at most. */
  found(account: IspAccount, messages: number): void {
    this.#found.set(account.id, messages);
  }

  /** A session in a door; `undefined` where it is one for the main thread. Throws as LocalSession.open. */
  async session(account: IspAccount, known: KnownWays, signal: AbortSignal): Promise<DoorSession | undefined> {
    const doors = this.provided();
    if (doors !== this.#asked) {
      this.#asked = doors;
      if (doors !== undefined) this.open(doors, this);
    }
    const door = this.#leastBusy;
    if (door === undefined || !readsInDoor(this.#taking.size, this.#found.get(account.id))) return undefined;
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const abort = (): void => session.cut();
    const session = new DoorSession(number, door.line, () => {
      signal.removeEventListener('abort', abort);
      door.sessions.delete(number);
    });
    door.sessions.set(number, session);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) session.cut();
    try {
      const opened = await session.open({ account, way: known.wayOf(account) });
      if (opened?.way !== undefined) known.worked(account, opened.way);
      if (opened === undefined) session.cut();
      return opened && session;
    } catch (error) {
      session.cut();
      // Before anything was asked for: the main thread does it.
      if (isDoorClosed(error)) return undefined;
      throw error;
    }
  }

  get #leastBusy(): Keeping | undefined {
    const [first, ...others] = this.#taking;
    return others.reduce((least, door) => (least !== undefined && least.sessions.size <= door.sessions.size ? least : door), first);
  }
}

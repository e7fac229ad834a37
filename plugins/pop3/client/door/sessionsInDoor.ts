// In a door: the sessions with ISPs' servers that the main thread asked for. They decide nothing: what is read, deleted and said goes by its word.
import type { Clock, DoorLine, OpenDoor } from '@postroom/sdk/services';
import { KnownWays } from '../login/knownWays.js';
import { LocalSession } from '../session/localSession.js';
import { closedDoor } from './closedDoor.js';
import { DoorSink } from './doorSink.js';
import type { CallSession, OfSession, OpenedSession, OpenSession, ReadSession, SessionReply, TakenOctets } from './sessionWords.js';
import { type SessionFailure, sessionFailure } from './sessionWords.js';

/** A session from the question for it to its end. */
interface Held {
  readonly abort: AbortController;
  session?: LocalSession;
  sink?: DoorSink;
  /** It was cut here, for want of time: the ISP has no part in what it fails with then. */
  isLate?: boolean;
}

export class SessionsInDoor implements OpenDoor {
  readonly #held = new Map<number, Held>();
  #isLeaving = false;
  /** Wait for the last session to end. */
  readonly #whenEmpty = new Set<() => void>();

  constructor(
    private readonly line: DoorLine,
    private readonly clock: Clock,
  ) {
    line.answer('open', (asked: OpenSession) => this.#open(asked));
    line.answer('call', (asked: CallSession) => this.#reply(asked, (session) => called(session, asked)));
    line.answer('read', (asked: ReadSession) => this.#reply(asked, (session) => this.#read(session, asked)));
    line.hear('taken', ({ session, octets }: TakenOctets) => this.#held.get(session)?.sink?.taken(octets));
    line.hear('stop', ({ session }: OfSession) => this.#held.get(session)?.sink?.stop());
    line.hear('cut', ({ session }: OfSession) => this.#cut(session));
    line.hear('end', ({ session }: OfSession) => {
      this.#held.get(session)?.session?.end();
      this.#forget(session);
    });
  }

  /** Sessions end when what is on their line has been read, and deleted where it is to be. */
  async close(graceMs: number): Promise<void> {
    this.#isLeaving = true;
    this.line.tell('leaving', undefined);
    for (const { session } of this.#held.values()) session?.leave();
    if (this.#held.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.clock.after(graceMs, () => {
        for (const [session, held] of [...this.#held]) {
          held.isLate = true;
          this.#cut(session);
        }
      });
      this.#whenEmpty.add(() => {
        void timer.dispose();
        resolve();
      });
    });
  }

  /** `undefined`: it opens none any more. */
  async #open({ session, account, way }: OpenSession): Promise<SessionReply<OpenedSession> | undefined> {
    if (this.#isLeaving) return undefined;
    const held: Held = { abort: new AbortController() };
    this.#held.set(session, held);
    const known = new KnownWays();
    if (way !== undefined) known.worked(account, way);
    try {
      const opened = await LocalSession.open(account, { clock: this.clock, known }, held.abort.signal);
      held.session = opened;
      if (held.abort.signal.aborted) opened.cut();
      if (this.#isLeaving) opened.leave();
      return { ...stateOf(opened), value: { capabilities: opened.capabilities, way: known.wayOf(account) } };
    } catch (error) {
      this.#forget(session);
      return { failure: failureOf(held, error), ...stateOf(undefined) };
    }
  }

  async #reply<T>({ session: number }: OfSession, call: (session: LocalSession) => Promise<T>): Promise<SessionReply<T>> {
    const held = this.#held.get(number);
    const session = held?.session;
    try {
      if (session === undefined) throw new Error('The session has ended.');
      const value = await call(session);
      return { value, ...stateOf(session) };
    } catch (error) {
      return { failure: failureOf(held, error), ...stateOf(session) };
    }
  }

  async #read(session: LocalSession, { session: number, messages, way }: ReadSession): Promise<void> {
    const sink = new DoorSink(number, this.line);
    const held = this.#held.get(number);
    if (held !== undefined) held.sink = sink;
    try {
      await session.read(messages, way, sink);
    } finally {
      // Before the answer, which says that this was all.
      sink.flush();
    }
  }

  #cut(number: number): void {
    const held = this.#held.get(number);
    held?.abort.abort();
    held?.session?.cut();
    held?.sink?.stop();
    this.#forget(number);
  }

  #forget(number: number): void {
    this.#held.delete(number);
    if (this.#held.size > 0) return;
    for (const resolve of this.#whenEmpty) resolve();
    this.#whenEmpty.clear();
  }
}

function failureOf(held: Held | undefined, error: unknown): SessionFailure {
  return sessionFailure(held?.isLate === true ? closedDoor() : error);
}

function stateOf(session: LocalSession | undefined): { readonly hasLostPipeline: boolean; readonly isClosed: boolean } {
  return { hasLostPipeline: session?.hasLostPipeline ?? false, isClosed: session?.isClosed ?? true };
}

async function called(session: LocalSession, { call, args }: CallSession): Promise<unknown> {
  const answer = await (session[call] as (...each: unknown[]) => Promise<unknown>).apply(session, [...args]);
  // A view of a pool is copied with all of the pool.
  return Buffer.isBuffer(answer) ? new Uint8Array(answer) : answer;
}

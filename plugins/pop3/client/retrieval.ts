// What a session reads, on its way into intake: many messages at a time, so that many share a commit. The journal counts the tries.
import {
  type Accepted,
  type AccountJournal,
  type ErrorCode,
  type FetchedFrom,
  type Intake,
  PostroomError,
  sentenceOf,
} from '@postroom/sdk';
import type { PlannedMessage } from './collectPlan.js';
import type { FetchTally } from './fetchTally.js';
import type { IspAccount } from './ispAccount.js';
import type { AskedMessage, MailboxSession, MessageSink, ReadingWay, StreamedMessage } from './session/mailboxSession.js';

/** Octets of small messages that intake may be busy with. */
const INTAKE_OCTETS = 8 * 1024 * 1024;

export interface RetrievalServices {
  readonly account: IspAccount;
  readonly intake: Intake;
  readonly journal: AccountJournal;
  readonly tally: FetchTally;
  readonly way: ReadingWay;
}

/** What intake is told of the messages of one run. */
export type FetchNotes = Pick<FetchedFrom, 'unread' | 'maybeRenamed'>;

export class Retrieval implements MessageSink {
  /** Messages that are stored here for good; the ISP's copies may go. */
  readonly stored: PlannedMessage[] = [];
  /** Keys of messages that could not be collected this time. */
  readonly failures = new Set<string>();
  /** Keys of messages at which the session fell out of step. */
  readonly doubts = new Set<string>();
  readonly #session: MailboxSession;
  readonly #services: RetrievalServices;
  readonly #running = new Set<Promise<void>>();
  #runningOctets = 0;
  #stop: PostroomError | undefined;
  #how: FetchNotes = {};
  #messages: readonly PlannedMessage[] = [];
  /** Keys of messages that the ISP or the line did not bring. */
  readonly #unanswered = new Set<string>();
  /** Keys of messages that came and that intake did not take. */
  readonly #refusals = new Set<string>();

  constructor(session: MailboxSession, services: RetrievalServices) {
    this.#session = session;
    this.#services = services;
  }

  get isStopped(): boolean {
    return this.#stop !== undefined;
  }

  /** Reads the messages and resolves when all of them are stored or reported. Rejects when the session or the store is at its end. */
  async run(messages: readonly PlannedMessage[], how: FetchNotes = {}): Promise<void> {
    if (messages.length === 0 || this.#session.isLeaving) return;
    const { journal, way } = this.#services;
    this.#how = how;
    this.#messages = messages;
    await journal.attempt(messages.map(({ key }) => key));
    try {
      const asked = messages.map((message) => this.#asked(message));
      await this.#session.read(asked, way, this);
    } finally {
      await Promise.all(this.#running);
      await this.#end(messages);
    }
    if (this.#stop !== undefined) throw this.#stop;
  }

  /** Reads the messages one at a time, each counted and stored before the next is begun. */
  async runAlone(messages: readonly PlannedMessage[], how: FetchNotes = {}): Promise<void> {
    for (const message of messages) await this.run([message], how);
  }

  /** Intake may take its time while the next one is read. */
  whole(at: number, octets: Buffer, print: string | undefined): Promise<void> | undefined {
    const message = this.#at(at);
    if (this.#isFull(octets)) return this.#room(octets).then(() => this.#begin(message, octets, print));
    this.#begin(message, octets, print);
    return undefined;
  }

  async streamed(at: number, streamed: StreamedMessage): Promise<void> {
    const message = this.#at(at);
    try {
      await this.#accept(message, streamed.read(), streamed.print);
    } catch (error) {
      if (!streamed.hasFailed) this.#refused(message, error);
    }
  }

  failed(at: number, sentence: string): void {
    this.#unanswered.add(this.#at(at).key);
    this.#tell(this.#at(at), sentence);
  }

  doubtful(at: number): void {
    this.doubts.add(this.#at(at).key);
  }

  lost(at: number): void {
    this.#unanswered.add(this.#at(at).key);
  }

  /** Gives back the tries of what the line or the ISP failed at. What intake itself could not take keeps its try. */
  async #end(messages: readonly PlannedMessage[]): Promise<void> {
    const taken = new Set(this.stored.map(({ key }) => key));
    const open = messages.map(({ key }) => key).filter((key) => !taken.has(key) && !this.#refusals.has(key));
    const failed = open.filter((key) => this.#unanswered.has(key));
    const untried = open.filter((key) => !this.#unanswered.has(key));
    // A store that cannot write this down will not have counted the tries for long either.
    await this.#services.journal.ended({ failed, untried }).catch(() => undefined);
  }

  #isFull(octets: Buffer): boolean {
    return this.#runningOctets + octets.length > INTAKE_OCTETS && this.#running.size > 0;
  }

  async #room(octets: Buffer): Promise<void> {
    while (this.#isFull(octets)) await Promise.race(this.#running);
  }

  #begin(message: PlannedMessage, octets: Buffer, print: string | undefined): void {
    this.#runningOctets += octets.length;
    const running: Promise<void> = this.#accept(message, fromArray([octets]), print)
      .catch((error: unknown) => this.#refused(message, error))
      .finally(() => {
        this.#running.delete(running);
        this.#runningOctets -= octets.length;
      });
    this.#running.add(running);
  }

  /** What the administrator ordered is fetched whatever its size. */
  #asked({ number, size, known, print }: PlannedMessage): AskedMessage {
    const limit = known?.order === 'fetch' ? Number.POSITIVE_INFINITY : this.#services.account.maxMessageBytes;
    return { number, size, limit, hasPrint: print !== undefined };
  }

  #at(at: number): PlannedMessage {
    const message = this.#messages[at];
    if (message === undefined) throw new Error(`A session read message ${at} of ${this.#messages.length}.`);
    return message;
  }

  async #accept(message: PlannedMessage, source: AsyncIterable<Uint8Array>, print: string | undefined): Promise<void> {
    const headerPrint = message.print ?? print;
    const from: FetchedFrom = {
      uidl: message.key,
      listedSize: message.size,
      server: this.#services.account.host,
      ...(headerPrint !== undefined && { headerPrint }),
      ...this.#how,
      ...(message.isIdUsed && { maybeRenamed: true }),
    };
    const accepted: Accepted = await this.#services.intake.accept(source, from);
    this.stored.push(message);
    this.#services.tally.accepted(accepted, message.key);
  }

  /**
   * A store that takes no more ends the account's round before any DELE, and so does one that cannot say whether it has the message, and another server
   * that collects now; anything else is this message's own trouble.
   */
  #refused(message: PlannedMessage, error: unknown): void {
    if (error instanceof PostroomError && STORE_TROUBLE.includes(error.code)) this.#stop ??= error;
    else {
      this.#refusals.add(message.key);
      this.#tell(message, `A message could not be taken in: ${sentenceOf(error)} It stays at the ISP; the next round tries again.`);
    }
  }

  #tell(message: PlannedMessage, sentence: string): void {
    this.failures.add(message.key);
    this.#services.tally.problem('isp/message', sentence, message.key);
  }
}

const STORE_TROUBLE: readonly ErrorCode[] = [
  ...(['store/full', 'store/failed', 'store/unknown', 'store/unreachable', 'store/unfit'] as const),
  ...(['data/corrupt', 'lease/lost'] as const),
];

async function* fromArray(pieces: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

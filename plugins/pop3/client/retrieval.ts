// RETR, many at a time: the messages flow into intake while the next ones are on the line, so that many share a commit.
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
import { headerPrint } from './headerPrint.js';
import type { Pop3Dialogue } from './pop3Dialogue.js';

/** Commands and listed octets of one chunk; two chunks are on the line at a time. */
const CHUNK_MESSAGES = 32;
const CHUNK_OCTETS = 2 * 1024 * 1024;
/** Up to here a message is complete before intake sees it; a larger one streams, alone. */
const SMALL_MESSAGE = 256 * 1024;
/** Octets of small messages that intake may be busy with. */
const INTAKE_OCTETS = 8 * 1024 * 1024;

export interface RetrievalServices {
  readonly intake: Intake;
  readonly journal: AccountJournal;
  readonly tally: FetchTally;
  readonly pipelining: boolean;
}

/** What intake is told of the messages of one run. */
export type Reading = Pick<FetchedFrom, 'unread' | 'maybeRenamed'>;

/** Thrown where the session cannot go on but the round can: the rest of a message beyond the limit would have to be read. */
export class SessionAbandoned extends Error {}

export class Retrieval {
  /** Messages that are stored here for good; the ISP's copies may go. */
  readonly stored: PlannedMessage[] = [];
  /** Keys of messages that could not be collected this time. */
  readonly failed = new Set<string>();
  readonly #dialogue: Pop3Dialogue;
  readonly #services: RetrievalServices;
  readonly #running = new Set<Promise<void>>();
  #runningOctets = 0;
  #stop: PostroomError | undefined;
  #how: Reading = {};
  #reading: PlannedMessage | undefined;
  /** Keys of messages that the ISP or the line did not bring. */
  readonly #unanswered = new Set<string>();
  /** Keys of messages that came and that intake did not take. */
  readonly #refusals = new Set<string>();

  constructor(dialogue: Pop3Dialogue, services: RetrievalServices) {
    this.#dialogue = dialogue;
    this.#services = services;
  }

  /** Reads the messages and resolves when all of them are stored or reported. Rejects when the session or the store is at its end. */
  async run(messages: readonly PlannedMessage[], how: Reading = {}): Promise<void> {
    this.#how = how;
    await this.#services.journal.attempt(messages.map(({ key }) => key));
    try {
      const chunks = inChunks(messages);
      this.#send(chunks[0]);
      for (const [at, chunk] of chunks.entries()) {
        this.#send(chunks[at + 1]);
        for (const message of chunk) {
          if (!this.#services.pipelining) this.#dialogue.send([`RETR ${message.number}`]);
          this.#reading = message;
          await this.#receive(message);
          this.#reading = undefined;
          if (this.#stop !== undefined) throw this.#stop;
        }
      }
    } finally {
      await Promise.all(this.#running);
      await this.#end(messages);
    }
    if (this.#stop !== undefined) throw this.#stop;
  }

  /** Reads the messages one at a time, each counted and stored before the next is begun. */
  async runAlone(messages: readonly PlannedMessage[], how: Reading = {}): Promise<void> {
    for (const message of messages) await this.run([message], how);
  }

  /** Gives back the tries of what the line or the ISP failed at. What intake itself could not take keeps its try. */
  async #end(messages: readonly PlannedMessage[]): Promise<void> {
    if (this.#reading !== undefined) this.#unanswered.add(this.#reading.key);
    this.#reading = undefined;
    const taken = new Set(this.stored.map(({ key }) => key));
    const open = messages.map(({ key }) => key).filter((key) => !taken.has(key) && !this.#refusals.has(key));
    const failed = open.filter((key) => this.#unanswered.has(key));
    const untried = open.filter((key) => !this.#unanswered.has(key));
    // A store that cannot write this down will not have counted the tries for long either.
    await this.#services.journal.ended({ failed, untried }).catch(() => undefined);
  }

  #send(chunk: readonly PlannedMessage[] | undefined): void {
    if (this.#services.pipelining && chunk !== undefined) this.#dialogue.send(chunk.map(({ number }) => `RETR ${number}`));
  }

  async #receive(message: PlannedMessage): Promise<void> {
    const answer = await this.#dialogue.answer('RETR');
    if (!answer.ok)
      return this.#problem(
        message,
        `${this.#dialogue.account.host} does not hand over a message ("${answer.text}"). The next round tries again.`,
      );
    const body = this.#dialogue.body('RETR');
    const head: Buffer[] = [];
    let octets = 0;
    while (octets <= SMALL_MESSAGE) {
      const piece = await body.next();
      if (piece.done === true) return this.#acceptSmall(message, head, octets);
      head.push(piece.value);
      octets += piece.value.length;
    }
    await this.#acceptLarge(message, head, body);
  }

  /** The message is complete: intake may take its time while the next one is read. */
  async #acceptSmall(message: PlannedMessage, pieces: readonly Buffer[], octets: number): Promise<void> {
    const limit = this.#limitOf(message);
    if (octets > limit) return this.#problem(message, tooLargeSentence(message, limit));
    while (this.#runningOctets + octets > INTAKE_OCTETS && this.#running.size > 0) await Promise.race(this.#running);
    this.#runningOctets += octets;
    const [first = Buffer.alloc(0), ...more] = pieces;
    const whole = more.length === 0 ? first : Buffer.concat(pieces);
    const running: Promise<void> = this.#accept(message, fromArray([whole]), whole)
      .catch((error: unknown) => this.#refused(message, error))
      .finally(() => {
        this.#running.delete(running);
        this.#runningOctets -= octets;
      });
    this.#running.add(running);
  }

  /** Streams a message as fast as intake takes it. */
  async #acceptLarge(message: PlannedMessage, head: readonly Buffer[], body: AsyncGenerator<Buffer, void, undefined>): Promise<void> {
    const source = new LargeSource(head, body, this.#limitOf(message));
    try {
      await this.#accept(message, source.read(), Buffer.concat(head));
    } catch (error) {
      if (source.isTooLarge) {
        this.#problem(message, tooLargeSentence(message, this.#limitOf(message)));
        throw new SessionAbandoned();
      }
      // The line failed, not the message.
      if (source.failure !== undefined) throw source.failure as Error;
      this.#refused(message, error);
      if (this.#stop !== undefined) throw this.#stop;
    }
    await source.drain();
  }

  /** What the administrator ordered is fetched whatever its size. */
  #limitOf({ known }: PlannedMessage): number {
    return known?.order === 'fetch' ? Number.POSITIVE_INFINITY : this.#dialogue.account.maxMessageBytes;
  }

  /** `head`: as much of the message as holds its header. */
  async #accept(message: PlannedMessage, source: AsyncIterable<Uint8Array>, head: Buffer): Promise<void> {
    const from: FetchedFrom = {
      uidl: message.key,
      listedSize: message.size,
      server: this.#dialogue.account.host,
      // What TOP has shown of this very message is what TOP will show again, be it another header than RETR's.
      headerPrint: message.print ?? headerPrint(head),
      ...this.#how,
      ...(message.isIdUsed && { maybeRenamed: true }),
    };
    const accepted: Accepted = await this.#services.intake.accept(source, from);
    this.stored.push(message);
    this.#services.tally.accepted(accepted, message.key);
  }

  /** A store that takes no more ends the account's round before any DELE; anything else is this message's own trouble. */
  #refused(message: PlannedMessage, error: unknown): void {
    if (error instanceof PostroomError && STORE_TROUBLE.includes(error.code)) this.#stop ??= error;
    else {
      this.#refusals.add(message.key);
      this.#tell(message, `A message could not be taken in: ${sentenceOf(error)} It stays at the ISP; the next round tries again.`);
    }
  }

  #problem(message: PlannedMessage, sentence: string): void {
    this.#unanswered.add(message.key);
    this.#tell(message, sentence);
  }

  #tell(message: PlannedMessage, sentence: string): void {
    this.failed.add(message.key);
    this.#services.tally.problem('isp/message', sentence, message.key);
  }
}

const STORE_TROUBLE: readonly ErrorCode[] = ['store/full', 'store/failed', 'data/corrupt'];

export function tooLargeSentence({ size }: PlannedMessage, limit: number): string {
  return `A message of ${size} octets (as the ISP lists it) is beyond pop3.maxMessageBytes (${limit}) and stays at the ISP. "postroom waiting list" shows it; "postroom waiting fetch" collects it all the same.`;
}

/** Cuts a list into pieces of at most CHUNK_MESSAGES and CHUNK_OCTETS. */
export function inChunks(messages: readonly PlannedMessage[]): PlannedMessage[][] {
  const chunks: PlannedMessage[][] = [];
  let octets = 0;
  for (const message of messages) {
    const chunk = chunks.at(-1);
    const size = Math.max(message.size, 0);
    if (chunk === undefined || chunk.length >= CHUNK_MESSAGES || octets + size > CHUNK_OCTETS) {
      chunks.push([message]);
      octets = size;
    } else {
      chunk.push(message);
      octets += size;
    }
  }
  return chunks;
}

async function* fromArray(pieces: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

/** A message on its way from the line into intake, with a limit; remembers whether it was the line that failed. */
class LargeSource {
  failure: unknown;
  isTooLarge = false;
  readonly #head: readonly Buffer[];
  readonly #body: AsyncGenerator<Buffer, void, undefined>;
  readonly #limit: number;

  constructor(head: readonly Buffer[], body: AsyncGenerator<Buffer, void, undefined>, limit: number) {
    this.#head = head;
    this.#body = body;
    this.#limit = limit;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    let octets = 0;
    for (const piece of this.#head) {
      octets += piece.length;
      yield piece;
    }
    for (;;) {
      const piece = await this.#next();
      if (piece === undefined) return;
      octets += piece.length;
      if (octets > this.#limit) {
        this.isTooLarge = true;
        throw new PostroomError('isp/message', 'The message is larger than the limit.');
      }
      yield piece;
    }
  }

  /** Reads what intake left, so that the next answer is found. */
  async drain(): Promise<void> {
    while ((await this.#next()) !== undefined);
  }

  async #next(): Promise<Buffer | undefined> {
    try {
      const piece = await this.#body.next();
      return piece.done === true ? undefined : piece.value;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

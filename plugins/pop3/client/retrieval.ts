// RETR, many at a time: the messages flow into intake while the next ones are on the line, so that many share a commit.
import { type Accepted, type AccountJournal, type ErrorCode, type Intake, PostroomError, sentenceOf } from '@postroom/sdk';
import { MOST_TRIES } from './collectPlan.js';
import type { FetchTally } from './fetchTally.js';
import type { IdentifiedMessage } from './identify.js';
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

/** Thrown where the session cannot go on but the round can: the rest of a message beyond the limit would have to be read. */
export class SessionAbandoned extends Error {}

export class Retrieval {
  /** Messages that are stored here for good; the ISP's copies may go. */
  readonly stored: IdentifiedMessage[] = [];
  /** Keys of messages that could not be collected this time. */
  readonly failed = new Set<string>();
  readonly #dialogue: Pop3Dialogue;
  readonly #services: RetrievalServices;
  readonly #running = new Set<Promise<void>>();
  #runningOctets = 0;
  #stop: PostroomError | undefined;

  constructor(dialogue: Pop3Dialogue, services: RetrievalServices) {
    this.#dialogue = dialogue;
    this.#services = services;
  }

  /** Reads the messages and resolves when all of them are stored or reported. Rejects when the session or the store is at its end. */
  async run(messages: readonly IdentifiedMessage[]): Promise<void> {
    try {
      const chunks = inChunks(await this.#attempt(messages));
      this.#send(chunks[0]);
      for (const [at, chunk] of chunks.entries()) {
        this.#send(chunks[at + 1]);
        for (const message of chunk) {
          if (!this.#services.pipelining) this.#dialogue.send([`RETR ${message.number}`]);
          await this.#receive(message);
          if (this.#stop !== undefined) throw this.#stop;
        }
      }
    } finally {
      await Promise.all(this.#running);
    }
    if (this.#stop !== undefined) throw this.#stop;
  }

  /** Reads the messages one at a time, each counted and stored before the next is begun. */
  async runAlone(messages: readonly IdentifiedMessage[]): Promise<void> {
    for (const message of messages) await this.run([message]);
  }

  /** Counts a try before anything is read: a message that brings the reader down is met at most MOST_TRIES times. */
  async #attempt(messages: readonly IdentifiedMessage[]): Promise<readonly IdentifiedMessage[]> {
    const tries = await this.#services.journal.attempt(messages.map(({ key }) => key));
    return messages.filter((message) => {
      const isTried = (tries.get(message.key) ?? 1) <= MOST_TRIES;
      if (!isTried)
        this.#problem(
          message,
          `A message was tried ${MOST_TRIES} times in vain and stays at the ISP. Look at it there, with the ISP's web mail.`,
        );
      return isTried;
    });
  }

  #send(chunk: readonly IdentifiedMessage[] | undefined): void {
    if (this.#services.pipelining && chunk !== undefined) this.#dialogue.send(chunk.map(({ number }) => `RETR ${number}`));
  }

  async #receive(message: IdentifiedMessage): Promise<void> {
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
  async #acceptSmall(message: IdentifiedMessage, pieces: readonly Buffer[], octets: number): Promise<void> {
    const limit = this.#dialogue.account.maxMessageBytes;
    if (octets > limit) return this.#problem(message, tooLargeSentence(message, limit));
    while (this.#runningOctets + octets > INTAKE_OCTETS && this.#running.size > 0) await Promise.race(this.#running);
    this.#runningOctets += octets;
    const running: Promise<void> = this.#accept(message, fromArray(pieces))
      .catch((error: unknown) => this.#refused(message, error))
      .finally(() => {
        this.#running.delete(running);
        this.#runningOctets -= octets;
      });
    this.#running.add(running);
  }

  /** Streams a message as fast as intake takes it. */
  async #acceptLarge(message: IdentifiedMessage, head: readonly Buffer[], body: AsyncGenerator<Buffer, void, undefined>): Promise<void> {
    const source = new LargeSource(head, body, this.#dialogue.account.maxMessageBytes);
    try {
      await this.#accept(message, source.read());
    } catch (error) {
      if (source.isTooLarge) {
        this.#problem(message, tooLargeSentence(message, this.#dialogue.account.maxMessageBytes));
        throw new SessionAbandoned();
      }
      // The line failed, not the message.
      if (source.failure !== undefined) throw source.failure;
      this.#refused(message, error);
      if (this.#stop !== undefined) throw this.#stop;
    }
    await source.drain();
  }

  async #accept(message: IdentifiedMessage, source: AsyncIterable<Uint8Array>): Promise<void> {
    const from = { uidl: message.key, listedSize: message.size, server: this.#dialogue.account.host };
    const accepted: Accepted = await this.#services.intake.accept(source, from);
    this.stored.push(message);
    this.#services.tally.accepted(accepted);
  }

  /** A store that takes no more ends the account's round before any DELE; anything else is this message's own trouble. */
  #refused(message: IdentifiedMessage, error: unknown): void {
    if (error instanceof PostroomError && STORE_TROUBLE.includes(error.code)) this.#stop ??= error;
    else this.#problem(message, `A message could not be taken in: ${sentenceOf(error)} It stays at the ISP; the next round tries again.`);
  }

  #problem(message: IdentifiedMessage, sentence: string): void {
    this.failed.add(message.key);
    this.#services.tally.problem('isp/message', sentence, message.key);
  }
}

const STORE_TROUBLE: readonly ErrorCode[] = ['store/full', 'store/failed', 'data/corrupt'];

export function tooLargeSentence({ size }: IdentifiedMessage, limit: number): string {
  return `A message of ${size} octets (as the ISP lists it) is beyond pop3.maxMessageBytes (${limit}) and stays at the ISP. Raise the limit or take it from there with web mail.`;
}

/** Cuts a list into pieces of at most CHUNK_MESSAGES and CHUNK_OCTETS. */
export function inChunks(messages: readonly IdentifiedMessage[]): IdentifiedMessage[][] {
  const chunks: IdentifiedMessage[][] = [];
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

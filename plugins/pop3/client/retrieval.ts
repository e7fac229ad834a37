// RETR, many at a time: the messages flow into intake while the next ones are on the line, so that many share a commit. Only those that certainly
// ended where their server meant them to end: the octets of one that is glued to the next are two people's mail.
import {
  type Accepted,
  type AccountJournal,
  type ErrorCode,
  type FetchedFrom,
  type Intake,
  PostroomError,
  sentenceOf,
} from '@postroom/sdk';
import { AnswerSearch } from './answerSearch.js';
import { inChunks } from './chunks.js';
import type { PlannedMessage } from './collectPlan.js';
import type { FetchTally } from './fetchTally.js';
import { notHandedOver } from './handedOver.js';
import { headerPrint } from './headerPrint.js';
import { type IspAnswer, isSameStat } from './ispAnswers.js';
import { LargeSource } from './largeSource.js';
import { ListedSizes, OctetCount } from './listedSize.js';
import { OutOfStep } from './outOfStep.js';
import type { Pop3Dialogue } from './pop3Dialogue.js';

/** Up to here a message is complete before intake sees it; a larger one streams, with nothing else on the line. */
const SMALL_MESSAGE = 256 * 1024;
/** Octets of small messages that intake may be busy with. */
const INTAKE_OCTETS = 8 * 1024 * 1024;

export interface RetrievalServices {
  readonly intake: Intake;
  readonly journal: AccountJournal;
  readonly tally: FetchTally;
  readonly pipelining: boolean;
  /** What the server says to STAT as long as nothing is deleted: no sender knows it, so that it proves that the server has come to that command. */
  readonly stat: IspAnswer;
}

/** A message that has come whole. */
interface Received {
  readonly message: PlannedMessage;
  readonly octets: Buffer;
  readonly count: OctetCount;
}

/** What intake is told of the messages of one run. */
export type FetchNotes = Pick<FetchedFrom, 'unread' | 'maybeRenamed'>;

/** Thrown where the session cannot go on but the round can: the rest of a message beyond the limit would have to be read. */
export class SessionAbandoned extends Error {}

export class Retrieval {
  /** Messages that are stored here for good; the ISP's copies may go. */
  readonly stored: PlannedMessage[] = [];
  /** Keys of messages that could not be collected this time. */
  readonly failed = new Set<string>();
  /** Keys of messages at which the session fell out of step. */
  readonly doubtful = new Set<string>();
  readonly #dialogue: Pop3Dialogue;
  readonly #services: RetrievalServices;
  readonly #running = new Set<Promise<void>>();
  #runningOctets = 0;
  #stop: PostroomError | undefined;
  #how: FetchNotes = {};
  #reading: PlannedMessage | undefined;
  readonly #sizes = new ListedSizes();
  /** Messages that came in company and wait for a proof that all of it was in step; `undefined` as long as nothing was odd. */
  #held: Received[] | undefined;
  /** Keys of messages that the ISP or the line did not bring. */
  readonly #unanswered = new Set<string>();
  /** Keys of messages that came and that intake did not take. */
  readonly #refusals = new Set<string>();

  constructor(dialogue: Pop3Dialogue, services: RetrievalServices) {
    this.#dialogue = dialogue;
    this.#services = services;
  }

  /** Reads the messages and resolves when all of them are stored or reported. Rejects when the session or the store is at its end. */
  async run(messages: readonly PlannedMessage[], how: FetchNotes = {}): Promise<void> {
    this.#how = how;
    await this.#services.journal.attempt(messages.map(({ key }) => key));
    const isSmall = ({ size }: PlannedMessage): boolean => size <= SMALL_MESSAGE;
    const together = this.#services.pipelining ? messages.filter(isSmall) : [];
    const isCompany = together.length > 1;
    try {
      if (isCompany) await this.#readTogether(together);
      for (const message of isCompany ? messages.filter((each) => !isSmall(each)) : messages) {
        await this.#read(message, () => this.#readAlone(message));
      }
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

  async #read(message: PlannedMessage, read: () => Promise<void>): Promise<void> {
    this.#reading = message;
    await read();
    this.#reading = undefined;
    if (this.#stop !== undefined) throw this.#stop;
  }

  async #readTogether(messages: readonly PlannedMessage[]): Promise<void> {
    const chunks = inChunks(messages);
    this.#ask(chunks[0]);
    for (const [at, chunk] of chunks.entries()) {
      this.#ask(chunks[at + 1]);
      let before: PlannedMessage | undefined;
      for (const message of chunk) {
        try {
          await this.#read(message, () => this.#receive(message));
        } catch (error) {
          if (error instanceof OutOfStep) for (const { key } of [before ?? message, message]) this.doubtful.add(key);
          throw error;
        }
        before = message;
      }
      await this.#settle();
    }
  }

  /** Behind each chunk comes a STAT. */
  #ask(chunk: readonly PlannedMessage[] | undefined): void {
    if (chunk !== undefined) this.#dialogue.send([...chunk.map(({ number }) => `RETR ${number}`), 'STAT']);
  }

  /**
   * One of several messages on the line. It goes to intake at once where its size is the one that was listed; else it is held until the chunk is known to
   * have been in step, and so are those behind it. Where the next answer may stand in it, the session is out of step.
   */
  async #receive(message: PlannedMessage): Promise<void> {
    const answer = await this.#dialogue.answer('RETR');
    if (!answer.ok) {
      // One too many, or the message comes all the same: those behind it would go by wrong names.
      this.#held ??= [];
      return this.#refusedBy(answer, message);
    }
    const pieces: Buffer[] = [];
    const search = new AnswerSearch();
    let length = 0;
    let searched = 0;
    for await (const piece of this.#dialogue.body('RETR')) {
      pieces.push(piece);
      length += piece.length;
      if (length <= message.size) continue;
      for (; searched < pieces.length; searched += 1) search.take(pieces[searched] ?? piece);
      // LIST may be wrong; the answer to another command is due here all the same.
      if (search.hasFound || length > SMALL_MESSAGE) throw this.#outOfStep();
    }
    const received = receivedOf(message, pieces);
    const counting = received.count.countingFor(message.size);
    if (counting !== 'octets') {
      for (const piece of pieces.slice(searched)) search.take(piece);
      if (search.hasFound) throw this.#outOfStep();
    }
    if (!this.#sizes.rely(counting)) this.#held ??= [];
    if (this.#held === undefined) await this.#take(received);
    else this.#held.push(received);
  }

  /** Takes what is held where the server's answer to the STAT behind the chunk is the right one: then there was an answer for each RETR. */
  async #settle(): Promise<void> {
    const stat = await this.#dialogue.answer('STAT');
    const held = this.#held;
    if (held === undefined) return;
    if (!isSameStat(stat, this.#services.stat)) throw this.#outOfStep();
    this.#held = undefined;
    for (const received of held) await this.#take(received);
    if (this.#stop !== undefined) throw this.#stop;
  }

  /** With nothing else on the line: only what stands behind the message may be a part of it. */
  async #readAlone(message: PlannedMessage): Promise<void> {
    const answer = await this.#dialogue.ask(`RETR ${message.number}`);
    if (!answer.ok) {
      this.#refusedBy(answer, message);
      return this.#prove();
    }
    const body = this.#dialogue.body('RETR');
    const pieces: Buffer[] = [];
    let octets = 0;
    while (octets <= SMALL_MESSAGE) {
      const piece = await body.next();
      if (piece.done === true) {
        const received = receivedOf(message, pieces);
        await this.#proveEnd(message, received.count, received.octets);
        return this.#take(received);
      }
      pieces.push(piece.value);
      octets += piece.value.length;
    }
    await this.#acceptLarge(message, pieces, body);
  }

  /**
   * A size that was not listed is no fault, but the end may be a line of the message's own, and its rest on the way. `head`: what the message begins
   * with; an answer there was one too many before.
   */
  async #proveEnd(message: PlannedMessage, count: OctetCount, head: Buffer): Promise<void> {
    if (this.#sizes.rely(count.countingFor(message.size))) return;
    try {
      if (AnswerSearch.atStart(head)) throw this.#outOfStep();
      await this.#prove();
    } catch (error) {
      const { host } = this.#dialogue.account;
      if (error instanceof OutOfStep) this.#problem(message, `${host} does not end a message where it ends. The next round tries again.`);
      throw error;
    }
  }

  /** The server has come to the end of what was asked for: it says to STAT what it has said before. */
  async #prove(): Promise<void> {
    if (!isSameStat(await this.#dialogue.ask('STAT'), this.#services.stat)) throw this.#outOfStep();
  }

  /** The message is complete: intake may take its time while the next one is read. */
  async #take({ message, octets, count }: Received): Promise<void> {
    const limit = this.#limitOf(message);
    if (octets.length > limit) return this.#problem(message, tooLargeSentence(message, limit));
    const instead = notHandedOver(octets, count, message.known?.order === 'fetch' ? -1 : message.size);
    if (instead !== undefined) return this.#absent(message, `${instead}, and lists ${message.size} octets`);
    while (this.#runningOctets + octets.length > INTAKE_OCTETS && this.#running.size > 0) await Promise.race(this.#running);
    this.#runningOctets += octets.length;
    const running: Promise<void> = this.#accept(message, fromArray([octets]), octets)
      .catch((error: unknown) => this.#refused(message, error))
      .finally(() => {
        this.#running.delete(running);
        this.#runningOctets -= octets.length;
      });
    this.#running.add(running);
  }

  /** Streams a message as fast as intake takes it. */
  async #acceptLarge(message: PlannedMessage, head: readonly Buffer[], body: AsyncGenerator<Buffer, void, undefined>): Promise<void> {
    const source = new LargeSource(head, body, {
      limit: this.#limitOf(message),
      prove: (count) => this.#proveEnd(message, count, Buffer.concat(head)),
    });
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

  #refusedBy({ text }: IspAnswer, message: PlannedMessage): void {
    this.#absent(message, `"${text}"`);
  }

  #absent(message: PlannedMessage, why: string): void {
    this.#problem(message, `${this.#dialogue.account.host} does not hand over a message (${why}). The next round tries again.`);
  }

  #outOfStep(): OutOfStep {
    const { host, id } = this.#dialogue.account;
    return new OutOfStep(
      `${host} lost its place among the messages of account ${id}: what it sent may be parts of several. Nothing of that was taken in, and nothing deleted; the next round tries again.`,
    );
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

const STORE_TROUBLE: readonly ErrorCode[] = [
  ...(['store/full', 'store/failed', 'store/unknown', 'store/unreachable', 'store/unfit'] as const),
  ...(['data/corrupt', 'lease/lost'] as const),
];

export function tooLargeSentence({ size }: PlannedMessage, limit: number): string {
  return `A message of ${size} octets (as the ISP lists it) is beyond pop3.maxMessageBytes (${limit}) and stays at the ISP. "postroom waiting list" shows it; "postroom waiting fetch" collects it all the same.`;
}

function receivedOf(message: PlannedMessage, pieces: readonly Buffer[]): Received {
  const [first = Buffer.alloc(0)] = pieces;
  const octets = pieces.length <= 1 ? first : Buffer.concat(pieces);
  const count = new OctetCount();
  count.take(octets);
  return { message, octets, count };
}

async function* fromArray(pieces: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

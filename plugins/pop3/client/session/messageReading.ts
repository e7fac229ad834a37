// RETR, many at a time: the messages that certainly ended where their server meant them to end, and no others. The octets of one that is glued to the next are
// two people's mail.
import type { MaybePromise } from '@postroom/sdk';
import { headerPrint } from '../headerPrint.js';
import { type IspAnswer, isSameStat } from '../ispAnswers.js';
import { OutOfStep } from '../outOfStep.js';
import type { Pop3Dialogue } from '../pop3Dialogue.js';
import { AnswerSearch } from './answerSearch.js';
import { inChunks } from './chunks.js';
import { notHandedOver } from './handedOver.js';
import { LargeSource } from './largeSource.js';
import { ListedSizes, OctetCount } from './listedSize.js';
import type { AskedMessage, MessageSink, ReadingWay } from './mailboxSession.js';
import { SessionAbandoned } from './sessionAbandoned.js';
import { tooLargeSentence } from './tooLarge.js';

/** Up to here a message is complete before intake sees it; a larger one streams, with nothing else on the line. */
const SMALL_MESSAGE = 256 * 1024;

/** One of the messages that were asked for together: the nth. */
interface Asked extends AskedMessage {
  readonly at: number;
}

/** A message that has come whole. */
interface Received {
  readonly message: Asked;
  readonly octets: Buffer;
  readonly count: OctetCount;
}

/** What one session reads. */
export class MessageReading {
  /** Nothing more is asked for; what is on the line is read. */
  isLeaving = false;
  readonly #dialogue: Pop3Dialogue;
  readonly #sizes = new ListedSizes();
  /** Messages that came in company and wait for a proof that all of it was in step; `undefined` as long as nothing was odd. */
  #held: Received[] | undefined;

  constructor(dialogue: Pop3Dialogue) {
    this.#dialogue = dialogue;
  }

  /** As MailboxSession.read. */
  async read(messages: readonly AskedMessage[], way: ReadingWay, sink: MessageSink): Promise<void> {
    const asked = messages.map((message, at): Asked => ({ ...message, at }));
    const isSmall = ({ size }: Asked): boolean => size <= SMALL_MESSAGE;
    const together = way.pipelining ? asked.filter(isSmall) : [];
    const isCompany = together.length > 1;
    if (isCompany) await this.#readTogether(together, way, sink);
    for (const message of isCompany ? asked.filter((each) => !isSmall(each)) : asked) {
      if (sink.isStopped || this.isLeaving) return;
      await this.#one(message, sink, () => this.#readAlone(message, way, sink));
    }
  }

  async #one(message: Asked, sink: MessageSink, read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      sink.lost(message.at);
      throw error;
    }
  }

  async #readTogether(messages: readonly Asked[], way: ReadingWay, sink: MessageSink): Promise<void> {
    const chunks = inChunks(messages);
    this.#ask(chunks[0]);
    let isAsked = true;
    for (const [at, chunk] of chunks.entries()) {
      if (!isAsked) return;
      isAsked = !this.isLeaving;
      if (isAsked) this.#ask(chunks[at + 1]);
      let before: Asked | undefined;
      for (const message of chunk) {
        try {
          await this.#one(message, sink, () => this.#receive(message, sink));
        } catch (error) {
          if (error instanceof OutOfStep) for (const each of new Set([before ?? message, message])) sink.doubtful(each.at);
          throw error;
        }
        if (sink.isStopped) return;
        before = message;
      }
      await this.#settle(way, sink);
      if (sink.isStopped) return;
    }
  }

  /** Behind each chunk comes a STAT. */
  #ask(chunk: readonly Asked[] | undefined): void {
    if (chunk !== undefined) this.#dialogue.send([...chunk.map(({ number }) => `RETR ${number}`), 'STAT']);
  }

  /**
   * One of several messages on the line. It is taken at once where its size is the one that was listed; else it is held until the chunk is known to have been in
   * step, and so are those behind it. Where the next answer may stand in it, the session is out of step.
   */
  async #receive(message: Asked, sink: MessageSink): Promise<void> {
    const answer = await this.#dialogue.answer('RETR');
    if (!answer.ok) {
      // One too many, or the message comes all the same: those behind it would go by wrong names.
      this.#held ??= [];
      return this.#refusedBy(answer, message, sink);
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
    if (this.#held === undefined) await this.#take(received, sink);
    else this.#held.push(received);
  }

  /** Takes what is held where the server's answer to the STAT behind the chunk is the right one: then there was an answer for each RETR. */
  async #settle({ stat }: ReadingWay, sink: MessageSink): Promise<void> {
    const answer = await this.#dialogue.answer('STAT');
    const held = this.#held;
    if (held === undefined) return;
    if (!isSameStat(answer, stat)) throw this.#outOfStep();
    this.#held = undefined;
    for (const received of held) await this.#take(received, sink);
  }

  /** With nothing else on the line: only what stands behind the message may be a part of it. */
  async #readAlone(message: Asked, way: ReadingWay, sink: MessageSink): Promise<void> {
    const answer = await this.#dialogue.ask(`RETR ${message.number}`);
    if (!answer.ok) {
      this.#refusedBy(answer, message, sink);
      return this.#prove(way);
    }
    const body = this.#dialogue.body('RETR');
    const pieces: Buffer[] = [];
    let octets = 0;
    while (octets <= SMALL_MESSAGE) {
      const piece = await body.next();
      if (piece.done === true) {
        const received = receivedOf(message, pieces);
        await this.#proveEnd(received, way, sink);
        return this.#take(received, sink);
      }
      pieces.push(piece.value);
      octets += piece.value.length;
    }
    await this.#stream(message, { pieces, body, way }, sink);
  }

  /**
   * A size that was not listed is no fault, but the end may be a line of the message's own, and its rest on the way. `octets`: what the message begins with; an
   * answer there was one too many before.
   */
  async #proveEnd({ message, count, octets }: Received, way: ReadingWay, sink: MessageSink): Promise<void> {
    if (this.#sizes.rely(count.countingFor(message.size))) return;
    try {
      if (AnswerSearch.atStart(octets)) throw this.#outOfStep();
      await this.#prove(way);
    } catch (error) {
      const { host } = this.#dialogue.account;
      if (error instanceof OutOfStep) sink.failed(message.at, `${host} does not end a message where it ends. The next round tries again.`);
      throw error;
    }
  }

  /** The server has come to the end of what was asked for: it says to STAT what it has said before. */
  async #prove({ stat }: ReadingWay): Promise<void> {
    if (!isSameStat(await this.#dialogue.ask('STAT'), stat)) throw this.#outOfStep();
  }

  /** The message is complete. */
  #take({ message, octets, count }: Received, sink: MessageSink): MaybePromise<void> {
    const { at, limit, size } = message;
    if (octets.length > limit) return sink.failed(at, tooLargeSentence(size, limit));
    const instead = notHandedOver(octets, count, limit === Number.POSITIVE_INFINITY ? -1 : size);
    if (instead !== undefined) return this.#absent(message, `${instead}, and lists ${size} octets`, sink);
    return sink.whole(at, octets, printOf(message, octets));
  }

  /** As fast as it is taken. */
  async #stream(
    message: Asked,
    {
      pieces,
      body,
      way,
    }: { readonly pieces: readonly Buffer[]; readonly body: AsyncGenerator<Buffer, void, undefined>; readonly way: ReadingWay },
    sink: MessageSink,
  ): Promise<void> {
    const head = Buffer.concat(pieces);
    const source = new LargeSource(pieces, body, {
      limit: message.limit,
      print: printOf(message, head),
      prove: (count) => this.#proveEnd({ message, count, octets: head }, way, sink),
    });
    await sink.streamed(message.at, source);
    if (source.isTooLarge) {
      sink.failed(message.at, tooLargeSentence(message.size, message.limit));
      throw new SessionAbandoned();
    }
    // The line failed, not the message.
    if (source.failure !== undefined) throw source.failure as Error;
    if (!sink.isStopped) await source.drain();
  }

  #refusedBy({ text }: IspAnswer, message: Asked, sink: MessageSink): void {
    this.#absent(message, `"${text}"`, sink);
  }

  #absent({ at }: Asked, why: string, sink: MessageSink): void {
    sink.failed(at, `${this.#dialogue.account.host} does not hand over a message (${why}). The next round tries again.`);
  }

  #outOfStep(): OutOfStep {
    const { host, id } = this.#dialogue.account;
    return new OutOfStep(
      `${host} lost its place among the messages of account ${id}: what it sent may be parts of several. Nothing of that was taken in, and nothing deleted; the next round tries again.`,
    );
  }
}

/** What TOP has shown of this very message is what TOP will show again, be it another header than RETR's. `head`: as much as holds the header. */
function printOf({ hasPrint }: Asked, head: Buffer): string | undefined {
  return hasPrint ? undefined : headerPrint(head);
}

function receivedOf(message: Asked, pieces: readonly Buffer[]): Received {
  const [first = Buffer.alloc(0)] = pieces;
  const octets = pieces.length <= 1 ? first : Buffer.concat(pieces);
  const count = new OctetCount();
  count.take(octets);
  return { message, octets, count };
}

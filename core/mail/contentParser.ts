// MIME parsing for filters and previews, in a worker thread: a message that stalls, crashes or floods the parser costs that thread
// and answers `mail/unreadable`, the server goes on.
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Disposable, type ParsedContent, PostroomError, sentenceOf } from '@postroom/sdk';
import type { TimeLimit } from '@postroom/sdk/base';
import { OwnTime, type ThreadTimes, threadTimes } from '@postroom/sdk/base';
import { BUILT_FOLDER } from '../base/places.js';
import type { FromWorker, ToWorker } from './contentWorker.js';

export interface ContentLimits {
  /** Octets of a message. */
  readonly octets: number;
  /** Milliseconds for one message, without the thread's start and what it waits for a processor. */
  readonly milliseconds: number;
  /** Megabytes of heap in the thread. */
  readonly heapMegabytes: number;
  /** Milliseconds without work after which the thread ends. */
  readonly idle: number;
}

const LIMITS: ContentLimits = Object.freeze({ octets: 32 * 1024 * 1024, milliseconds: 2000, heapMegabytes: 160, idle: 10_000 });

/** Parses one message at a time. Holds no thread while it is idle and not asked to be ready, and never keeps the process alive. */
export class ContentParser {
  readonly #limits: ContentLimits;
  #thread: ParserThread | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  /** Who wants it ready. */
  #wanted = 0;
  /** Messages that are parsed, or wait for it. */
  #inHand = 0;

  constructor(limits: Partial<ContentLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Rejects with `mail/unreadable` beyond the limits, where the parser gives up, or where the octets cannot be read. */
  parse(octets: AsyncIterable<Uint8Array>, size: number): Promise<ParsedContent> {
    if (size > this.#limits.octets) {
      return Promise.reject(unreadable(`it has ${size} octets, and at most ${this.#limits.octets} are parsed`));
    }
    this.#inHand += 1;
    const parsed = this.#queue
      .then(() => this.#parseNow(octets))
      .finally(() => {
        this.#inHand -= 1;
      });
    this.#queue = parsed.catch(() => undefined);
    return parsed;
  }

  /** Starts the thread now, and keeps it until this is disposed: the first message does not wait for it. */
  keepReady(): Disposable {
    this.#wanted += 1;
    clearTimeout(this.#idle);
    this.#thread ??= new ParserThread(this.#limits);
    let isOver = false;
    return {
      dispose: async () => {
        if (isOver) return;
        isOver = true;
        this.#wanted -= 1;
        if (this.#wanted === 0 && this.#inHand === 0) await this.dispose();
      },
    };
  }

  /** Ends the thread; a message that is being parsed becomes unreadable. */
  async dispose(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.end('the server is stopping');
  }

  async #parseNow(octets: AsyncIterable<Uint8Array>): Promise<ParsedContent> {
    clearTimeout(this.#idle);
    this.#thread ??= new ParserThread(this.#limits);
    try {
      const content = await this.#thread.parse(octets);
      this.#endWhenIdle();
      return content;
    } catch (error) {
      await this.dispose();
      if (this.#wanted > 0) this.#thread = new ParserThread(this.#limits);
      throw error instanceof PostroomError ? error : unreadable(sentenceOf(error));
    }
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idle);
    if (this.#wanted === 0) this.#idle = setTimeout(() => void this.dispose(), this.#limits.idle).unref();
  }
}

/** The parser that views use where nothing else is said. */
export const sharedContentParser = new ContentParser();

function unreadable(why: string): PostroomError {
  return new PostroomError('mail/unreadable', `The content of the message cannot be read: ${why}.`);
}

/** One worker thread and the message that is in it. */
class ParserThread {
  readonly #worker: Worker;
  readonly #limits: ContentLimits;
  /** The thread's place below /proc, once it is ready. */
  readonly #ready: Promise<string | undefined>;
  #answer: ((message: FromWorker) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;
  #broken: Error | undefined;

  constructor(limits: ContentLimits) {
    this.#limits = limits;
    this.#worker = new Worker(path.join(BUILT_FOLDER, 'mail', 'contentWorker.js'), {
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMegabytes, maxYoungGenerationSizeMb: 16 },
      stdout: true,
      stderr: true,
    });
    this.#worker.unref();
    this.#worker.on('message', (message: FromWorker) => this.#answer?.(message));
    this.#worker.on('error', (error) => this.#break(unreadable(`the MIME parser failed (${sentenceOf(error)})`)));
    this.#worker.on('exit', () => this.#break(unreadable('the MIME parser ended')));
    this.#ready = this.#expect('ready').then((message) => (message.kind === 'ready' ? message.thread : undefined));
    this.#ready.catch(() => undefined);
  }

  async parse(octets: AsyncIterable<Uint8Array>): Promise<ParsedContent> {
    // Only while a message is in it may the thread keep the process alive.
    this.#worker.ref();
    try {
      const thread = await this.#ready;
      return await this.#withinTime(this.#feed(octets), thread);
    } finally {
      this.#worker.unref();
    }
  }

  async end(why: string): Promise<void> {
    this.#break(unreadable(why));
    await this.#worker.terminate();
  }

  /** Hands over piece by piece; the thread asks for each, so that what waits stays small. */
  async #feed(octets: AsyncIterable<Uint8Array>): Promise<ParsedContent> {
    for await (const piece of octets) {
      const answer = this.#expect('more', 'failed');
      this.#post({ kind: 'octets', octets: piece });
      const message = await answer;
      if (message.kind === 'failed') throw unreadable(message.reason);
    }
    const answer = this.#expect('content', 'failed');
    this.#post({ kind: 'end' });
    const message = await answer;
    if (message.kind === 'content') return message.content;
    throw unreadable(message.kind === 'failed' ? message.reason : 'the MIME parser answered nothing');
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #expect(...kinds: readonly FromWorker['kind'][]): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) reject(this.#broken);
      this.#fail = reject;
      this.#answer = (message) => {
        if (kinds.includes(message.kind)) resolve(message);
      };
    });
  }

  #break(error: Error): void {
    this.#broken ??= error;
    this.#fail?.(this.#broken);
  }

  /** Also where the source of the octets is what stalls. */
  async #withinTime<T>(work: Promise<T>, thread: string | undefined): Promise<T> {
    work.catch(() => undefined);
    const { milliseconds } = this.#limits;
    const time = new OwnTime(() => timesWithOurs(thread));
    await time.look();
    let limit: TimeLimit | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      limit = time.limit(milliseconds, () => reject(unreadable(`parsing takes longer than ${milliseconds} ms`)));
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      limit?.dispose();
    }
  }
}

/** Where this thread waits for a processor, the other one waits for octets. */
async function timesWithOurs(thread: string | undefined): Promise<ThreadTimes | undefined> {
  if (thread === undefined) return undefined;
  const [theirs, ours] = await Promise.all([threadTimes(thread), threadTimes('self')]);
  return theirs && { ran: theirs.ran, waited: theirs.waited + (ours?.waited ?? 0) };
}

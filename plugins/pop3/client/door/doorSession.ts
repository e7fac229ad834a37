// On the main thread: a session whose octets a door carries. What it read and handed over is taken in, whatever becomes of the door then: it was whole.
import { PostroomError } from '@postroom/sdk';
import type { DoorLine } from '@postroom/sdk/services';
import type { IspAnswer } from '../ispAnswers.js';
import type { IspCapabilities } from '../ispCapabilities.js';
import type { ListedMessage, ListingOptions, ReadListing } from '../listing.js';
import type { AskedMessage, MailboxSession, MessageSink, ReadingWay } from '../session/mailboxSession.js';
import { closedDoor } from './closedDoor.js';
import { DoorStream } from './doorStream.js';
import {
  type BeginStream,
  type CallSession,
  failureOfSession,
  type OfSession,
  type OpenedSession,
  type OpenSession,
  type PlainCall,
  type ReadBatch,
  type ReadSession,
  type SessionReply,
  type StreamPiece,
  type TakenOctets,
} from './sessionWords.js';

const NOTHING: IspCapabilities = {
  pipelining: false,
  stls: false,
  mechanisms: [],
  announcesUser: false,
  takesUser: false,
  loginDelaySeconds: 0,
};

export class DoorSession implements MailboxSession {
  capabilities = NOTHING;
  hasLostPipeline = false;
  isClosed = false;
  isLeaving = false;
  readonly #number: number;
  readonly #line: DoorLine;
  readonly #onEnd: () => void;
  /** Rejects when the session is cut from here: a door that does not answer any more keeps nobody waiting. */
  readonly #over: Promise<never>;
  #endWaiting: (error: Error) => void = () => {};
  #sink: MessageSink | undefined;
  #stream: DoorStream | undefined;
  /** What was handed over before is taken before what comes behind it. */
  #taking: Promise<void> = Promise.resolve();

  /** `onEnd`: called once it has ended or was cut. */
  constructor(number: number, line: DoorLine, onEnd: () => void) {
    this.#number = number;
    this.#line = line;
    this.#onEnd = onEnd;
    this.#over = new Promise((_, reject) => {
      this.#endWaiting = reject;
    });
    this.#over.catch(() => undefined);
  }

  /** Connects and logs in, in the door; `undefined` where the door opens no sessions any more. */
  async open({ account, way }: Omit<OpenSession, 'session'>): Promise<OpenedSession | undefined> {
    const asked: OpenSession = { session: this.#number, account, way };
    const reply = await this.#ask<SessionReply<OpenedSession> | undefined>('open', asked);
    if (reply === undefined) return undefined;
    const opened = this.#valueOf(reply);
    this.capabilities = opened.capabilities;
    return opened;
  }

  stat(): Promise<IspAnswer> {
    return this.#call('stat');
  }

  list(options: ListingOptions): Promise<ReadListing> {
    return this.#call('list', options);
  }

  fingerprints(messages: readonly ListedMessage[]): Promise<readonly (string | undefined)[]> {
    return this.#call('fingerprints', messages);
  }

  async header(number: number): Promise<Buffer | undefined> {
    const header = await this.#call<Uint8Array | undefined>('header', number);
    return header && Buffer.from(header.buffer, header.byteOffset, header.length);
  }

  prints(numbers: readonly number[], ahead: number): Promise<readonly (string | undefined)[]> {
    return this.#call('prints', numbers, ahead);
  }

  async read(messages: readonly AskedMessage[], way: ReadingWay, sink: MessageSink): Promise<void> {
    this.#sink = sink;
    const asked: ReadSession = { session: this.#number, messages, way };
    try {
      this.#valueOf(await this.#ask<SessionReply<void>>('read', asked));
    } finally {
      await this.#taking;
      this.#sink = undefined;
    }
  }

  remove(numbers: readonly number[], ahead: number): Promise<readonly IspAnswer[]> {
    return this.#call('remove', numbers, ahead);
  }

  async quit(matters: boolean): Promise<IspAnswer | undefined> {
    try {
      return await this.#call('quit', matters);
    } catch {
      // The door has ended, and the connection with it.
      this.isClosed = true;
      return undefined;
    }
  }

  cut(): void {
    this.#tell('cut');
    this.#giveUp(new PostroomError('isp/unreachable', 'The session with the ISP was cut.'));
    this.#onEnd();
  }

  end(): void {
    this.#tell('end');
    this.#onEnd();
  }

  /** Nothing more comes of it. */
  doorEnded(): void {
    this.#giveUp(closedDoor());
  }

  /** Word `batch`. */
  batch(batch: ReadBatch): void {
    const sink = this.#sink;
    if (sink !== undefined) this.#taking = this.#taking.then(() => this.#take(batch, sink));
  }

  /** Question `stream`. */
  async stream(begun: BeginStream): Promise<void> {
    const sink = this.#sink;
    if (sink === undefined) return;
    const stream = new DoorStream(begun);
    this.#stream = stream;
    const work = this.#taking.then(() => sink.streamed(begun.at, stream)).finally(() => stream.end());
    this.#taking = work;
    await work;
    if (sink.isStopped) this.#tell('stop');
  }

  /** Question `piece`. */
  piece(piece: StreamPiece): boolean | Promise<boolean> {
    return this.#stream?.piece(piece) ?? false;
  }

  async #take({ events, octets }: ReadBatch, sink: MessageSink): Promise<void> {
    for (const event of events) {
      if (sink.isStopped) break;
      if (event[0] === 'whole') {
        const [, at, from, to, print] = event;
        await sink.whole(at, Buffer.from(octets, from, to - from), print);
      } else if (event[0] === 'failed') sink.failed(event[1], event[2]);
      else sink[event[0]](event[1]);
    }
    const taken: TakenOctets = { session: this.#number, octets: octets.byteLength };
    if (sink.isStopped) this.#tell('stop');
    else if (octets.byteLength > 0) this.#line.tell('taken', taken);
  }

  async #call<T>(call: PlainCall, ...args: readonly unknown[]): Promise<T> {
    const asked: CallSession = { session: this.#number, call, args };
    return this.#valueOf(await this.#ask<SessionReply<T>>('call', asked));
  }

  #ask<T>(question: string, asked: OfSession): Promise<T> {
    return Promise.race([this.#line.ask<T>(question, asked), this.#over]);
  }

  #giveUp(error: PostroomError): void {
    this.#endWaiting(error);
    this.#stream?.fail();
  }

  #tell(word: string): void {
    const about: OfSession = { session: this.#number };
    this.#line.tell(word, about);
  }

  #valueOf<T>({ value, failure, hasLostPipeline, isClosed }: SessionReply<T>): T {
    this.hasLostPipeline = hasLostPipeline;
    this.isClosed = isClosed;
    if (failure !== undefined) throw failureOfSession(failure);
    return value as T;
  }
}

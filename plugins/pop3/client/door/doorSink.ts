// In a door: what a session reads, on its way to the main thread. Messages cross by the turn, as one buffer; a large one in pieces. Little is ahead of intake.
import type { DoorLine } from '@postroom/sdk/services';
import type { MessageSink, StreamedMessage } from '../session/mailboxSession.js';
import type { BeginStream, ReadBatch, ReadEvent, StreamPiece } from './sessionWords.js';

/** Octets that may be on their way to intake. */
const AHEAD_OCTETS = 2 * 1024 * 1024;
/** Octets of one batch, after which it does not wait for the end of the turn. */
const BATCH_OCTETS = 256 * 1024;
/** Octets of one piece of a large message. With 256 KB a message of 48 MB cost 33 MB until the pieces were collected, with these it costs 14 MB. */
const PIECE_OCTETS = 64 * 1024;

export class DoorSink implements MessageSink {
  isStopped = false;
  readonly #session: number;
  readonly #line: DoorLine;
  #events: ReadEvent[] = [];
  #pieces: Buffer[] = [];
  #length = 0;
  #ahead = 0;
  #hasRoom: (() => void) | undefined;

  constructor(session: number, line: DoorLine) {
    this.#session = session;
    this.#line = line;
  }

  whole(at: number, octets: Buffer, print: string | undefined): Promise<void> | undefined {
    const from = this.#length;
    this.#pieces.push(octets);
    this.#length += octets.length;
    this.#ahead += octets.length;
    this.#add(['whole', at, from, this.#length, print]);
    if (this.#length >= BATCH_OCTETS) this.flush();
    if (this.#ahead <= AHEAD_OCTETS || this.isStopped) return undefined;
    return new Promise((resolve) => {
      this.#hasRoom = resolve;
    });
  }

  failed(at: number, sentence: string): void {
    this.#add(['failed', at, sentence]);
  }

  doubtful(at: number): void {
    this.#add(['doubtful', at]);
  }

  lost(at: number): void {
    this.#add(['lost', at]);
  }

  /** Intake has so much less to do. */
  taken(octets: number): void {
    this.#ahead -= octets;
    if (this.#ahead <= AHEAD_OCTETS) this.#goOn();
  }

  /** Nothing more is wanted. */
  stop(): void {
    this.isStopped = true;
    this.#goOn();
  }

  /** Sends what there is. */
  flush(): void {
    if (this.#events.length === 0) return;
    // A copy into a buffer of its own: the line's chunks hold other messages too, and cannot be handed over.
    const octets = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      octets.set(piece, at);
      at += piece.length;
    }
    const batch: ReadBatch = { session: this.#session, events: this.#events, octets: octets.buffer };
    this.#line.tell('batch', batch, [octets.buffer]);
    this.#events = [];
    this.#pieces = [];
    this.#length = 0;
  }

  async streamed(at: number, message: StreamedMessage): Promise<void> {
    this.flush();
    const begun: BeginStream = { session: this.#session, at, print: message.print };
    const done = this.#line.ask('stream', begun);
    // Where the line ends the thread does, or the session is cut by whoever ended it.
    const [ended] = await Promise.allSettled([done, this.#sendPieces(message)]);
    if (ended.status === 'rejected') this.stop();
  }

  async #sendPieces(message: StreamedMessage): Promise<void> {
    const slab = new Slab();
    try {
      for await (const piece of message.read()) {
        for (let from = 0; from < piece.length; ) {
          from += slab.add(piece.subarray(from));
          if (slab.isFull && !(await this.#send(slab))) return;
        }
      }
      if (slab.length > 0 && !(await this.#send(slab))) return;
    } catch {
      // The message remembers that it failed; here it only has to be known that it has no end.
    }
    const end: StreamPiece = { session: this.#session, hasFailed: message.hasFailed };
    await this.#line.ask('piece', end);
  }

  /** Answers whether more is wanted. */
  #send(slab: Slab): Promise<boolean> {
    const octets = slab.take();
    const piece: StreamPiece = { session: this.#session, octets };
    return this.#line.ask('piece', piece, [octets]);
  }

  #add(event: ReadEvent): void {
    if (this.#events.push(event) === 1) setImmediate(() => this.flush());
  }

  #goOn(): void {
    const go = this.#hasRoom;
    this.#hasRoom = undefined;
    go?.();
  }
}

/** A piece of a large message while it fills. */
class Slab {
  length = 0;
  #octets = new Uint8Array(PIECE_OCTETS);

  get isFull(): boolean {
    return this.length === PIECE_OCTETS;
  }

  /** Takes as much as there is room for, and answers how much that is. */
  add(piece: Uint8Array): number {
    const some = piece.subarray(0, PIECE_OCTETS - this.length);
    this.#octets.set(some, this.length);
    this.length += some.length;
    return some.length;
  }

  /** What it holds, to be handed over. */
  take(): ArrayBuffer {
    const octets = this.isFull ? this.#octets : this.#octets.slice(0, this.length);
    this.#octets = new Uint8Array(PIECE_OCTETS);
    this.length = 0;
    return octets.buffer;
  }
}

// Calls in both directions over two pipes: host and plugin process are equals here; what each may ask for is the table of handlers that the
// other side was given. Every call can be cancelled, and every message is checked before it means anything.
import type { Readable, Writable } from 'node:stream';
import { ERROR_CODES, type ErrorCode, PostroomError, sentenceOf } from '@postroom/sdk';
import { afterRunning, type TimeLimit } from '@postroom/sdk/base';
import { encodeFrame, type FrameLimits, FrameReader, NO_OCTETS } from './frames.js';

export interface Reply {
  readonly data?: unknown;
  readonly octets?: Uint8Array;
}

/** Answers one call of the other side. `data` is whatever was sent: check it. */
export type PeerHandler = (data: unknown, octets: Uint8Array, signal: AbortSignal) => Reply | undefined | Promise<Reply | undefined>;

/** This side's ends. */
export interface PeerPipes {
  readonly reads: Readable;
  readonly writes: Writable;
}

export interface PeerOptions {
  readonly limits: FrameLimits;
  /** Calls of the other side that may be open at a time; one more is a breach. */
  readonly mostCalls: number;
  /** Octets of all such calls together, and octets that wait for the other side to read them; more is a breach. Default: any number. */
  readonly most?: { readonly asked: number; readonly waiting: number };
  readonly handlers: Readonly<Record<string, PeerHandler>>;
  /** The other side broke the rules and is not listened to any more: end it. The end of the sentence "x was stopped: ...". */
  readonly onBreach: (reason: string) => void;
  /** A call that had its time and was given up was not even acknowledged within `silenceMs`: the other side's event loop stands still. */
  readonly onSilence?: () => void;
  readonly silenceMs?: number;
  /** Counts the other side's time. Default: the time that this process runs. */
  readonly limit?: (ms: number, call: () => void) => TimeLimit;
  /** Takes one call in a turn of the event loop, so that each is answered before the next begins, and tells the other side when, where it cannot know. */
  readonly oneByOne?: boolean;
  /** Stands around every call of the other side. `lag`: milliseconds for which it was under way. */
  readonly serving?: <T>(work: () => Promise<T>, lag: number) => Promise<T>;
}

/** What of a call is wished for besides its answer. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** The other side has taken the call: whatever takes time from now on is its handler. */
  readonly onBegun?: (() => void) | undefined;
  /** Asked when the call is given up: whether it had its time, so that the other side has to react at once. Default: it may be busy with others. */
  readonly hadItsTime?: (() => boolean) | undefined;
}

interface PendingCall {
  resolve(reply: Required<Reply>): void;
  reject(error: unknown): void;
  begun: (() => void) | undefined;
}

type Message =
  /** `at`: milliseconds of the machine's monotonic clock. */
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly at: number; readonly data?: unknown }
  /** Taken, where that is not plain from what else is sent. */
  | { readonly kind: 'begun'; readonly id: number }
  | { readonly kind: 'done'; readonly id: number; readonly data?: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly code?: string; readonly message: string }
  | { readonly kind: 'cancel' | 'cancelled'; readonly id: number }
  | { readonly kind: 'note'; readonly method: string; readonly data?: unknown };

type IncomingCall = Extract<Message, { kind: 'call' }>;

/** Characters of an error's sentence that are passed on. */
const LONGEST_SENTENCE = 2_000;

export class Peer {
  #next = 1;
  #closed: Error | undefined;
  /** After a breach nothing more is read or sent: the other side is about to be ended. */
  #isDeaf = false;
  readonly #pending = new Map<number, PendingCall>();
  /** Calls that were given up here and not acknowledged there yet. */
  readonly #unacknowledged = new Map<number, TimeLimit>();
  readonly #serving = new Map<number, AbortController>();
  /** Octets of the calls that are being served. */
  #asked = 0;
  /** Calls that wait for their turn of the event loop. */
  readonly #line = new Map<number, { readonly call: IncomingCall; readonly octets: Uint8Array }>();
  /** Whether a call has this turn. */
  #isTaken = false;
  readonly #reader: FrameReader;

  constructor(
    private readonly pipes: PeerPipes,
    private readonly options: PeerOptions,
  ) {
    this.#reader = new FrameReader(options.limits);
    pipes.reads.on('data', (piece: Uint8Array) => this.#receive(piece));
    for (const pipe of [pipes.reads, pipes.writes]) pipe.on('error', () => undefined);
  }

  /** Rejects with what the other side threw, with `signal`'s reason, or with the reason of `close`. */
  call(method: string, data?: unknown, octets?: Uint8Array, { signal, onBegun, hadItsTime }: CallOptions = {}): Promise<Required<Reply>> {
    if (this.#closed !== undefined) {
      return Promise.reject(this.#closed);
    }
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.#pending.delete(id);
        this.#send({ kind: 'cancel', id });
        if (hadItsTime?.() === true) this.#awaitAcknowledgement(id);
        reject(signal?.reason);
      };
      const settle = (): void => signal?.removeEventListener('abort', cancel);
      this.#pending.set(id, {
        resolve: (reply) => {
          settle();
          resolve(reply);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        begun: onBegun,
      });
      this.#send({ kind: 'call', id, method, at: machineTime(), data }, octets);
      this.#beginFirst();
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted === true) {
        cancel();
      }
    });
  }

  /** Tells something that needs no answer. */
  note(method: string, data?: unknown): void {
    if (this.#closed === undefined) {
      this.#send({ kind: 'note', method, data });
    }
  }

  /** What waits rejects with `reason`; what is being served is aborted. */
  close(reason: Error): void {
    if (this.#closed !== undefined) {
      return;
    }
    this.#closed = reason;
    for (const call of [...this.#pending.values()]) {
      call.reject(reason);
    }
    this.#pending.clear();
    for (const limit of this.#unacknowledged.values()) {
      limit.dispose();
    }
    for (const controller of this.#serving.values()) {
      controller.abort(reason);
    }
    this.pipes.reads.destroy();
    this.pipes.writes.destroy();
  }

  #send(message: Message, octets?: Uint8Array): void {
    const { writes } = this.pipes;
    if (this.#isDeaf) return;
    if (writes.writableLength > (this.options.most?.waiting ?? Number.POSITIVE_INFINITY)) {
      return this.#breach('it does not read what it asked for');
    }
    writes.cork();
    for (const piece of encodeFrame(message, octets)) {
      writes.write(piece);
    }
    writes.uncork();
  }

  #receive(piece: Uint8Array): void {
    if (this.#closed !== undefined || this.#isDeaf) {
      return;
    }
    try {
      for (const { json, octets, size } of this.#reader.push(piece)) {
        const message = readMessage(json);
        if (this.options.oneByOne === true && message.kind === 'call') this.#putInLine(message, octets);
        else this.#take(message, octets, size);
      }
    } catch (error) {
      this.#breach(sentenceOf(error));
    }
  }

  #breach(reason: string): void {
    if (this.#isDeaf) return;
    this.#isDeaf = true;
    this.options.onBreach(reason);
  }

  #putInLine(call: IncomingCall, octets: Uint8Array): void {
    this.#line.set(call.id, { call, octets });
    if (!this.#isTaken) this.#serveNext();
  }

  #serveNext(): void {
    const [next] = this.#line.values();
    this.#isTaken = next !== undefined;
    if (next === undefined) return;
    this.#line.delete(next.call.id);
    this.#serve(next.call, next.octets);
    setImmediate(() => this.#serveNext());
  }

  #take(message: Message, octets: Uint8Array, size: number): void {
    switch (message.kind) {
      case 'call':
        return this.#serve(message, octets, size);
      case 'begun':
        return this.#begin(message.id);
      case 'note':
        return this.#hear(message.method, message.data, octets);
      case 'cancel':
        this.#line.delete(message.id);
        this.#serving.get(message.id)?.abort(new PostroomError('plugin/timeout', 'The call was given up.'));
        return this.#send({ kind: 'cancelled', id: message.id });
      case 'cancelled':
        return this.#acknowledged(message.id);
      case 'done':
        this.#acknowledged(message.id);
        return this.#settle(message.id, (call) => call.resolve({ data: message.data, octets }));
      case 'failed':
        this.#acknowledged(message.id);
        return this.#settle(message.id, (call) => call.reject(thrownBy(message.code, message.message)));
    }
  }

  /** What there is an answer to has to be called: only calls are counted, and only their failures have somebody who hears of them. */
  #hear(method: string, data: unknown, octets: Uint8Array): void {
    const answer = this.#handlerOf(method)(data, octets, NEVER);
    if (answer === undefined) return;
    if (answer instanceof Promise) answer.catch(() => undefined);
    throw new Error(`it told "${method}", which is a question`);
  }

  #serve({ id, method, at, data }: IncomingCall, octets: Uint8Array, size = 0): void {
    const handler = this.#handlerOf(method);
    if (this.#serving.size >= this.options.mostCalls || this.#serving.has(id)) {
      throw new Error(`it has more than ${this.options.mostCalls} requests open`);
    }
    const { asked = Number.POSITIVE_INFINITY } = this.options.most ?? {};
    if (this.#asked + size > asked) {
      throw new Error(`it has requests of more than ${asked / 2 ** 20} MB open`);
    }
    this.#asked += size;
    const controller = new AbortController();
    this.#serving.set(id, controller);
    // The first that is not answered the other side knows to have begun.
    if (this.options.oneByOne === true && this.#serving.size > 1) this.#send({ kind: 'begun', id });
    const serve = async (): Promise<Reply | undefined> => handler(data, octets, controller.signal);
    void (async () => {
      let answer: Message;
      let reply: Reply | undefined;
      try {
        reply = await (this.options.serving?.(serve, machineTime() - at) ?? serve());
        answer = { kind: 'done', id, data: reply?.data };
      } catch (error) {
        answer = { kind: 'failed', id, ...codeOf(error), message: sentenceOf(error).slice(0, LONGEST_SENTENCE) };
      }
      this.#serving.delete(id);
      this.#asked -= size;
      if (this.#closed === undefined) {
        this.#answer(id, answer, reply?.octets);
      }
    })();
  }

  /** An answer that cannot be written down as JSON fails. */
  #answer(id: number, answer: Message, octets: Uint8Array = NO_OCTETS): void {
    try {
      this.#send(answer, octets);
    } catch (error) {
      this.#send({ kind: 'failed', id, message: `The answer is no plain data: ${sentenceOf(error)}` });
    }
  }

  #handlerOf(method: string): PeerHandler {
    const handler = Object.hasOwn(this.options.handlers, method) ? this.options.handlers[method] : undefined;
    if (handler === undefined) {
      throw new Error(`it asked for "${method.slice(0, 60)}", which there is not`);
    }
    return handler;
  }

  #settle(id: number, how: (call: PendingCall) => void): void {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    if (call !== undefined) {
      how(call);
    }
    this.#beginFirst();
  }

  #begin(id: number): void {
    const call = this.#pending.get(id);
    const begun = call?.begun;
    if (call === undefined || begun === undefined) return;
    call.begun = undefined;
    begun();
  }

  /** The other side takes calls in their order: the first that it has not answered has begun. */
  #beginFirst(): void {
    if (this.#unacknowledged.size > 0) return;
    const [first] = this.#pending.keys();
    if (first !== undefined) this.#begin(first);
  }

  #awaitAcknowledgement(id: number): void {
    const { onSilence, silenceMs = 0, limit = afterRunning } = this.options;
    if (onSilence !== undefined) this.#unacknowledged.set(id, limit(silenceMs, onSilence));
  }

  #acknowledged(id: number): void {
    this.#unacknowledged.get(id)?.dispose();
    this.#unacknowledged.delete(id);
    this.#beginFirst();
  }
}

/** The same in all processes of a machine. */
function machineTime(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const NEVER = new AbortController().signal;

function codeOf(error: unknown): { readonly code?: string } {
  // Another copy of the SDK has another PostroomError.
  const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code) ? { code } : {};
}

function thrownBy(code: string | undefined, message: string): Error {
  return code !== undefined && Object.hasOwn(ERROR_CODES, code) ? new PostroomError(code as ErrorCode, message) : new Error(message);
}

/** Throws for anything that is no message. */
function readMessage(json: unknown): Message {
  const value = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  const { kind, id, method, at, code, message } = value;
  const named = typeof method === 'string';
  const numbered = Number.isSafeInteger(id);
  const sound =
    (kind === 'call' && named && numbered && Number.isFinite(at)) ||
    (kind === 'note' && named) ||
    ((kind === 'done' || kind === 'begun' || kind === 'cancel' || kind === 'cancelled') && numbered) ||
    (kind === 'failed' && numbered && typeof message === 'string' && (code === undefined || typeof code === 'string'));
  if (!sound) {
    throw new Error('it sent a message that does not exist');
  }
  return (kind === 'failed' ? { ...value, message: String(message).slice(0, LONGEST_SENTENCE) } : value) as unknown as Message;
}

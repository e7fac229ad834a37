// Calls in both directions over one pipe: host and plugin process are equals here; what each may ask for is the table of handlers that the
// other side was given. Every call can be cancelled, and every message is checked before it means anything.
import type { Duplex } from 'node:stream';
import { ERROR_CODES, type ErrorCode, PostroomError, sentenceOf } from '@postroom/sdk';
import { afterRunning, type TimeLimit } from '../../base/runningTime.js';
import { encodeFrame, type Frame, type FrameLimits, FrameReader, NO_OCTETS } from './frames.js';

export interface Reply {
  readonly data?: unknown;
  readonly octets?: Uint8Array;
}

/** Answers one call of the other side. `data` is whatever was sent: check it. */
export type PeerHandler = (data: unknown, octets: Uint8Array, signal: AbortSignal) => Reply | undefined | Promise<Reply | undefined>;

export interface PeerOptions {
  readonly limits: FrameLimits;
  /** Calls of the other side that may be open at a time; one more is a breach. */
  readonly mostCalls: number;
  readonly handlers: Readonly<Record<string, PeerHandler>>;
  /** The other side broke the rules and is not listened to any more: end it. The end of the sentence "x was stopped: ...". */
  readonly onBreach: (reason: string) => void;
  /** A cancelled call was not even acknowledged within `silenceMs`: the other side's event loop stands still. */
  readonly onSilence?: () => void;
  readonly silenceMs?: number;
}

interface PendingCall {
  resolve(reply: Required<Reply>): void;
  reject(error: unknown): void;
}

type Message =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly data?: unknown }
  | { readonly kind: 'done'; readonly id: number; readonly data?: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly code?: string; readonly message: string }
  | { readonly kind: 'cancel' | 'cancelled'; readonly id: number }
  | { readonly kind: 'note'; readonly method: string; readonly data?: unknown };

/** Characters of an error's sentence that are passed on. */
const LONGEST_SENTENCE = 2_000;

export class Peer {
  #next = 1;
  #closed: Error | undefined;
  /** After a breach nothing more is read: the other side is about to be ended. */
  #isDeaf = false;
  readonly #pending = new Map<number, PendingCall>();
  /** Calls that were given up here and not acknowledged there yet. */
  readonly #unacknowledged = new Map<number, TimeLimit>();
  readonly #serving = new Map<number, AbortController>();
  readonly #reader: FrameReader;

  constructor(
    private readonly stream: Duplex,
    private readonly options: PeerOptions,
  ) {
    this.#reader = new FrameReader(options.limits);
    stream.on('data', (piece: Uint8Array) => this.#receive(piece));
    stream.on('error', () => undefined);
  }

  /** Rejects with what the other side threw, with `signal`'s reason, or with the reason of `close`. */
  call(method: string, data?: unknown, octets?: Uint8Array, signal?: AbortSignal): Promise<Required<Reply>> {
    if (this.#closed !== undefined) {
      return Promise.reject(this.#closed);
    }
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.#pending.delete(id);
        this.#send({ kind: 'cancel', id });
        this.#awaitAcknowledgement(id);
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
      });
      this.#send({ kind: 'call', id, method, data }, octets);
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
    this.stream.destroy();
  }

  #send(message: Message, octets?: Uint8Array): void {
    this.stream.cork();
    for (const piece of encodeFrame(message, octets)) {
      this.stream.write(piece);
    }
    this.stream.uncork();
  }

  #receive(piece: Uint8Array): void {
    if (this.#closed !== undefined || this.#isDeaf) {
      return;
    }
    try {
      for (const frame of this.#reader.push(piece)) {
        this.#take(frame);
      }
    } catch (error) {
      this.#isDeaf = true;
      this.options.onBreach(sentenceOf(error));
    }
  }

  #take({ json, octets }: Frame): void {
    const message = readMessage(json);
    switch (message.kind) {
      case 'call':
        return this.#serve(message.id, message.method, message.data, octets);
      case 'note':
        return void this.#handlerOf(message.method)(message.data, octets, NEVER);
      case 'cancel':
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

  #serve(id: number, method: string, data: unknown, octets: Uint8Array): void {
    const handler = this.#handlerOf(method);
    if (this.#serving.size >= this.options.mostCalls || this.#serving.has(id)) {
      throw new Error(`it has more than ${this.options.mostCalls} requests open`);
    }
    const controller = new AbortController();
    this.#serving.set(id, controller);
    void (async () => {
      let answer: Message;
      let reply: Reply | undefined;
      try {
        reply = await handler(data, octets, controller.signal);
        answer = { kind: 'done', id, data: reply?.data };
      } catch (error) {
        answer = { kind: 'failed', id, ...codeOf(error), message: sentenceOf(error).slice(0, LONGEST_SENTENCE) };
      }
      this.#serving.delete(id);
      if (this.#closed === undefined) {
        this.#answer(id, answer, reply?.octets);
      }
    })();
  }

  /** An answer that cannot be written down as JSON is a failure of its own. */
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
  }

  #awaitAcknowledgement(id: number): void {
    const { onSilence, silenceMs = 0 } = this.options;
    if (onSilence !== undefined) this.#unacknowledged.set(id, afterRunning(silenceMs, onSilence));
  }

  #acknowledged(id: number): void {
    this.#unacknowledged.get(id)?.dispose();
    this.#unacknowledged.delete(id);
  }
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
  const { kind, id, method, code, message } = value;
  const named = typeof method === 'string';
  const numbered = Number.isSafeInteger(id);
  const sound =
    (kind === 'call' && named && numbered) ||
    (kind === 'note' && named) ||
    ((kind === 'done' || kind === 'cancel' || kind === 'cancelled') && numbered) ||
    (kind === 'failed' && numbered && typeof message === 'string' && (code === undefined || typeof code === 'string'));
  if (!sound) {
    throw new Error('it sent a message that does not exist');
  }
  return (kind === 'failed' ? { ...value, message: String(message).slice(0, LONGEST_SENTENCE) } : value) as unknown as Message;
}

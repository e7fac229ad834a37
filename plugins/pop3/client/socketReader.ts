// What the ISP sends, waiting to be read: bounded by pausing the socket, and every wait has its limit.
import type { Socket } from 'node:net';
import { PostroomError } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import type { IspAccount } from './ispAccount.js';

/** Octets that may wait before the socket is paused. */
const QUEUE_OCTETS = 256 * 1024;
/** Longest line of an answer; more is no POP3 server. */
const LINE_LIMIT = 8 * 1024;
/** Octets that have to come within one reply time while a message is read. */
const LEAST_PROGRESS = 1024;
const LF = 0x0a;
const CR = 0x0d;
/** A line, or the beginning of one, that has its status whole. */
const STATUS = /^(?:\+OK|-ERR)/i;

/** How the lines of a session have ended so far. */
export interface LineEnds {
  hasCrlf: boolean;
  hasBareLf: boolean;
}

export class SocketReader {
  readonly #socket: Socket;
  readonly #ends: LineEnds;
  readonly #clock: Clock;
  readonly #host: string;
  readonly #replyMs: number;
  readonly #queue: Buffer[] = [];
  #queued = 0;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #received = 0;

  readonly #onData = (chunk: Buffer): void => {
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    this.#received += chunk.length;
    if (this.#queued > QUEUE_OCTETS) this.#socket.pause();
    this.#wake?.();
  };
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake?.();
  };
  readonly #onError = (error: Error): void => {
    this.#failure = error;
    this.#ended = true;
    this.#wake?.();
  };

  /** `ends`: written to with every line that is read. */
  constructor(socket: Socket, account: Pick<IspAccount, 'host' | 'replyMs'>, clock: Clock, ends: LineEnds) {
    const { host, replyMs } = account;
    this.#socket = socket;
    this.#ends = ends;
    this.#host = host;
    this.#replyMs = replyMs;
    this.#clock = clock;
    socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd).on('error', this.#onError);
  }

  /** Octets that have come and are not read yet. */
  get waiting(): number {
    return this.#queued;
  }

  /** Stops listening, so that TLS can take the socket over. */
  detach(): void {
    this.#socket.pause();
    this.#socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd);
  }

  /** The next line where it has come whole already, in one piece; else `undefined`, and line() waits for it. */
  lineAtHand(): string | undefined {
    const chunk = this.#queue[0];
    const end = chunk === undefined ? -1 : chunk.indexOf(LF);
    if (chunk === undefined || end < 0 || end >= LINE_LIMIT) return undefined;
    if (end + 1 < chunk.length) {
      this.#queue[0] = chunk.subarray(end + 1);
      this.#queued -= end + 1;
    } else {
      this.#shift();
    }
    return this.#withoutEnd(chunk, end);
  }

  /**
   * The next line without its end, one character an octet. The whole line must come within `ms`. A status is a line though the connection ends behind
   * it: some servers close with `+OK` and no more.
   */
  async line(what: string, ms: number = this.#replyMs): Promise<string> {
    const due = this.#clock.monotonic() + ms;
    const parts: Buffer[] = [];
    let length = 0;
    for (;;) {
      let chunk: Buffer;
      try {
        chunk = await this.#next(due, what);
      } catch (error) {
        const last = Buffer.concat(parts).toString('latin1');
        if (this.#ended && STATUS.test(last)) return last.trimEnd();
        throw error;
      }
      const end = chunk.indexOf(LF);
      parts.push(end < 0 ? chunk : chunk.subarray(0, end + 1));
      length += end < 0 ? chunk.length : end + 1;
      if (length > LINE_LIMIT)
        throw new PostroomError(
          'isp/protocol',
          `${this.#host} answered ${what} with a line of more than ${LINE_LIMIT} octets: this is no POP3 server.`,
        );
      if (end < 0) continue;
      if (end + 1 < chunk.length) this.unread(chunk.subarray(end + 1));
      const line = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
      return this.#withoutEnd(line, line.length - 1);
    }
  }

  /** `lf`: where the line's LF stands. */
  #withoutEnd(octets: Buffer, lf: number): string {
    const isCrlf = lf > 0 && octets[lf - 1] === CR;
    if (isCrlf) this.#ends.hasCrlf = true;
    else this.#ends.hasBareLf = true;
    return octets.toString('latin1', 0, isCrlf ? lf - 1 : lf);
  }

  /** The octets that come next, whatever they are. Less than 1 KB within a reply time counts as a stall. */
  async chunk(progress: Progress, what: string): Promise<Buffer> {
    const now = this.#queue.length > 0 ? undefined : this.#clock.monotonic();
    if (now !== undefined && (now >= progress.due || this.#received - progress.from >= LEAST_PROGRESS)) {
      progress.due = now + this.#replyMs;
      progress.from = this.#received;
    }
    return this.#next(progress.due, what);
  }

  /** Puts octets back in front. */
  unread(octets: Buffer): void {
    this.#queue.unshift(octets);
    this.#queued += octets.length;
  }

  async #next(due: number, what: string): Promise<Buffer> {
    while (this.#queue.length === 0) {
      if (this.#ended) throw this.#lost(what);
      const left = due - this.#clock.monotonic();
      if (left <= 0) throw new PostroomError('isp/timeout', `${this.#host} did not answer ${what} in time. The next round tries again.`);
      await this.#more(left);
    }
    return this.#shift();
  }

  #shift(): Buffer {
    const chunk = this.#queue.shift() ?? Buffer.alloc(0);
    this.#queued -= chunk.length;
    if (this.#socket.isPaused() && this.#queued <= QUEUE_OCTETS / 2) this.#socket.resume();
    return chunk;
  }

  async #more(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(ms, () => this.#wake?.());
      this.#wake = () => {
        this.#wake = undefined;
        void timer.dispose();
        resolve();
      };
    });
  }

  #lost(what: string): PostroomError {
    const reason = this.#failure === undefined ? '' : `: ${this.#failure.message}`;
    return new PostroomError(
      'isp/unreachable',
      `${this.#host} closed the connection during ${what}${reason}. The next round tries again.`,
      {},
      { cause: this.#failure },
    );
  }
}

/** How far a message has come, for the check that it comes at all. */
export interface Progress {
  due: number;
  from: number;
}

// Cuts what a client sends into command lines, in bounded memory, and lets the session look ahead at what is already there.

/** Octets of a command line with its CRLF (RFC 2449 section 4). */
export const COMMAND_LIMIT = 255;
/** Octets of a SASL response line (RFC 5034 section 4 names 12,288). */
export const RESPONSE_LIMIT = 12_288 + 2;

/** Octets of a line that are skipped while its end is waited for. */
export const ENDLESS_LINE = 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

/** A line that went over its limit; it has been skipped up to its end. */
export const OVERLONG = Symbol('overlong');

/**
 * Lines end with LF; a CR before it is dropped. So a client that ends lines with LF alone is understood, and nothing
 * depends on where TCP cuts the stream.
 */
export class CommandLines {
  #buffer: Buffer = EMPTY;
  #start = 0;
  #skipping = false;
  #skipped = 0;

  /** More was sent than any client means as one line. */
  get isEndless(): boolean {
    return this.#skipped > ENDLESS_LINE;
  }

  /** Octets that wait. */
  get length(): number {
    return this.#buffer.length - this.#start;
  }

  push(chunk: Buffer): void {
    this.#buffer = this.length === 0 ? chunk : Buffer.concat([this.#buffer.subarray(this.#start), chunk]);
    this.#start = 0;
  }

  /** The next complete line, one character an octet; `undefined` while there is none. */
  next(limit: number = COMMAND_LIMIT): string | typeof OVERLONG | undefined {
    const end = this.#buffer.indexOf(LF, this.#start);
    if (end < 0) {
      if (this.length >= limit) {
        this.#skipping = true;
        this.#skipped += this.length;
        this.clear();
      }
      return undefined;
    }
    const start = this.#start;
    this.#start = end + 1;
    this.#skipped = 0;
    if (this.#skipping || end + 1 - start > limit) {
      this.#skipping = false;
      return OVERLONG;
    }
    return this.#buffer.toString('latin1', start, end > start && this.#buffer[end - 1] === CR ? end - 1 : end);
  }

  /** Message numbers that the complete lines ahead will ask for with RETR or TOP, in order, up to the first other command. */
  upcoming(most: number): number[] {
    const numbers: number[] = [];
    let start = this.#start;
    while (numbers.length < most) {
      const end = this.#buffer.indexOf(LF, start);
      if (end < 0 || end - start > 32) break;
      const match = /^(?:RETR|TOP) +(\d{1,9})\b/i.exec(this.#buffer.toString('latin1', start, end));
      if (match === null) break;
      numbers.push(Number(match[1]));
      start = end + 1;
    }
    return numbers;
  }

  clear(): void {
    this.#buffer = EMPTY;
    this.#start = 0;
  }
}

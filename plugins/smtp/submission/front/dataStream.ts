// The library's parser of the octets a client sends, with its own reading of the text after DATA:
// only CRLF.CRLF ends it, and a dot is taken off only behind CRLF (RFC 5321 sections 4.1.1.4 and 4.5.2).

import type { SMTPServerDataStream } from 'smtp-server';
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js';

const CRLF = Buffer.from('\r\n');
const LINE_DOT = Buffer.from('\r\n.');
const CR = 0x0d;
const LF = 0x0a;
/** Commands of one segment that are run before others get their turn. */
const LINES_AT_ONCE = 100;
/** A dot alone in its line, though not between CRLF and CRLF: to another server it may be the end, to this one it is text. */
const STRAY_END = /\n\.\r?\n$|\r\.\r$/;
const STRAY_OCTETS = '\r\n.\r\n'.length;

type Done = (error?: Error | null) => void;

/**
 * Why not the library's: it also takes dots off behind a bare LF, which changes messages, and spends one turn of the event
 * loop on each line that starts with a dot.
 */
export class DataStream extends SMTPStream {
  /** Whether the command that is being run ended in a lone LF. */
  endsInLf = false;
  /**
   * Called as the text after DATA comes: true where all that came has been read, and it ends like a text whose lines end otherwise than with CRLF, so
   * that its sender may be waiting for an answer.
   */
  ontext: (seemsOver: boolean) => void = () => undefined;
  /** The last octets of the text, with the CRLF before it. */
  #tail: Buffer = CRLF;
  /** Octets that may be the beginning of CRLF.CRLF or of a stuffed dot; the next chunk tells. */
  #held: Buffer = CRLF;
  /** How many octets at the front of `#held` are not the message's: the CRLF of the DATA line stands before the first line. */
  #passed = CRLF.length;

  override startDataMode(maxBytes?: number | string | null): SMTPServerDataStream {
    this.#held = CRLF;
    this.#passed = CRLF.length;
    this.#tail = CRLF;
    return super.startDataMode(maxBytes);
  }

  override _write(chunk: Buffer, encoding: BufferEncoding | 'buffer', next: Done): void {
    if (this._dataMode) super._write(chunk, encoding, next);
    else this.#runLines(chunk, next);
  }

  /** Line by line, as the library does not tell how one ended. */
  #runLines(chunk: Buffer, next: Done): void {
    let from = 0;
    let lines = 0;
    const run = (): void => {
      while (from < chunk.length) {
        if (this._dataMode) return super._write(chunk.subarray(from), 'buffer', next);
        const lf = chunk.indexOf(LF, from);
        this.endsInLf = lf !== -1 && !(lf > from ? chunk[lf - 1] === CR : this._remainder.endsWith('\r'));
        const line = chunk.subarray(from, lf === -1 ? chunk.length : lf + 1);
        from += line.length;
        let isSynchronous = true;
        let isDone = false;
        super._write(line, 'buffer', (error) => {
          if (error) next(error);
          else if (isSynchronous) isDone = true;
          else run();
        });
        isSynchronous = false;
        if (!isDone) return;
        // A segment full of commands must not delay other clients.
        if (++lines % LINES_AT_ONCE === 0) return void setImmediate(run);
      }
      next();
    };
    run();
  }

  override _feedDataStream(chunk: Buffer, next: Done): void {
    this.ontext(false);
    this.#tail = Buffer.concat([this.#tail, chunk.subarray(-STRAY_OCTETS)]).subarray(-STRAY_OCTETS);
    const done: Done = (error) => {
      if (this._dataMode) this.ontext(STRAY_END.test(this.#tail.toString('latin1')));
      next(error);
    };
    const octets = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    const pieces: Buffer[] = [];
    let from = this.#passed;
    let at = octets.indexOf(LINE_DOT);
    while (at !== -1 && !isUndecided(octets, at)) {
      pieces.push(octets.subarray(from, at + CRLF.length));
      from = at + LINE_DOT.length;
      if (octets[from] === CR && octets[from + 1] === LF) {
        const content = Buffer.concat(pieces);
        this._countDataBytes(content.length);
        this._endDataMode(content, octets.subarray(from + CRLF.length), done);
        return;
      }
      at = octets.indexOf(LINE_DOT, from);
    }
    const hold = at !== -1 ? at : startOfLineEnd(octets);
    pieces.push(octets.subarray(from, Math.max(from, hold)));
    this.#held = octets.subarray(hold);
    this.#passed = Math.max(0, from - hold);
    this.#pass(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces), done);
  }

  /** The library would run what stands before the end of a connection without a line end: a command that was cut off is none. */
  override _flushData(): void {
    this._remainder = '';
  }

  /** Hands octets to the reader of the message and waits while it can't take more. */
  #pass(content: Buffer, done: Done): void {
    const stream = this._dataStream;
    this._countDataBytes(content.length);
    if (!stream?.writable || content.length === 0 || stream.write(content)) {
      done();
      return;
    }
    const resume = (): void => {
      stream.off('drain', resume);
      stream.off('close', resume);
      done();
    };
    stream.once('drain', resume);
    // A reader that gave up never drains, it closes.
    stream.once('close', resume);
  }
}

/** CRLF and a dot stand at `at`, and the chunk ends before it is clear whether they end the message. */
function isUndecided(octets: Buffer, at: number): boolean {
  const next = octets[at + LINE_DOT.length];
  return next === undefined || (next === CR && at + LINE_DOT.length + 1 === octets.length);
}

/** Where a CR or CRLF begins that the chunk ends with; the chunk's length where there is none. */
function startOfLineEnd(octets: Buffer): number {
  const last = octets.length - 1;
  if (octets[last] === CR) {
    return last;
  }
  return octets[last] === LF && octets[last - 1] === CR ? last - 1 : octets.length;
}

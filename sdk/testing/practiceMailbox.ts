// A mailbox at the practice ISP, as mail from outside finds it and as POP3 serves it.
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';

/** A message that waits at the practice ISP. `uidl` and `listedSize` may be changed to what a faulty server would say. */
export interface PracticeMessage {
  /** As RETR sends it, before dot-stuffing. */
  readonly octets: Buffer;
  /** Unique id that UIDL answers. Give two messages the same, or a new message an old one, to practise RFC 1939's broken servers. */
  uidl: string;
  /** Octets that LIST answers. */
  listedSize: number;
}

/** Departures from what a message would get by itself. */
export interface PutOptions {
  readonly uidl?: string;
  readonly listedSize?: number;
}

/** One login with its mail. */
export class PracticeMailbox {
  /** In the order of arrival. Sessions see a snapshot, taken when PASS is answered. */
  readonly messages: PracticeMessage[] = [];

  constructor(
    readonly user: string,
    /** For POP3 and SMTP alike. Change it to practise a refused login. */
    public password: string,
  ) {}

  /** Puts a message in. A string's line ends become CRLF; octets stay as they are, bare LF and NUL included. */
  put(content: Uint8Array | string, options: PutOptions = {}): PracticeMessage {
    const octets = typeof content === 'string' ? Buffer.from(content.replace(/\r?\n/g, '\r\n')) : Buffer.from(content);
    const message = {
      octets,
      uidl: options.uidl ?? randomBytes(8).toString('hex'),
      listedSize: options.listedSize ?? octets.length,
    };
    this.messages.push(message);
    return message;
  }

  /** Takes a message out, as the ISP or another client would. */
  remove(message: PracticeMessage): void {
    const index = this.messages.indexOf(message);
    if (index >= 0) this.messages.splice(index, 1);
  }

  clear(): void {
    this.messages.length = 0;
  }
}

// A message as taps see it: header at once, body and content on request. Everything is read from the source that the view is made
// with: a message that is just coming in, or one in the store.

import type { MailboxRef } from '../accounts.js';
import type { Address, Envelope, HeaderField, MailOrigin, MailView, MessageId, ParsedContent } from '../mail.js';
import { parseAddresses } from './addresses.js';
import { composeCopy } from './copy.js';
import { type Header, valueOctets } from './header.js';

const NO_LINES = new Uint8Array(0);
/** Addresses that are read of one field name (sorting case 73). */
const ADDRESS_LIMIT = 2000;

export interface MailSource {
  readonly id: MessageId;
  /** Octets in CRLF form. */
  readonly size: number;
  readonly origin: MailOrigin;
  readonly envelope: Envelope;
  readonly author: MailboxRef | undefined;
  readonly receivedAt: Date;
  /** Default false. */
  readonly rehearsal?: boolean;
  /** Default: as `header` has it. */
  readonly headerCut?: boolean;
  readonly header: Header;
  /** The message's octets in CRLF form from `start` (default 0), in pieces of at most 256 KB. Can be called again. */
  read(start?: number): AsyncIterable<Uint8Array>;
}

/** Reads MIME for `content()`. */
export interface MimeReader {
  /** Rejects with `mail/unreadable` where the octets are not to be read as MIME. */
  parse(octets: AsyncIterable<Uint8Array>, size: number): Promise<ParsedContent>;
}

/** The view of a message. */
export function createMailView(source: MailSource, parser: MimeReader): MailView {
  return new SourceView(source, parser);
}

class SourceView implements MailView {
  readonly #source: MailSource;
  readonly #parser: MimeReader;
  readonly #addresses = new Map<string, readonly Address[]>();
  #content: Promise<ParsedContent> | undefined;

  constructor(source: MailSource, parser: MimeReader) {
    this.#source = source;
    this.#parser = parser;
  }

  get id(): MessageId {
    return this.#source.id;
  }

  get size(): number {
    return this.#source.size;
  }

  get origin(): MailOrigin {
    return this.#source.origin;
  }

  get envelope(): Envelope {
    return this.#source.envelope;
  }

  get author(): MailboxRef | undefined {
    return this.#source.author;
  }

  get receivedAt(): Date {
    return this.#source.receivedAt;
  }

  get rehearsal(): boolean {
    return this.#source.rehearsal === true;
  }

  get headerCut(): boolean {
    return this.#source.headerCut ?? this.#source.header.truncated;
  }

  header(name: string): string | undefined {
    return this.#source.header.first(name)?.value;
  }

  headers(name?: string): readonly HeaderField[] {
    return name === undefined ? this.#source.header.fields : this.#source.header.all(name);
  }

  addresses(of: string | HeaderField): readonly Address[] {
    if (typeof of !== 'string') return parseAddresses(valueOctets(of), ADDRESS_LIMIT);
    const key = of.toLowerCase();
    let found = this.#addresses.get(key);
    if (found === undefined) {
      found = this.#readAddresses(key);
      this.#addresses.set(key, found);
    }
    return found;
  }

  raw(): AsyncIterable<Uint8Array> {
    return this.#source.read(0);
  }

  body(): AsyncIterable<Uint8Array> {
    return this.#source.read(this.#source.header.size);
  }

  content(): Promise<ParsedContent> {
    this.#content ??= this.#parser.parse(composeCopy(NO_LINES, this.raw(), this.#source.header.mends), this.size);
    return this.#content;
  }

  #readAddresses(name: string): readonly Address[] {
    const found: Address[] = [];
    for (const field of this.#source.header.all(name)) {
      if (found.length < ADDRESS_LIMIT) found.push(...parseAddresses(valueOctets(field), ADDRESS_LIMIT - found.length));
    }
    return found;
  }
}

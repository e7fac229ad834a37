// Two names for a message's content, taken while it streams in: the hash of its octets, and the key by which a mailbox knows
// that it has the same mail already (duplicates are judged per mailbox by Message-ID and body together, and by what a reader goes by).
import { createHash, type Hash } from 'node:crypto';
import { ENVELOPE_FIELDS } from '@postroom/sdk';
import { type FieldInPlace, type Header, HeaderCollector, readHeader } from '@postroom/sdk/mail';

/** Octets of a duplicate key. */
const KEY_LENGTH = 16;

/** Fields that the way of a copy leaves on it: two copies of one message differ in these only (case 24). Lower case. */
const TRACE_FIELDS: ReadonlySet<string> = new Set([
  'received',
  'x-received',
  'return-path',
  ...ENVELOPE_FIELDS.map((name) => name.toLowerCase()),
  'original-recipient',
  'delivery-date',
  'received-spf',
  'authentication-results',
  'x-uidl',
]);

/**
 * What a reader goes by, beside the body: whom it is from, whom an answer goes to, what it is about, how it is shown. Another recipient
 * knows a mail's Message-ID and body, and must not be able to suppress it by sending a copy first that differs here. Lower case.
 */
const READ_FIELDS: ReadonlySet<string> = new Set([
  'from',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'content-type',
  'content-transfer-encoding',
]);

export interface ContentNames {
  /** SHA-256 of all octets, hex. */
  readonly contentHash: string;
  /** 16 octets over Message-ID, the fields that a reader goes by, and body; without a Message-ID over everything but trace fields. */
  readonly duplicateKey: Uint8Array;
  /** Read on the way. */
  readonly header: Header;
}

/** Fed with a message's octets in CRLF form; answers its names at the end. */
export class ContentDigest {
  readonly #content = createHash('sha256');
  /** What belongs to the key, once the header is known. */
  #key: { readonly hash: Hash; readonly header: Header } | undefined;
  readonly #head = new HeaderCollector();

  update(octets: Uint8Array): void {
    this.#content.update(octets);
    if (this.#key !== undefined) {
      this.#key.hash.update(octets);
      return;
    }
    if (this.#head.push(octets)) this.#key = this.#beginKey();
  }

  /** Ends the digest. Call once. */
  finish(): ContentNames {
    const { hash, header } = this.#key ?? this.#beginKey();
    return { contentHash: this.#content.digest('hex'), duplicateKey: hash.digest().subarray(0, KEY_LENGTH), header };
  }

  #beginKey(): { readonly hash: Hash; readonly header: Header } {
    const header = readHeader(this.#head.octets);
    const hash = createHash('sha256');
    const messageId = messageIdOf(header);
    if (messageId !== '') hash.update(`id ${messageId}\n`).update(readFields(header));
    else hash.update('content\n').update(Buffer.concat(canonicalFields(header)));
    hash.update(this.#head.octets.subarray(header.size));
    return { hash, header };
  }
}

/** The topmost Message-ID without angle brackets, '' where there is none. */
export function messageIdOf(header: Header): string {
  const value = header.first('message-id')?.value ?? '';
  return value.replace(/^<|>$/g, '').trim();
}

function canonicalFields(header: Header): readonly Uint8Array[] {
  return header.fields.filter((field: FieldInPlace) => !TRACE_FIELDS.has(field.name.toLowerCase())).map((field) => field.raw);
}

function readFields(header: Header): string {
  let text = '';
  for (const { name, value } of header.fields) {
    const key = name.toLowerCase();
    if (READ_FIELDS.has(key)) text += `${key}: ${ODD_SPACE.test(value) ? value.replace(/\s+/g, ' ') : value}\n`;
  }
  return text;
}

/** White space that is no single space; at its ends a value has none. */
const ODD_SPACE = /[^\S ]| {2}/;

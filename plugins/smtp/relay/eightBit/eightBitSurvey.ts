// What of a message is beyond ASCII, and how it can be written without: read once before it is sent, since the header of a part comes before its content.
import type { Reason } from '../envelopes.js';
import { is8Bit } from './encodedText.js';
import { MimeWalk, type Part, type Visitor } from './mimeWalk.js';
import { isPlain } from './partHeader.js';
import { sevenBitHeader } from './sevenBitHeader.js';

/** Parts with 8-bit content. */
const MOST_PARTS = 10_000;
/** The name for an undeclared charset (RFC 1428). */
const UNKNOWN = 'unknown-8bit';

/** How the content of a part goes out. `repaired`: it is encoded already, and not everywhere. */
export type Conversion = 'quoted-printable' | 'base64' | 'repaired quoted-printable' | 'repaired base64';

export interface EightBitSurvey {
  readonly has8Bit: boolean;
  /** By the number of the part: those that stay as they are are not named. */
  readonly conversions: ReadonlyMap<number, Conversion>;
  /** Of header text that is no UTF-8. */
  readonly charset: string;
  /** Why it cannot be converted. */
  readonly problem: Reason | undefined;
}

export async function surveyOf(content: AsyncIterable<Uint8Array>): Promise<EightBitSurvey> {
  const survey = new Survey();
  const walk = new MimeWalk(survey);
  for await (const piece of content) walk.feed(piece);
  walk.end();
  return survey;
}

const SEVEN_BIT_ONLY = "The message has 8-bit text, and the ISP's server takes 7-bit mail only.";

class Survey implements Visitor, EightBitSurvey {
  has8Bit = false;
  charset = UNKNOWN;
  problem: Reason | undefined;
  readonly conversions = new Map<number, Conversion>();
  readonly #lost = new Set<string>();
  #size = 0;
  #eightBit = 0;

  header(part: Part): void {
    const { charset, type } = part.header;
    if (charset !== undefined && this.charset === UNKNOWN && !/^(?:us-ascii|utf-?8)$/i.test(charset) && /^[\w.:-]{1,30}$/.test(charset))
      this.charset = charset;
    if (type.startsWith('multipart/') && part.header.boundary === undefined) this.#lost.add(`${part.number}`);
    if (count8Bit(part.lines) === 0) return;
    this.#found(part.isSigned);
    if (is8Bit(part.header.boundary ?? '')) this.#fail('5.6.3', 'A boundary between its parts is no ASCII.');
    if (sevenBitHeader(part, { charset: this.charset, encoding: undefined }) === undefined) {
      this.#fail('5.6.7', "Its header names an international address, which the ISP's server does not take.");
    }
  }

  content(octets: Buffer): void {
    this.#size += octets.length;
    this.#eightBit += count8Bit(octets);
  }

  contentEnd(part: Part): void {
    const [size, eightBit] = [this.#size, this.#eightBit];
    [this.#size, this.#eightBit] = [0, 0];
    if (eightBit === 0) return;
    this.#found(part.isSigned);
    if (this.#lost.has(`${part.number}`)) this.#fail('5.6.3', 'It cannot be told where its parts begin.');
    if (this.conversions.size === MOST_PARTS) this.#fail('5.6.3', 'It has too many parts to be converted.');
    else this.conversions.set(part.number, this.#conversionOf(part, size, eightBit));
  }

  between(octets: Buffer, isSigned: boolean): void {
    if (count8Bit(octets) > 0) this.#found(isSigned);
  }

  lost(why: 'deep' | 'header'): void {
    this.#fail(
      '5.6.3',
      why === 'deep' ? 'Its parts are nested too deep to be converted.' : 'The header of a part is too long to be converted.',
    );
  }

  #conversionOf({ header: { type, encoding } }: Part, size: number, eightBit: number): Conversion {
    if (encoding === 'quoted-printable') return 'repaired quoted-printable';
    if (encoding === 'base64') return 'repaired base64';
    // RFC 2046 sections 5.2.2 and 5.2.3: they may not be encoded. An unknown encoding can't be encoded once more.
    if (!isPlain(encoding) || /^message\/(?:partial|external-body)$/.test(type)) {
      this.#fail('5.6.3', `A part of it (${type}, ${encoding}) cannot be converted.`);
    }
    const isText = /^(?:text|message)\//.test(type);
    return isText && eightBit * 3 <= size ? 'quoted-printable' : 'base64';
  }

  #found(isSigned: boolean): void {
    this.has8Bit = true;
    // RFC 1847 section 2.1 wants it converted before it is signed.
    if (isSigned)
      this.#fail(
        '5.6.3',
        'It is signed, and converting it would break the signature. Have the mail program encode it (quoted-printable), or send it unsigned.',
      );
  }

  #fail(status: string, why: string): void {
    this.problem ??= { status, text: `${SEVEN_BIT_ONLY} ${why}` };
  }
}

export function count8Bit(octets: Uint8Array): number {
  let count = 0;
  for (const octet of octets) if (octet > 0x7f) count++;
  return count;
}

// A message with 8-bit text in a form that any server takes (RFC 6152 section 3): each part that has some is encoded, every other octet stays as it is.
import { type Conversion, count8Bit, type EightBitSurvey } from './eightBitSurvey.js';
import { AsciiOnly, Base64, type ContentEncoder, QuotedPrintable } from './encoders.js';
import { MimeWalk, type Part, type Visitor } from './mimeWalk.js';
import { isPlain } from './partHeader.js';
import { sevenBitHeader } from './sevenBitHeader.js';

const ENCODERS: Readonly<Record<Conversion, () => ContentEncoder>> = {
  'quoted-printable': () => new QuotedPrintable(),
  base64: () => new Base64(),
  'repaired quoted-printable': () => new QuotedPrintable(true),
  'repaired base64': () => new AsciiOnly(),
};

/** The octets that `survey` was made of, converted. */
export async function* sevenBitText(
  content: AsyncIterable<Uint8Array>,
  survey: EightBitSurvey,
): AsyncGenerator<Uint8Array, void, undefined> {
  const converter = new Converter(survey);
  const walk = new MimeWalk(converter);
  for await (const piece of content) {
    walk.feed(piece);
    yield converter.take();
  }
  walk.end();
  yield converter.take();
}

class Converter implements Visitor {
  #out: Uint8Array[] = [];
  #encoder: ContentEncoder | undefined;

  constructor(private readonly survey: EightBitSurvey) {}

  take(): Uint8Array {
    const all = Buffer.concat(this.#out);
    this.#out = [];
    return all;
  }

  header(part: Part): void {
    const { charset, conversions } = this.survey;
    const conversion = conversions.get(part.number);
    this.#encoder = conversion === undefined ? undefined : ENCODERS[conversion]();
    const encoding = conversion === undefined ? encodingOfWhole(part) : conversion.replace('repaired ', '');
    this.#put(sevenBitHeader(part, { charset, encoding }) ?? part.lines);
  }

  content(octets: Buffer): void {
    this.#put(this.#encoder?.push(octets) ?? Buffer.from(octets));
  }

  contentEnd(_part: Part, isLast: boolean): void {
    if (this.#encoder !== undefined) this.#put(this.#encoder.end(isLast));
    this.#encoder = undefined;
  }

  between(octets: Buffer): void {
    this.#put(count8Bit(octets) === 0 ? Buffer.from(octets) : octets.map((octet) => (octet > 0x7f ? QUESTION_MARK : octet)));
  }

  lost(): void {
    // Told by the survey, which was made of the same octets.
  }

  #put(octets: Uint8Array): void {
    if (octets.length > 0) this.#out.push(octets);
  }
}

const QUESTION_MARK = '?'.charCodeAt(0);

/** What holds other parts is no more than they are (RFC 2045 section 6.4). */
function encodingOfWhole({ header }: Part): string | undefined {
  const isWhole = header.boundary !== undefined || header.holdsMessage;
  return isWhole && isPlain(header.encoding) && header.encoding !== '7bit' ? '7bit' : undefined;
}

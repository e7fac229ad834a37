// Where a message of PostgreSQL's protocol ends (version 3.0), and the few things in it that the proxy looks at.

/**
 * A message. `type` is '' for those that a connection begins with, which have none. Of a long one it is the beginning; the frames behind it are `rest` of
 * it, so that nothing long is kept.
 */
export interface Frame {
  readonly type: string;
  readonly octets: Buffer;
}

/** Longer than any statement. */
const LONG = 65_536;

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;

/** Asks whether the connection may be encrypted: the answer is one octet without a length. */
export function asksForEncryption({ type, octets }: Frame): boolean {
  return type === '' && octets.length === 8 && [SSL_REQUEST, GSS_REQUEST].includes(octets.readUInt32BE(4));
}

/** Cuts one direction of a connection into messages. */
export class Frames {
  #chunks: Buffer[] = [];
  #size = 0;
  /** Octets of a long message that are still to come. */
  #missing = 0;

  /** `untyped`: the next message is one without a type. `octet`: it is a single octet. */
  next: 'typed' | 'untyped' | 'octet';

  constructor(next: 'typed' | 'untyped') {
    this.next = next;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** The next message that is whole, or the next part of a long one. */
  take(): Frame | undefined {
    if (this.#missing > 0) {
      const octets = Math.min(this.#missing, this.#chunks[0]?.length ?? 0);
      if (octets === 0) return undefined;
      this.#missing -= octets;
      return { type: 'rest', octets: this.#cut(octets) };
    }
    if (this.next === 'octet') return this.#size === 0 ? undefined : { type: 'octet', octets: this.#cut(1) };
    const isTyped = this.next === 'typed';
    const head = isTyped ? 5 : 4;
    if (this.#size < head) return undefined;
    const first = this.#whole(head);
    const length = first.readUInt32BE(head - 4) + (isTyped ? 1 : 0);
    const octets = Math.min(length, LONG);
    if (this.#size < octets) return undefined;
    this.#missing = length - octets;
    return { type: isTyped ? String.fromCharCode(first[0] ?? 0) : '', octets: this.#cut(octets) };
  }

  /** Everything that waits, whole or not. */
  rest(): Buffer {
    return this.#cut(this.#size);
  }

  /** Makes the first chunk hold `octets` at least. */
  #whole(octets: number): Buffer {
    if ((this.#chunks[0]?.length ?? 0) < octets) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #cut(octets: number): Buffer {
    const all = this.#whole(octets);
    this.#size -= octets;
    this.#chunks = all.length > octets ? [all.subarray(octets), ...this.#chunks.slice(1)] : this.#chunks.slice(1);
    return all.subarray(0, octets);
  }
}

/** Texts of prepared statements by their names, of one connection. */
export class Statements {
  readonly #texts = new Map<string, string>();

  /** The statement that this message of a client has run; `undefined` where it runs none. */
  runBy({ type, octets }: Frame): string | undefined {
    if (type === 'Q') return textAt(octets, 5).text;
    if (type === 'P') {
      const name = textAt(octets, 5);
      this.#texts.set(name.text, textAt(octets, name.end).text);
    }
    if (type !== 'B') return undefined;
    return this.#texts.get(textAt(octets, textAt(octets, 5).end).text);
  }
}

function textAt(octets: Buffer, start: number): { readonly text: string; readonly end: number } {
  const found = octets.indexOf(0, start);
  const end = found < 0 ? octets.length : found;
  return { text: octets.toString('utf8', start, end), end: end + 1 };
}

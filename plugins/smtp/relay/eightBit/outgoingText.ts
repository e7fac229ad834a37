// The text of one message, as a server takes it.
import type { RelayDestinations } from '@postroom/sdk';
import type { Reason } from '../envelopes.js';
import type { Extensions } from '../extensions.js';

export interface ServerText {
  /** Octets. */
  readonly size: number;
  content(): AsyncIterable<Uint8Array>;
}

export class OutgoingText {
  #has8Bit: boolean | undefined;

  constructor(private readonly mail: Pick<RelayDestinations, 'size' | 'content'>) {}

  /** Or why the server cannot have it. */
  async forServer({ names }: Extensions): Promise<ServerText | Reason> {
    const { size } = this.mail;
    const content = (): AsyncIterable<Uint8Array> => this.mail.content();
    if (names.has('8BITMIME')) return { size, content };
    this.#has8Bit ??= await has8BitOctets(content());
    return this.#has8Bit
      ? { status: '5.6.3', text: "The message has 8-bit text, and the ISP's server takes 7-bit mail only." }
      : { size, content };
  }
}

async function has8BitOctets(content: AsyncIterable<Uint8Array>): Promise<boolean> {
  for await (const piece of content) {
    if (piece.some((octet) => octet > 0x7f)) {
      return true;
    }
  }
  return false;
}

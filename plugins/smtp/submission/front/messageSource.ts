// The octets of DATA on their way into the store: cut off where the message is too large, loops, or its client is gone.
import { Readable } from 'node:stream';
import type { SMTPServerDataStream } from 'smtp-server';
import { Refusal } from '../replies.js';

/** RFC 5321 section 6.3: a message that has passed more hosts runs in a circle. */
const MAX_RECEIVED = 100;

/** Reads the stream once. Throws a Refusal, or the error of a connection that broke; the store then keeps nothing. */
export async function* messageSource(stream: SMTPServerDataStream, maxBytes: number): AsyncIterable<Uint8Array> {
  const hops = new ReceivedCounter();
  const pieces: AsyncIterable<Buffer> = Readable.prototype.iterator.call(stream, { destroyOnReturn: false });
  for await (const piece of pieces) {
    if (hops.count(piece) > MAX_RECEIVED) {
      throw new Refusal(554, '5.4.6', `The message has passed ${MAX_RECEIVED} servers: it runs in a circle.`);
    }
    if (stream.sizeExceeded) {
      break;
    }
    yield piece;
  }
  if (stream.sizeExceeded) {
    throw new Refusal(552, '5.3.4', `The message is larger than ${maxBytes} octets.`);
  }
}

/** Counts the Received fields of a header that arrives in pieces. */
class ReceivedCounter {
  #count = 0;
  #tail = '\n';
  #inBody = false;

  count(piece: Buffer): number {
    if (this.#inBody) {
      return this.#count;
    }
    const text = this.#tail + piece.toString('latin1');
    const end = text.search(/\n\r?\n/);
    const header = end === -1 ? text : text.slice(0, end + 1);
    this.#inBody = end !== -1;
    this.#count += header.match(/\nreceived:/gi)?.length ?? 0;
    // What may be the beginning of another field's name, and cannot hold a whole one.
    this.#tail = text.slice(-'\nreceived'.length);
    return this.#count;
  }
}

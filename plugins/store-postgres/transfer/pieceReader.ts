// Octets of many messages in one COPY, message by message. A query for each would wait for the database once a message.
import type { DatabaseSession } from '../engine/databaseSession.js';

interface Piece {
  readonly message: number;
  readonly octets: Buffer;
}

export class PieceReader {
  readonly #pieces: AsyncGenerator<Piece>;
  #next: Piece | undefined;
  #hasBegun = false;

  /** Of the messages from `first` to `last`. The connection is of no other use until this is finished. */
  constructor(session: DatabaseSession, first: number, last: number) {
    this.#pieces = piecesOf(session, first, last);
  }

  /** Of one message; asked for in the order of their numbers. What messages between them have is passed over: it has no row. */
  async *of(message: number): AsyncGenerator<Buffer> {
    if (!this.#hasBegun) await this.#forward();
    this.#hasBegun = true;
    while (this.#next !== undefined && this.#next.message <= message) {
      const { message: number, octets } = this.#next;
      await this.#forward();
      if (number === message) yield octets;
    }
  }

  /** Passes over what is left, so that the connection is free again. */
  async finish(): Promise<void> {
    while (this.#hasBegun && this.#next !== undefined) await this.#forward();
  }

  /** Where that was not done the connection is cut. */
  async close(): Promise<void> {
    await this.#pieces.return(undefined);
  }

  async #forward(): Promise<void> {
    const { value, done } = await this.#pieces.next();
    this.#next = done === true ? undefined : value;
  }
}

async function* piecesOf(session: DatabaseSession, first: number, last: number): AsyncGenerator<Piece> {
  const query = `SELECT message_id, octets FROM chunk WHERE message_id BETWEEN ${first} AND ${last} ORDER BY message_id, piece`;
  for await (const [message, octets] of session.copyOut(query)) {
    if (message && octets) yield { message: Number(message.readBigInt64BE()), octets: Buffer.from(octets) };
  }
}

// A message that is too large to stand in memory, on its way from the line into intake.
import { PostroomError } from '@postroom/sdk';
import { OctetCount } from './listedSize.js';
import type { StreamedMessage } from './mailboxSession.js';

/** Has a limit, and remembers whether it was the line that failed. Intake learns that it is complete when `prove` has said so: before that it stores nothing. */
export class LargeSource implements StreamedMessage {
  failure: unknown;
  isTooLarge = false;
  readonly print: string | undefined;
  readonly #head: readonly Buffer[];
  readonly #body: AsyncGenerator<Buffer, void, undefined>;
  readonly #limit: number;
  readonly #prove: (count: OctetCount) => Promise<void>;

  constructor(
    head: readonly Buffer[],
    body: AsyncGenerator<Buffer, void, undefined>,
    {
      limit,
      print,
      prove,
    }: { readonly limit: number; readonly print: string | undefined; readonly prove: (count: OctetCount) => Promise<void> },
  ) {
    this.print = print;
    this.#head = head;
    this.#body = body;
    this.#limit = limit;
    this.#prove = prove;
  }

  get hasFailed(): boolean {
    return this.isTooLarge || this.failure !== undefined;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    const count = new OctetCount();
    for (const piece of this.#head) {
      count.take(piece);
      yield piece;
    }
    for (;;) {
      const piece = await this.#next();
      if (piece === undefined) return this.#line(this.#prove(count));
      count.take(piece);
      if (count.octets > this.#limit) {
        this.isTooLarge = true;
        throw new PostroomError('isp/message', 'The message is larger than the limit.');
      }
      yield piece;
    }
  }

  /** Reads what intake left, so that the next answer is found. */
  async drain(): Promise<void> {
    while ((await this.#next()) !== undefined);
  }

  async #next(): Promise<Buffer | undefined> {
    const piece = await this.#line(this.#body.next());
    return piece.done === true ? undefined : piece.value;
  }

  async #line<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

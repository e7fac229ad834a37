// On the main thread: a large message that a door reads, piece by piece as intake takes it.
import type { StreamedMessage } from '../session/mailboxSession.js';
import type { BeginStream, StreamPiece } from './sessionWords.js';

interface Waiting {
  readonly piece: StreamPiece;
  /** Whether more is wanted. */
  readonly answer: (isWanted: boolean) => void;
}

export class DoorStream implements StreamedMessage {
  readonly print: string | undefined;
  hasFailed = false;
  #waiting: Waiting | undefined;
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor({ print }: BeginStream) {
    this.print = print;
  }

  /** The door has a piece, and no other before this one is answered. */
  piece(piece: StreamPiece): Promise<boolean> {
    if (this.#isOver) return Promise.resolve(false);
    return new Promise((answer) => {
      this.#waiting = { piece, answer };
      this.#wake?.();
    });
  }

  /** Nothing more comes: the door has ended, or the session was cut. */
  fail(): void {
    if (!this.#isOver) this.hasFailed = true;
    this.#wake?.();
  }

  /** Intake is done with it. */
  end(): void {
    this.#isOver = true;
    this.#waiting?.answer(false);
    this.#waiting = undefined;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      while (this.#waiting === undefined && !this.hasFailed) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      if (this.#waiting === undefined || this.#waiting.piece.hasFailed === true) {
        this.hasFailed = true;
        throw new Error('The message did not come whole.');
      }
      const { piece, answer } = this.#waiting;
      if (piece.octets === undefined) return;
      yield new Uint8Array(piece.octets);
      this.#waiting = undefined;
      answer(true);
    }
  }
}

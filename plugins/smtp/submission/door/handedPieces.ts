// A long message on its way from a door, as the store reads it: one piece is read while the next one waits, and no further one comes.

interface WaitingPiece {
  readonly octets: Uint8Array;
  readonly taken: (wantsMore: boolean) => void;
}

export class HandedPieces implements AsyncIterable<Uint8Array> {
  #waiting: WaitingPiece | undefined;
  #end: { readonly failure: Error | undefined } | undefined;
  #isOver = false;
  #wake: () => void = () => undefined;

  /** Resolves when it is being read, and the next one may come: whether that is wanted. */
  push(octets: Uint8Array): Promise<boolean> {
    if (this.#isOver) return Promise.resolve(false);
    return new Promise((taken) => {
      this.#waiting = { octets, taken };
      this.#wake();
    });
  }

  /** No more follow: the message is complete, or with a failure it never will be, and reading it throws that. */
  end(failure?: Error): void {
    this.#end ??= { failure };
    this.#wake();
  }

  /** Nobody reads it any longer. */
  close(): void {
    this.#isOver = true;
    this.#waiting?.taken(false);
    this.#waiting = undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.#waiting;
      this.#waiting = undefined;
      if (piece !== undefined) {
        piece.taken(true);
        yield piece.octets;
      } else if (this.#end === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (this.#end.failure === undefined) return;
      else throw this.#end.failure;
    }
  }
}

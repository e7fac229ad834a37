// Octets that come in pieces and leave in one buffer of their own, which can be handed over to another thread.

export class Octets {
  #pieces: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** All of them; none are left here. */
  take(): ArrayBuffer {
    const all = new Uint8Array(new ArrayBuffer(this.#length));
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    this.#length = 0;
    return all.buffer;
  }
}

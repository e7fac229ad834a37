// Which names led to an address, of what one plugin asked for: many programs look a name up first and dial the address.

/** Addresses that are remembered. */
const MOST = 1_000;

export class KnownNames {
  /** By canonical address; the newest last. */
  readonly #names = new Map<string, readonly string[]>();

  add(name: string, addresses: readonly string[]): void {
    for (const address of addresses) {
      const names = new Set(this.#names.get(address)).add(name);
      this.#names.delete(address);
      this.#names.set(address, [...names].slice(-20));
    }
    for (const oldest of this.#names.keys()) {
      if (this.#names.size <= MOST) break;
      this.#names.delete(oldest);
    }
  }

  namesOf(address: string): readonly string[] {
    return this.#names.get(address) ?? [];
  }
}

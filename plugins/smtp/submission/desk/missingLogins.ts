// Mail that was refused as nobody had logged in: in the log, since a scanner does not show the answer.
import type { Logger } from '@postroom/sdk';

/** Addresses whose mail was refused for want of a login, each of which the log names once; then it begins from the start. */
const MOST_TOLD = 1000;

export class MissingLogins {
  readonly #told = new Set<string>();

  constructor(private readonly log: Pick<Logger, 'warn'>) {}

  tell(address: string): void {
    if (this.#told.has(address)) return;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.add(address);
    const sentence = `Mail from ${address} was refused: it did not log in, and its address is not in smtp.trustedNetworks.`;
    this.log.warn(`${sentence} It is said once for each address.`, { peer: address });
  }
}

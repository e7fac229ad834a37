// Names that resolve as a test wants, for whatever connects by name in this process.
import { createRequire } from 'node:module';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

interface Found {
  readonly address: string;
  readonly family: 4 | 6;
}
type Done = (error: Error | null, found?: readonly Found[] | string, family?: number) => void;
type Lookup = (name: string, options: { readonly all?: boolean }, done: Done) => void;

/** net.connect reads the function from here each time. */
const dns = createRequire(import.meta.url)('node:dns') as { lookup: Lookup };

/** Some containers have no IPv6 at all: tests that need ::1 are skipped there. */
export const HAS_IPV6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));

export class Names {
  readonly #answers = new Map<string, readonly string[] | string>();
  readonly #real = dns.lookup;
  /** Whoever connects by a name of these finds the machine standing still for so long, as on a line that answers late. */
  standstillMs = 0;

  constructor() {
    dns.lookup = (name, options, done) => this.#lookup(name, options, done);
  }

  /** `answer`: addresses in their order, or the code of a failure. */
  set(name: string, answer: readonly string[] | string): void {
    this.#answers.set(name, answer);
  }

  /** Names resolve as before. */
  forget(): void {
    dns.lookup = this.#real;
  }

  #standStill(): void {
    for (const end = performance.now() + this.standstillMs; performance.now() < end; );
  }

  #lookup(name: string, options: { readonly all?: boolean }, done: Done): void {
    const answer = this.#answers.get(name);
    if (answer === undefined) return this.#real.call(dns, name, options, done);
    setImmediate(() => {
      if (typeof answer === 'string') return done(Object.assign(new Error(`getaddrinfo ${answer} ${name}`), { code: answer }));
      const found = answer.map((address): Found => ({ address, family: isIPv6(address) ? 6 : 4 }));
      if (options.all === true) {
        done(null, found);
        // Behind the first attempt, which begins in the same turn.
        process.nextTick(() => this.#standStill());
        return;
      }
      done(null, found[0]?.address, found[0]?.family);
    });
  }
}

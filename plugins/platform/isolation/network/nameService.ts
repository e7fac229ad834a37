// Answers a plugin's questions to the name service. A name that the manifest names may be looked up; anything else needs "dns" there, since a
// question can carry out whatever is put into the name.
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { names, normalHost } from '@postroom/sdk/network';
import { type Data, optionalTextIn, textIn } from '../pipe/shapes.js';
import { type WireError, wireError } from './channelProtocol.js';
import { coded } from './codedError.js';
import type { NetworkRules } from './networkRules.js';

const MOST_QUESTIONS = 64;
const TYPES: readonly string[] = ['A', 'AAAA', 'ANY', 'CAA', 'CNAME', 'MX', 'NAPTR', 'NS', 'PTR', 'SOA', 'SRV', 'TLSA', 'TXT'];

export interface NameServiceOptions {
  readonly plugin: string;
  readonly rules: () => NetworkRules;
  readonly lookup: (name: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;
}

export class NameService {
  /** Made with the first question that needs it. */
  #resolver: Resolver | undefined;
  #open = 0;

  constructor(private readonly options: NameServiceOptions) {}

  close(): void {
    this.#resolver?.cancel();
  }

  /** Never rejects. */
  async answer(question: Data): Promise<{ readonly records: unknown } | { readonly error: WireError }> {
    this.#open += 1;
    try {
      if (this.#open > MOST_QUESTIONS)
        throw coded('EMFILE', `${this.options.plugin} asks more than ${MOST_QUESTIONS} questions at a time.`);
      return { records: await this.#find(question) };
    } catch (error) {
      return { error: wireError(error) };
    } finally {
      this.#open -= 1;
    }
  }

  async #find(question: Data): Promise<unknown> {
    const [what, name] = [question['what'], textIn(question, 'name', 300)];
    if (what === 'lookup') {
      if (isIP(name) !== 0) return [{ address: name, family: isIP(name) }];
      if (!this.#isNamed(name)) this.#mustAsk(name);
      return this.options.lookup(name);
    }
    this.#mustAsk(name);
    this.#resolver ??= new Resolver({ timeout: 5_000, tries: 2 });
    if (what === 'reverse') return this.#resolver.reverse(name);
    const type = optionalTextIn(question, 'type', 10) ?? 'A';
    if (!TYPES.includes(type)) throw coded('EINVAL', `There is no type of record "${type}".`);
    return this.#resolver.resolve(name, type as 'A');
  }

  #mustAsk(name: string): void {
    if (this.options.rules().dns) return;
    throw coded(
      'EACCES',
      `${this.options.plugin} may not ask the name service about ${name}: its manifest has no "dns" in capabilities.network.`,
    );
  }

  #isNamed(name: string): boolean {
    const host = normalHost(name);
    if (host === undefined) return false;
    return this.options
      .rules()
      .asked.some((entry) => entry.kind === 'host' && entry.host !== '*' && names(entry, { kind: 'host', host, port: entry.port }));
  }
}

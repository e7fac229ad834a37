// Which accounts' smart hosts replace the Message-ID of mail that they send, as answers have shown. Kept in memory for the taps, and in the plugin's state.
import type { Logger, PluginStorage } from '@postroom/sdk';

/** `told`: the host says the new id in its reply. `silent`: it does not. */
export type HostKind = 'told' | 'silent';

/** One host that replaces ids. */
export interface IdChange {
  readonly kind: HostKind;
  /** When the first answer showed it, ISO 8601. */
  readonly since: string;
  /** An id that is not ours. */
  readonly example: string;
}

const PREFIX = 'changes/';

export class IdChanges {
  readonly #known = new Map<string, IdChange>();

  constructor(
    private readonly state: PluginStorage,
    private readonly log: Logger,
  ) {}

  /** Reads what earlier runs noticed. */
  async load(): Promise<void> {
    for (const key of await this.state.keys(PREFIX)) this.#known.set(key.slice(PREFIX.length), (await this.state.get(key)) as IdChange);
  }

  /** Those of whom something was noticed. */
  get accounts(): readonly string[] {
    return [...this.#known.keys()];
  }

  of(account: string): IdChange | undefined {
    return this.#known.get(account);
  }

  /** An answer names an id that the host made. Does not wait for the commit, which may be waiting for that answer. A host that was heard to tell is not silent. */
  notice(account: string, kind: HostKind, example: string, at: Date): void {
    const former = this.of(account);
    if (former?.kind === kind || former?.kind === 'told') return;
    const change = { kind, since: at.toISOString(), example };
    this.#known.set(account, change);
    this.log.info(SENTENCES[kind], { account, id: example });
    this.#keep(account, change);
  }

  async forget(account: string): Promise<void> {
    this.#known.delete(account);
    await this.state.delete(PREFIX + account);
  }

  #keep(account: string, change: IdChange): void {
    this.state
      .set(PREFIX + account, change)
      .catch((error: unknown) =>
        this.log.warn('What was noticed about the Message-IDs of an account could not be kept.', { account, error: String(error) }),
      );
  }
}

const SENTENCES: Readonly<Record<HostKind, string>> = {
  told: "The account's smart host replaces Message-IDs. Answers are recognised by the id in its reply to the end of the data.",
  silent:
    "The account's smart host seems to replace Message-IDs, and does not say the new ones. From now on mail names its own id in References as well.",
};

// Which accounts' smart hosts replace the Message-ID of mail that they send, as answers have shown. Kept in memory for the taps, and in the plugin's state.
import type { Disposable, Logger, PluginStorage } from '@postroom/sdk';
import { KeptEntries } from '@postroom/sdk/base';
import type { Clock } from '@postroom/sdk/services';

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

export class IdChanges implements Disposable {
  readonly #known: KeptEntries<IdChange>;

  constructor(
    state: PluginStorage,
    clock: Clock,
    private readonly log: Logger,
  ) {
    this.#known = new KeptEntries(state, 'changes/', clock);
  }

  /** Reads what earlier runs noticed. */
  load(): Promise<void> {
    return this.#known.load();
  }

  dispose(): void {
    this.#known.dispose();
  }

  /** Those of whom something was noticed. */
  get accounts(): readonly string[] {
    return this.#known.names;
  }

  of(account: string): IdChange | undefined {
    return this.#known.get(account);
  }

  /** An answer names an id that the host made. Does not wait for the commit, which may be waiting for that answer. A host that was heard to tell is not silent. */
  notice(account: string, kind: HostKind, example: string, at: Date): void {
    const change = { kind, since: at.toISOString(), example };
    const isKnown = (former: IdChange | undefined): boolean => former?.kind === kind || former?.kind === 'told';
    if (isKnown(this.of(account))) return;
    this.log.info(SENTENCES[kind], { account, id: example });
    this.#known
      .change(account, (former) => (isKnown(former) ? former : change))
      .catch((error: unknown) =>
        this.log.warn('What was noticed about the Message-IDs of an account could not be kept.', { account, error: String(error) }),
      );
  }

  forget(account: string): Promise<void> {
    return this.#known.change(account, () => undefined);
  }
}

const SENTENCES: Readonly<Record<HostKind, string>> = {
  told: "The account's smart host replaces Message-IDs. Answers are recognised by the id in its reply to the end of the data.",
  silent:
    "The account's smart host seems to replace Message-IDs, and does not say the new ones. From now on mail names its own id in References as well.",
};

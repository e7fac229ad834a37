// Documents of a store that several servers share, in memory: the edge of the world for what is kept in them.
import type { Disposable } from '@postroom/sdk';
import { checkDocument, checkDocumentName } from '@postroom/sdk/base';
import type { Documents, StoredDocument } from '@postroom/sdk/services';

interface Kept {
  readonly octets: Uint8Array;
  readonly version: number;
}

export class SharedDocuments {
  readonly kept = new Map<string, Kept>();
  readonly servers = new Set<ServerDocuments>();
  #last = 0;

  /** What one more server has of them. */
  server(): ServerDocuments {
    const server = new ServerDocuments(this);
    this.servers.add(server);
    return server;
  }

  text(name: string): string | undefined {
    const kept = this.kept.get(name);
    return kept && Buffer.from(kept.octets).toString();
  }

  put(name: string, octets: Uint8Array): string {
    this.#last += 1;
    this.kept.set(name, { octets: Uint8Array.from(octets), version: this.#last });
    this.#tell(name);
    return String(this.#last);
  }

  remove(name: string): void {
    this.kept.delete(name);
    this.#tell(name);
  }

  #tell(name: string): void {
    for (const server of this.servers) server.hear(name);
  }
}

export class ServerDocuments implements Documents {
  readonly isShared = true;
  /** What this server hears of changes waits until `false`. */
  isDeaf = false;
  /** Questions to the store. */
  asked = 0;
  /** Runs before the next put, once: what other servers do in between. */
  beforePut: (() => Promise<unknown>) | undefined;
  /** What the next put comes to, once, whether it is stored all the same, and what every question comes to from then on. */
  nextPut: { readonly fails: Error; readonly isStored: boolean; readonly thenTrouble?: Error } | undefined;
  /** What every question comes to as long as it is set. */
  trouble: Error | undefined;
  readonly #listeners = new Set<{ readonly prefix: string; readonly call: () => void }>();

  constructor(private readonly shared: SharedDocuments) {}

  async get(name: string): Promise<StoredDocument | undefined> {
    const kept = await this.#ask(name);
    return kept && { octets: kept.octets, version: String(kept.version) };
  }

  async version(name: string): Promise<string | undefined> {
    const kept = await this.#ask(name);
    return kept && String(kept.version);
  }

  async put(name: string, octets: Uint8Array, replaces: string | undefined): Promise<{ readonly version: string } | 'conflict'> {
    checkDocument(name, octets);
    const [before, outcome] = [this.beforePut, this.nextPut];
    [this.beforePut, this.nextPut] = [undefined, undefined];
    await before?.();
    const there = await this.version(name);
    const isFree = there === replaces;
    const version = isFree && outcome?.isStored !== false ? this.shared.put(name, octets) : there;
    this.trouble = outcome?.thenTrouble ?? this.trouble;
    if (outcome !== undefined) throw outcome.fails;
    return isFree && version !== undefined ? { version } : 'conflict';
  }

  async remove(name: string, replaces: string): Promise<'removed' | 'conflict'> {
    if ((await this.version(name)) !== replaces) return 'conflict';
    this.shared.remove(name);
    return 'removed';
  }

  async list(prefix: string): Promise<readonly string[]> {
    return [...this.shared.kept.keys()].filter((name) => name.startsWith(prefix)).sort();
  }

  onDidChange(prefix: string, call: () => void): Disposable {
    const listener = { prefix, call };
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  hear(name: string): void {
    if (this.isDeaf) return;
    for (const { prefix, call } of [...this.#listeners]) if (name.startsWith(prefix)) call();
  }

  async #ask(name: string): Promise<Kept | undefined> {
    checkDocumentName(name);
    this.asked += 1;
    if (this.trouble !== undefined) throw this.trouble;
    return this.shared.kept.get(name);
  }
}

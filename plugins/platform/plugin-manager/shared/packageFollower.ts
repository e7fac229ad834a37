// Makes the plugins' folder of this server what the store has for all: brings what is missing or another version, takes away what was removed elsewhere, and gives to
// all what this server alone has. What cannot be brought is told, and mail waits for it as for a filter that fails.
import { rm } from 'node:fs/promises';
import { type Logger, PostroomError, sentenceOf } from '@postroom/sdk';
import type { Clock, PluginAdministration, PluginReader, PluginStatus } from '@postroom/sdk/services';
import { acceptablePlugin } from '../packages/acceptablePlugin.js';
import { withUnpacked } from '../packages/incomingPlugin.js';
import type { PluginTraces } from '../packages/pluginTraces.js';
import { haveSameFiles, notePackage, packWhole, setAside, unpackedFrom } from './installedFolder.js';
import { packageOf } from './packageDocument.js';
import type { SharedPackages, StoredPackage } from './sharedPackages.js';

export interface FollowerParts {
  readonly packages: SharedPackages;
  readonly plugins: PluginAdministration;
  readonly reader: PluginReader;
  readonly traces: Pick<PluginTraces, 'removeLocal'>;
  /** The plugins' folder. */
  readonly folder: string;
  /** This server's name. */
  readonly node: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const NO_ROOM = 'A former version goes on. Make room there: it is tried again by itself.';
const NOWHERE =
  'It is neither in the store nor in the plugins folder of this server. Install it for all servers: postroom plugins add FILE.';

export class PackageFollower {
  /** Documents as they are here, by plugin. */
  readonly #here = new Map<string, string>();
  /** Why plugins are not here as the store has them. */
  readonly #failures = new Map<string, string>();
  /** Unpacked, and not running in that version. */
  readonly #behind = new Set<string>();
  /** Why plugins of this server are not for all. */
  readonly #local = new Map<string, string>();
  /** Why the store could not be asked. */
  #trouble: string | undefined;
  #isOver = false;

  constructor(private readonly parts: FollowerParts) {}

  /** Sentences, beside those of plugins that mail waits for. */
  get problems(): readonly string[] {
    const { blocking } = this.parts.plugins;
    const isTold = (id: string): boolean => blocking.some((each) => each.id === id && each.how !== 'changing');
    return [...this.#failures, ...this.#local].filter(([id]) => !isTold(id)).map(([id, why]) => `${id}: ${why}`);
  }

  /** Begins nothing more. */
  end(): void {
    this.#isOver = true;
  }

  /** Never rejects. `gives`: whether a plugin that only this server has is put into the store, where that has none of its name. */
  async follow(gives: (plugin: string) => boolean = () => false): Promise<void> {
    if (this.#isOver) return;
    try {
      await this.#follow(await this.parts.packages.plugins(), gives);
      this.#trouble = undefined;
    } catch (error) {
      if (this.#trouble === undefined)
        this.parts.log.warn('The plugins of the store could not be looked at.', { problem: sentenceOf(error) });
      this.#trouble = sentenceOf(error);
    }
    if (!this.#isOver) await this.#tell();
  }

  async #follow(shared: readonly string[], gives: (plugin: string) => boolean): Promise<void> {
    const { plugins } = this.parts;
    const changed = new Set<string>(this.#behind);
    for (const id of [...this.#failures.keys()]) if (!shared.includes(id)) this.#mended(id);
    for (const id of shared) {
      if (this.#isOver) return;
      this.#local.delete(id);
      try {
        if (await this.#bring(id)) changed.add(id);
        if (!this.#behind.has(id)) this.#mended(id);
      } catch (error) {
        this.#failed(id, sentenceOf(error));
      }
    }
    let isRemoved = false;
    for (const plugin of this.#strangers.filter(({ id }) => !shared.includes(id))) {
      if (await this.#isRemoved(plugin)) isRemoved = true;
      else if (gives(plugin.id)) await this.#give(plugin);
    }
    if (this.#isOver || (changed.size === 0 && !isRemoved)) return;
    const refused = await plugins.rescan(changed);
    this.#behind.clear();
    for (const id of changed) {
      const why = refused.get(id);
      if (why === undefined) this.#mended(id);
      else {
        this.#behind.add(id);
        this.#failed(id, `The version that the store has could not be activated here: ${why}`);
      }
    }
  }

  get #strangers(): readonly PluginStatus[] {
    return this.parts.plugins.plugins.filter(({ bundled }) => !bundled);
  }

  #installed(id: string): PluginStatus | undefined {
    return this.#strangers.find((plugin) => plugin.id === id);
  }

  /** Answers whether other files are here now. */
  async #bring(id: string): Promise<boolean> {
    const { packages, plugins, folder, log } = this.parts;
    const stored = await packages.stored(id);
    const installed = this.#installed(id);
    // One that was removed since is for the next look.
    if (stored === undefined || (installed !== undefined && this.#here.get(id) === stored)) return false;
    const found = await packages.get(id);
    if (found === undefined) return false;
    if (installed === undefined || (await unpackedFrom(installed.folder)) !== found.sha256) {
      const isNew = await withUnpacked(found.octets, { plugins, folder, remedy: NO_ROOM }, (incoming) =>
        this.#take(found, incoming, installed),
      );
      this.#here.set(id, found.stored);
      if (!isNew) return false;
      log.info('A plugin of the store was unpacked.', { plugin: id, version: found.version, author: found.author });
      return true;
    }
    this.#here.set(id, found.stored);
    return false;
  }

  async #take(found: StoredPackage, incoming: string, installed: PluginStatus | undefined): Promise<boolean> {
    const { packages, plugins, reader, clock, log } = this.parts;
    const { id, trusted } = await acceptablePlugin(incoming, reader, plugins);
    if (id !== found.plugin)
      throw new PostroomError(
        'plugin/package',
        `The package of ${found.plugin} in the store holds ${id}. Add it again: postroom plugins add FILE.`,
      );
    if (trusted && !(await packages.isApproved(found))) {
      throw new PostroomError(
        'plugin/not-allowed',
        `boot.json trusts it, and its package in the store was not added by a server that has the key of the passwords. Add it again on one that has: postroom plugins add FILE.`,
      );
    }
    if (installed !== undefined && (await unpackedFrom(installed.folder)) === undefined) {
      if (await haveSameFiles(installed.folder, incoming)) {
        await notePackage(installed.folder, found.sha256);
        return false;
      }
      const aside = await setAside(installed.folder, clock.now());
      log.warn('A plugin of this server was another one than what the servers on the store share, which counts now. Its files are kept.', {
        plugin: id,
        here: installed.version,
        store: found.version,
        path: aside,
      });
    }
    await notePackage(incoming, found.sha256);
    await (await plugins.place(incoming, id)).keep();
    return true;
  }

  /** Whether it came from the store and is there no more: then somebody removed it on another server. */
  async #isRemoved({ id, folder }: PluginStatus): Promise<boolean> {
    if ((await unpackedFrom(folder)) === undefined) return false;
    await rm(folder, { recursive: true, force: true });
    await this.parts.traces.removeLocal(id);
    this.#here.delete(id);
    this.#mended(id);
    this.parts.log.info('A plugin was removed: it is in the store no more.', { plugin: id });
    return true;
  }

  /** Puts one into the store that somebody installed before the servers shared it. */
  async #give({ id, folder, version, problems, manifest }: PluginStatus): Promise<void> {
    const { packages, node, log } = this.parts;
    if (manifest === undefined) return this.#staysLocal(id, problems.join(' '));
    try {
      const added = packageOf(await packWhole(folder), { plugin: id, version, author: node });
      await packages.put(added, undefined);
      await notePackage(folder, added.sha256);
      this.#local.delete(id);
      log.info('A plugin of this server is in the store from now on, for all of its servers.', { plugin: id, version });
    } catch (error) {
      // Another server was sooner: the next look compares the two.
      if (!(error instanceof PostroomError && error.code === 'plugin/conflict')) this.#staysLocal(id, sentenceOf(error));
    }
  }

  #staysLocal(id: string, why: string): void {
    const sentence = `It is on this server alone (${why}), and others on the store hold mail for it where it is enabled. Give it to all: postroom plugins add FILE.`;
    if (this.#local.get(id) !== sentence)
      this.parts.log.warn('A plugin of this server is not in the store.', { plugin: id, problem: sentence });
    this.#local.set(id, sentence);
  }

  #failed(id: string, why: string): void {
    if (this.#failures.get(id) !== why) this.parts.log.error('A plugin is not here as the store has it.', { plugin: id, problem: why });
    this.#failures.set(id, why);
  }

  #mended(id: string): void {
    this.#failures.delete(id);
    this.#behind.delete(id);
  }

  /** What is enabled, and not here, and not to be had either. */
  async #tell(): Promise<void> {
    const { plugins } = this.parts;
    // What the settings ask for since a moment ago is followed by the host first.
    await plugins.settled();
    const nowhere = plugins.blocking.filter(({ id, how }) => (how === 'changing' || how === 'gone' ? this.#isAbsent(id) : false));
    const why = this.#trouble === undefined ? NOWHERE : `The store could not be asked for it: ${this.#trouble}`;
    await plugins.holdFor(new Map([...nowhere.map(({ id }) => [id, why] as const), ...this.#failures]));
  }

  #isAbsent(id: string): boolean {
    return !this.parts.plugins.plugins.some((plugin) => plugin.id === id);
  }
}

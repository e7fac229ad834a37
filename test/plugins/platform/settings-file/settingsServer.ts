// Servers that share their settings: one store's documents and history, and for each server a data folder with its working copy.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginManifest } from '@postroom/sdk';
import type { Revisions } from '@postroom/sdk/services';
import { VirtualClock } from '@postroom/sdk/testing';
import { EventBus } from '#core/base/events.js';
import { HostSettings } from '#core/configuration/inForce/hostSettings.js';
import { SettingsFile } from '#plugins/platform/settings-file/dist/settingsFile.js';
import { SharedSettings } from '#plugins/platform/settings-file/dist/sharedSettings.js';
import { WorkingCopy } from '#plugins/platform/settings-file/dist/workingCopy.js';
import { SMALL } from '../../../core/configuration/manifests.js';
import { KeptLog, MemoryRevisions } from '../../../core/configuration/memoryRevisions.js';
import { type ServerDocuments, SharedDocuments } from '../../../kit/sharedDocuments.js';

/** What all servers have. */
export class SettingsStore {
  readonly documents = new SharedDocuments();
  readonly revisions = new MemoryRevisions();
  readonly clock = new VirtualClock();
  readonly #servers: SettingsServer[] = [];

  get text(): string | undefined {
    return this.documents.text('settings.json');
  }

  async server(name: string): Promise<SettingsServer> {
    const server = new SettingsServer(this, name, await mkdtemp(join(tmpdir(), `postroom-settings-${name}-`)));
    this.#servers.push(server);
    return server;
  }

  /** Authors of the good versions, oldest first. */
  async authors(): Promise<readonly string[]> {
    return (await this.revisions.list(100)).map(({ author }) => author).reverse();
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      await server.close();
      await rm(server.folder, { recursive: true, force: true });
    }
  }
}

/** A file that can't be written where a test says so. */
class TroubledFile extends SettingsFile {
  trouble: Error | undefined;

  override async write(text: string, replaces: string | undefined): Promise<{ readonly etag: string } | 'conflict'> {
    if (this.trouble !== undefined) throw this.trouble;
    return super.write(text, replaces);
  }
}

export class SettingsServer {
  readonly documents: ServerDocuments;
  readonly log = new KeptLog();
  readonly heard: string[] = [];
  readonly file: TroubledFile;
  /** As this server sees the history: a test may put another one in its place. */
  revisions: Revisions;
  #settings: HostSettings | undefined;

  constructor(
    private readonly store: SettingsStore,
    private readonly name: string,
    readonly folder: string,
  ) {
    this.documents = store.documents.server();
    this.revisions = store.revisions;
    this.file = new TroubledFile(folder, this.log);
  }

  get settings(): HostSettings {
    if (this.#settings === undefined) throw new Error(`${this.name} is not open.`);
    return this.#settings;
  }

  async open(manifests: readonly PluginManifest[] = SMALL): Promise<HostSettings> {
    const { clock } = this.store;
    const copy = await WorkingCopy.open(this.folder, this.file, clock);
    const source = new SharedSettings({ documents: this.documents, file: this.file, copy, clock, log: this.log });
    const events = new EventBus();
    events.on((event) => this.heard.push(event.type === 'settings' ? event.author : event.type));
    const settings = new HostSettings(source, this.revisions, events, this.log, { name: this.name });
    this.#settings = settings;
    await settings.open(manifests);
    return settings;
  }

  async close(): Promise<void> {
    await this.#settings?.dispose();
    this.#settings = undefined;
  }

  /** Settings come into force after this call. */
  applied(): Promise<string> {
    return new Promise((resolve) => {
      const listening = this.settings.onDidApply((author) => {
        void listening.dispose();
        resolve(author);
      });
    });
  }

  /** What is wrong becomes another thing after this call. */
  judged(): Promise<void> {
    return new Promise((resolve) => {
      const listening = this.settings.onDidChangeProblems(() => {
        void listening.dispose();
        resolve();
      });
    });
  }

  /** As an editor saves it. */
  save(text: string | Uint8Array): Promise<void> {
    return writeFile(join(this.folder, 'settings.json'), text);
  }

  text(name = 'settings.json'): Promise<string> {
    return readFile(join(this.folder, name), 'utf8');
  }

  /** What lies beside the file because it was set aside. */
  async aside(): Promise<readonly string[]> {
    return (await readdir(this.folder)).filter((name) => /^settings\.json\.(conflict|former)-/.test(name)).sort();
  }

  get problems(): readonly string[] {
    return this.settings.problems.map(({ severity, message }) => `${severity}: ${message}`);
  }
}

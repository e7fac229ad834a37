// The history of the settings, in memory, and what the settings service needs beside it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log, Revisions, SettingsRevision } from '@postroom/sdk/services';
import { EventBus } from '#core/base/events.js';
import { SettingsFile } from '#plugins/platform/settings-file/dist/settingsFile.js';

export class MemoryRevisions implements Revisions {
  readonly #all: SettingsRevision[] = [];

  async add(author: string, text: string, after: number): Promise<number | 'conflict'> {
    if (after !== this.#all.length) return 'conflict';
    this.#all.push({ id: this.#all.length + 1, at: new Date(), author, text });
    return this.#all.length;
  }

  async list(limit: number): Promise<readonly Omit<SettingsRevision, 'text'>[]> {
    return [...this.#all].reverse().slice(0, limit);
  }

  async get(id: number): Promise<SettingsRevision | undefined> {
    return this.#all[id - 1];
  }

  async latest(): Promise<SettingsRevision | undefined> {
    return this.#all.at(-1);
  }
}

/** Keeps every line with its fields, for looking through. */
export class KeptLog implements Log {
  readonly lines: string[] = [];
  readonly debug = (message: string, fields?: object): void => this.#keep(message, fields);
  readonly info = (message: string, fields?: object): void => this.#keep(message, fields);
  readonly warn = (message: string, fields?: object): void => this.#keep(message, fields);
  readonly error = (message: string, fields?: object): void => this.#keep(message, fields);

  forSource(): this {
    return this;
  }

  setLevel(): void {}

  #keep(message: string, fields: object | undefined): void {
    this.lines.push(fields === undefined ? message : `${message} ${JSON.stringify(fields)}`);
  }
}

/** A data folder of its own, and the host's services around it. */
export class Office {
  readonly revisions = new MemoryRevisions();
  readonly events = new EventBus();
  readonly log = new KeptLog();
  readonly node = { name: 'a' };

  private constructor(readonly path: string) {}

  static async open(): Promise<Office> {
    return new Office(await mkdtemp(join(tmpdir(), 'postroom-settings-')));
  }

  /** settings.json in the folder. */
  source(): SettingsFile {
    return new SettingsFile(this.path, this.log);
  }

  async close(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

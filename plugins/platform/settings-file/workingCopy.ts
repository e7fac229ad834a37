// settings.json of a server that shares its settings: a copy of what all servers have, and the place where somebody on this machine may write.
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { removeLeftovers, writeAtomically } from '@postroom/sdk/base';
import { type Clock, etagOf, type SettingsContent } from '@postroom/sdk/services';
import { readSettingsFile, type SettingsFile } from './settingsFile.js';

const RECORD = 'settings.shared.json';

/** What this server wrote into the file last: any other text in it is somebody's own. */
interface CopyRecord {
  /** Of the document that the file was a copy of. */
  readonly version: string;
  readonly etag: string;
  /** The text that is being written in its place: after a crash in the middle it is there, or not yet. */
  readonly coming?: string;
}

export class WorkingCopy {
  #record: CopyRecord | undefined;

  private constructor(
    private readonly folder: string,
    private readonly file: SettingsFile,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  static async open(folder: string, file: SettingsFile, clock: Pick<Clock, 'now'>): Promise<WorkingCopy> {
    const copy = new WorkingCopy(folder, file, clock);
    await removeLeftovers(copy.#recordPath);
    copy.#record = await readRecord(copy.#recordPath);
    return copy;
  }

  /** False where it never was one, as on a folder that had settings of its own so far. */
  get isCopy(): boolean {
    return this.#record !== undefined;
  }

  read(): Promise<SettingsContent> {
    return this.file.read();
  }

  /** Whether somebody else than this server wrote what the file holds. */
  isHandMade(content: SettingsContent): boolean {
    if (content.text === undefined) return !content.isMissing;
    return content.etag !== this.#record?.etag && content.etag !== this.#record?.coming;
  }

  /** The version that the file was a copy of before somebody wrote into it. */
  get version(): string | undefined {
    return this.#record?.version;
  }

  /** Whether the file was a copy of this text before somebody wrote into it. */
  wasOf(text: string): boolean {
    return this.#record?.etag === etagOf(text);
  }

  /** The file holds this version already: written here, or by somebody who wrote the same. */
  async keepIn(version: string, text: string): Promise<true> {
    const etag = etagOf(text);
    const { version: former, etag: was, coming } = this.#record ?? {};
    if (former !== version || was !== etag || coming !== undefined) await this.#write({ version, etag });
    return true;
  }

  /** Makes the file a copy of this version, unless it holds another text than `replaces` by now: then false. Rejects where it can't be written. */
  async update(version: string, text: string, replaces: SettingsContent): Promise<boolean> {
    const etag = etagOf(text);
    // Where nothing was a copy yet, a crash leaves a text that is the document's.
    if (this.#record !== undefined) await this.#write({ ...this.#record, coming: etag });
    if ((await this.file.write(text, replaces.text === undefined ? undefined : replaces.etag)) === 'conflict') return false;
    await this.#write({ version, etag });
    return true;
  }

  /** Puts what the file holds beside it, under a new name, which it answers. `why` is part of that. */
  async setAside(content: SettingsContent, why: SetAside): Promise<string> {
    const names = await this.#names();
    const stem = `settings.json.${why}-${this.clock.now().toISOString().slice(0, 19).replaceAll(':', '-')}`;
    let name = stem;
    for (let number = 2; names.includes(name); number += 1) name = `${stem}-${number}`;
    // Settings that can be read stay until others take their place; what can't is moved, whatever it is.
    if (content.text === undefined) await rename(this.file.place, join(this.folder, name));
    else await writeAtomically(join(this.folder, name), content.text);
    return name;
  }

  /** What was set aside in a conflict and still lies there, by name. */
  async conflicts(): Promise<readonly { readonly name: string; readonly content: SettingsContent }[]> {
    const names = (await this.#names()).filter((name) => name.startsWith('settings.json.conflict-')).sort();
    return Promise.all(names.map(async (name) => ({ name, content: await readSettingsFile(join(this.folder, name)) })));
  }

  get #recordPath(): string {
    return join(this.folder, RECORD);
  }

  #names(): Promise<readonly string[]> {
    return readdir(this.folder).catch(() => []);
  }

  /** What is true counts here also where it can't be written. */
  async #write(record: CopyRecord): Promise<void> {
    this.#record = record;
    await writeAtomically(this.#recordPath, `${JSON.stringify(record)}\n`);
  }
}

/** Another server was quicker; or the folder had settings before it came to share those of others. */
export type SetAside = 'conflict' | 'former';

async function readRecord(path: string): Promise<CopyRecord | undefined> {
  try {
    const { version, etag, coming } = JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, unknown>>;
    if (typeof version !== 'string' || typeof etag !== 'string') return undefined;
    return { version, etag, ...(typeof coming === 'string' && { coming }) };
  } catch {
    // Without it the file counts as one with settings of its own: nothing that somebody wrote is lost.
    return undefined;
  }
}

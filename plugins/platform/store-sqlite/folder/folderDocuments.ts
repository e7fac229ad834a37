// Documents as files in the data folder, which one server has to itself.
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Disposable, PostroomError } from '@postroom/sdk';
import {
  checkDocument,
  checkDocumentName,
  isDocumentName,
  isNoRoom,
  makeFolder,
  reasonOf,
  syncFolder,
  writeAtomically,
} from '@postroom/sdk/base';
import type { Documents, StoredDocument } from '@postroom/sdk/services';
import { watchDocuments } from './documentWatch.js';

/** Documents that were files of the data folder before there were others: they stay in their places, where people know them. */
const AT_THE_TOP = ['secrets.json', 'settings.json', 'tls'] as const;
/** Others lie in a folder of their own, so that none takes the place of a file that is something else. */
export const DOCUMENTS_FOLDER = 'documents';

export class FolderDocuments implements Documents {
  readonly isShared = false;
  /** Writes follow each other: between the look at a version and the write that replaces it nobody else here writes. */
  #queue: Promise<unknown> = Promise.resolve();

  /** `folder`: the data folder. */
  constructor(private readonly folder: string) {}

  async get(name: string): Promise<StoredDocument | undefined> {
    checkDocumentName(name);
    const path = this.#pathOf(name);
    try {
      return await read(path);
    } catch (error) {
      throw new PostroomError(
        'store/failed',
        `${path} can't be read (${reasonOf(error)}). See to its permissions.`,
        { path },
        { cause: error },
      );
    }
  }

  async version(name: string): Promise<string | undefined> {
    return (await this.get(name))?.version;
  }

  async put(name: string, octets: Uint8Array, replaces: string | undefined): Promise<{ readonly version: string } | 'conflict'> {
    checkDocument(name, octets);
    const path = this.#pathOf(name);
    return this.#inTurn(path, 'written', async () => {
      if ((await read(path))?.version !== replaces) return 'conflict';
      await this.#makeFolderOf(path);
      await writeAtomically(path, octets);
      return { version: versionOf(octets) };
    });
  }

  async remove(name: string, replaces: string): Promise<'removed' | 'conflict'> {
    checkDocumentName(name);
    const path = this.#pathOf(name);
    return this.#inTurn(path, 'removed', async () => {
      if ((await read(path))?.version !== replaces) return 'conflict';
      await rm(path);
      await syncFolder(dirname(path));
      return 'removed';
    });
  }

  async list(prefix: string): Promise<readonly string[]> {
    const all = [
      ...(await Promise.all(AT_THE_TOP.map((name) => documentsAt(this.folder, name)))).flat(),
      ...(await documentsBelow(join(this.folder, DOCUMENTS_FOLDER), '')),
    ];
    return all.filter((name) => name.startsWith(prefix) && isDocumentName(name)).sort();
  }

  onDidChange(prefix: string, listener: () => void): Disposable {
    return watchDocuments(async () => (await this.list(prefix)).map((name) => this.#pathOf(name)), listener);
  }

  /** Their files, relative to the folder. */
  async files(): Promise<readonly string[]> {
    return (await this.list('')).map(fileOf);
  }

  #pathOf(name: string): string {
    return join(this.folder, fileOf(name));
  }

  #inTurn<T>(path: string, what: string, work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work).catch((error: unknown) => {
      const code = isNoRoom(error) ? 'store/full' : 'data/not-writable';
      throw new PostroomError(code, `${path} could not be ${what} (${reasonOf(error, path)}).`, { path }, { cause: error });
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Folders that are made for a document survive a power cut as well as it does. */
  async #makeFolderOf(path: string): Promise<void> {
    const missing: string[] = [];
    for (let folder = dirname(path); (await stat(folder).catch(() => undefined)) === undefined; folder = dirname(folder))
      missing.push(folder);
    if (missing.length > 0) await makeFolder(dirname(path), 0o700);
    for (const folder of missing) await syncFolder(dirname(folder));
  }
}

function fileOf(name: string): string {
  const isAtTheTop = AT_THE_TOP.some((each) => name === each || name.startsWith(`${each}/`));
  return isAtTheTop ? name : join(DOCUMENTS_FOLDER, name);
}

async function read(path: string): Promise<StoredDocument | undefined> {
  try {
    const octets = await readFile(path);
    return { octets, version: versionOf(octets) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function versionOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}

/** The document that a file is, or those below a folder. */
async function documentsAt(folder: string, name: string): Promise<readonly string[]> {
  const found = await stat(join(folder, name)).catch(() => undefined);
  if (found?.isFile() === true) return [name];
  return found?.isDirectory() === true ? documentsBelow(folder, name) : [];
}

async function documentsBelow(folder: string, name: string): Promise<readonly string[]> {
  const entries = await readdir(join(folder, name)).catch((): string[] => []);
  const names = entries.map((entry) => (name === '' ? entry : `${name}/${entry}`));
  return (await Promise.all(names.map((each) => documentsAt(folder, each)))).flat();
}

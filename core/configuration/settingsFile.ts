// settings.json on the disk: read with care for what people and editors do to files, written whole or not at all.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disposable } from '@postroom/sdk';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { reasonOf, removeLeftovers, writeAtomically } from '@postroom/sdk/base';
import { LARGEST_DOCUMENT, NOT_UTF8, utf8TextOf } from './document.js';
import { onFileChange } from './watchedFile.js';

/** What a read found: a text, or why there is none. */
export type FileContent =
  | { readonly text: string; readonly etag: string }
  | { readonly text: undefined; readonly missing: boolean /** A sentence. */; readonly refusal: string };

const LOOK_EVERY_MS = 250;

/** Names a version of the text: `"` and sha256 in hex, as HTTP's ETag. */
export function etagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('hex')}"`;
}

export class SettingsFile {
  readonly path: string;
  readonly #schemaPath: string;

  constructor(folder: string) {
    this.path = join(folder, 'settings.json');
    this.#schemaPath = join(folder, 'settings.schema.json');
  }

  async read(): Promise<FileContent> {
    try {
      const { size } = await stat(this.path);
      if (size > LARGEST_DOCUMENT) return refused(`The file has ${size} octets; more than ${LARGEST_DOCUMENT} are not read.`);
      const text = utf8TextOf(await readFile(this.path));
      return text === undefined ? refused(NOT_UTF8) : { text, etag: etagOf(text) };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT')
        return {
          text: undefined,
          missing: true,
          refusal: 'The file is gone. Put it back, or bring back a version with "postroom config undo".',
        };
      if (code === 'EISDIR')
        return refused('A folder stands in its place. Move it away, and bring back a version with "postroom config undo".');
      return refused(`The file can't be read (${sentenceOf(error)}). See to its permissions.`);
    }
  }

  async write(text: string): Promise<void> {
    await writeAtomically(this.path, text);
  }

  /** Writes the file that is missing. Rejects with `data/not-writable`. */
  async make(text: string): Promise<void> {
    try {
      await this.write(text);
    } catch (thrown) {
      const sentence = `${this.path} could not be made (${reasonOf(thrown, this.path)}). See to the permissions and the room of the data folder.`;
      throw new PostroomError('data/not-writable', sentence, { path: this.path }, { cause: thrown });
    }
  }

  /** Writes settings.schema.json where it differs. */
  async writeSchema(schema: unknown): Promise<void> {
    const text = `${JSON.stringify(schema, undefined, 2)}\n`;
    const old = await readFile(this.#schemaPath, 'utf8').catch(() => undefined);
    if (old !== text) await writeAtomically(this.#schemaPath, text, 0o644);
  }

  async removeLeftovers(): Promise<void> {
    await removeLeftovers(this.path);
    await removeLeftovers(this.#schemaPath);
  }

  onChange(changed: () => void): Disposable {
    return onFileChange(this.path, LOOK_EVERY_MS, changed);
  }
}

function refused(refusal: string): FileContent {
  return { text: undefined, missing: false, refusal };
}

// settings.json in the data folder: read with care for what people and editors do to files, written whole or not at all.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Disposable, PostroomError, sentenceOf } from '@postroom/sdk';
import { NOT_UTF8, onFileChange, reasonOf, removeLeftovers, utf8TextOf, writeAtomically } from '@postroom/sdk/base';
import { etagOf, LARGEST_SETTINGS_TEXT, type Log, type SettingsContent, type SettingsSource } from '@postroom/sdk/services';

const LOOK_EVERY_MS = 250;
const SCHEMA = 'settings.schema.json';

export class SettingsFile implements SettingsSource {
  readonly place: string;
  readonly #schemaPath: string;

  constructor(
    folder: string,
    private readonly log: Pick<Log, 'warn'>,
  ) {
    this.place = join(folder, 'settings.json');
    this.#schemaPath = join(folder, SCHEMA);
  }

  /** Removes what an interrupted write has left. */
  async tidy(): Promise<void> {
    await removeLeftovers(this.place);
    await removeLeftovers(this.#schemaPath);
  }

  read(): Promise<SettingsContent> {
    return readSettingsFile(this.place);
  }

  async write(text: string, replaces: string | undefined): Promise<{ readonly etag: string } | 'conflict'> {
    const there = await this.read();
    if (replaces !== undefined && (there.text === undefined || there.etag !== replaces)) return 'conflict';
    try {
      await writeAtomically(this.place, text);
      return { etag: etagOf(text) };
    } catch (thrown) {
      const isNew = there.text === undefined && there.isMissing;
      throw new PostroomError('data/not-writable', this.#notWritten(thrown, isNew), { path: this.place }, { cause: thrown });
    }
  }

  onDidChange(listener: () => void): Disposable {
    return onFileChange(this.place, LOOK_EVERY_MS, listener);
  }

  async offerSchema(schema: Readonly<Record<string, unknown>>): Promise<void> {
    const text = `${JSON.stringify(schema, undefined, 2)}\n`;
    const old = await readFile(this.#schemaPath, 'utf8').catch(() => undefined);
    if (old === text) return;
    await writeAtomically(this.#schemaPath, text, 0o644).catch((thrown: unknown) =>
      this.log.warn(`${SCHEMA} could not be written (${reasonOf(thrown, this.place)}); editors complete by the old one.`),
    );
  }

  #notWritten(thrown: unknown, isNew: boolean): string {
    const reason = reasonOf(thrown, this.place);
    return isNew
      ? `${this.place} could not be made (${reason}). See to the permissions and the room of the data folder.`
      : `settings.json could not be written (${reason}).`;
  }
}

/** Never rejects. */
export async function readSettingsFile(path: string): Promise<SettingsContent> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST_SETTINGS_TEXT) return refused(`The file has ${size} octets; more than ${LARGEST_SETTINGS_TEXT} are not read.`);
    const text = utf8TextOf(await readFile(path));
    return text === undefined ? refused(NOT_UTF8) : { text, etag: etagOf(text) };
  } catch (error) {
    return unreadable(error);
  }
}

function unreadable(error: unknown): SettingsContent {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return {
        text: undefined,
        isMissing: true,
        refusal: 'The file is gone. Put it back, or bring back a version with "postroom config undo".',
      };
    case 'EISDIR':
      return refused('A folder stands in its place. Move it away, and bring back a version with "postroom config undo".');
    default:
      return refused(`The file can't be read (${sentenceOf(error)}). See to its permissions.`);
  }
}

function refused(refusal: string): SettingsContent {
  return { text: undefined, isMissing: false, refusal };
}

// The settings of servers that share a store: the truth is a document there, settings.json on each of them a working copy. What somebody writes into the file is proposed to all;
// where others changed the settings meanwhile it is set aside, and nothing that anybody wrote is lost.
import { type Disposable, type Logger, PostroomError, sentenceOf } from '@postroom/sdk';
import { DisposableStack, utf8TextOf } from '@postroom/sdk/base';
import {
  type Clock,
  type Documents,
  etagOf,
  type SettingsContent,
  type SettingsProblem,
  type SettingsSource,
} from '@postroom/sdk/services';
import { behindProblem, conflictProblem } from './conflictProblem.js';
import type { SettingsFile } from './settingsFile.js';
import type { WorkingCopy } from './workingCopy.js';

const DOCUMENT = 'settings.json';
/** How soon is looked again at what no event tells: whether the store is back, or a file that was set aside is gone. */
const LOOK_AGAIN_MS = 5_000;
/** Times that the file is looked at again where somebody saves it at that moment. */
const MOST_TRIES = 5;
const UNREADABLE = 'The settings that the servers share are not UTF-8 text. Bring back a version with "postroom config undo".';

/** What all servers have. */
interface Shared {
  readonly version: string;
  readonly text: string;
}

/** The same as it is found; `text` is missing where it is none. */
interface SharedOctets {
  readonly version: string;
  readonly text: string | undefined;
}

/** What the last read found, for the write that follows. */
interface Seen {
  readonly etag: string | undefined;
  /** Of the document; `undefined` where there was none. */
  readonly version: string | undefined;
  /** Of the file; `undefined` where there was no text. */
  readonly fileEtag: string | undefined;
}

interface Surroundings {
  readonly documents: Documents;
  readonly file: SettingsFile;
  readonly copy: WorkingCopy;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export class SharedSettings implements SettingsSource {
  #seen: Seen = { etag: undefined, version: undefined, fileEtag: undefined };
  /** As last read or written. */
  #shared: Shared | undefined;
  /** Why the file could not be made a copy of what all servers have. */
  #behind: string | undefined;
  readonly #listeners = new Set<() => void>();
  #again: Disposable | undefined;

  constructor(private readonly of: Surroundings) {}

  get place(): string {
    return this.of.file.place;
  }

  async read(): Promise<SettingsContent> {
    let content: SettingsContent | undefined;
    for (let tries = 1; content === undefined; tries += 1) content = await this.#look(tries === MOST_TRIES);
    const problems = await this.#problems();
    if (problems.length > 0 || (content.text !== undefined && content.standing === 'proposed')) this.#lookAgain();
    return { ...content, problems };
  }

  async write(text: string, replaces: string | undefined): Promise<{ readonly etag: string } | 'conflict'> {
    const { etag, version: replaced, fileEtag } = this.#seen;
    const file = await this.of.copy.read();
    // What somebody saved since is looked at first.
    if ((replaces !== undefined && replaces !== etag) || etagIn(file) !== fileEtag) return 'conflict';
    const put = await this.#put(text, replaced);
    if (put === 'conflict') return 'conflict';
    const all = { version: put.version, text };
    await this.#copyInto(file, all);
    this.#inForce(all, file);
    return { etag: quoted(put.version) };
  }

  onDidChange(listener: () => void): Disposable {
    const watching = new DisposableStack();
    this.#listeners.add(listener);
    watching.use(this.of.file.onDidChange(listener));
    watching.use(this.of.documents.onDidChange(DOCUMENT, listener));
    watching.defer(() => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) void this.#again?.dispose();
    });
    return watching;
  }

  offerSchema(schema: Readonly<Record<string, unknown>>): Promise<void> {
    return this.of.file.offerSchema(schema);
  }

  /** Brings file and document together. `undefined` where somebody saves the file at the same moment, unless it is the last try. */
  async #look(isLast: boolean): Promise<SettingsContent | undefined> {
    const { copy } = this.of;
    const file = await copy.read();
    let all: SharedOctets | undefined;
    try {
      all = await this.#document();
    } catch {
      // The store tells that it is away. Until it is back the file's last version counts.
      return this.#whileAway(file);
    }
    if (all === undefined) return this.#proposed(file, undefined);
    if (!isText(all)) return this.#unreadable(all, file);
    if (file.text !== all.text && copy.isHandMade(file)) {
      if (copy.version === all.version || copy.wasOf(all.text)) return this.#proposed(file, all.version);
      if (!(await this.#setAside(file))) return this.#inForce(all, file);
    }
    const isCopied = await this.#copyInto(file, all);
    return isCopied || isLast ? this.#inForce(all, file) : undefined;
  }

  async #document(): Promise<SharedOctets | undefined> {
    const found = await this.of.documents.get(DOCUMENT);
    return found === undefined ? undefined : { version: found.version, text: utf8TextOf(found.octets) };
  }

  async #put(text: string, replaces: string | undefined): Promise<{ readonly version: string } | 'conflict'> {
    try {
      return await this.of.documents.put(DOCUMENT, Buffer.from(text), replaces);
    } catch (thrown) {
      const isUnknown = thrown instanceof PostroomError && thrown.code === 'store/unknown';
      const there = isUnknown ? await this.#document().catch(() => undefined) : undefined;
      if (there?.text === text) return there;
      const message = `The settings could not be written into the store, for all servers: ${sentenceOf(thrown)}`;
      throw new PostroomError('data/not-writable', message, { path: this.place }, { cause: thrown });
    }
  }

  /** False where the file holds another text than `file` by now. */
  async #copyInto(file: SettingsContent, { version, text }: Shared): Promise<boolean> {
    const { copy } = this.of;
    try {
      const isDone = file.text === text ? await copy.keepIn(version, text) : await copy.update(version, text, file);
      this.#behind = undefined;
      return isDone;
    } catch (thrown) {
      this.#behind = `It could not be written: ${sentenceOf(thrown)}`;
      return true;
    }
  }

  /** False where it can't be: then the file stays as it is, and others' settings are in force all the same. */
  async #setAside(file: SettingsContent): Promise<boolean> {
    const { copy, log } = this.of;
    try {
      const name = await copy.setAside(file, copy.isCopy ? 'conflict' : 'former');
      if (!copy.isCopy)
        log.warn(`settings.json was another one than what the servers on the store share, which counts now. It is kept as ${name}.`, {
          path: this.place,
        });
      return true;
    } catch (thrown) {
      this.#behind = `Somebody wrote into it while another server changed the settings, and it could not be set aside: ${sentenceOf(thrown)}`;
      return false;
    }
  }

  #inForce({ version, text }: Shared, file: SettingsContent): SettingsContent {
    this.#shared = { version, text };
    this.#seen = { etag: quoted(version), version, fileEtag: this.#behind === undefined ? etagOf(text) : etagIn(file) };
    return { text, etag: quoted(version), standing: 'shared' };
  }

  /** `version`: what the file's text would take the place of. */
  #proposed(file: SettingsContent, version: string | undefined): SettingsContent {
    this.#behind = undefined;
    const etag = file.text === undefined ? undefined : quoted(`${version ?? 'none'}+${file.etag.slice(1, -1)}`);
    this.#seen = { etag, version, fileEtag: etagIn(file) };
    return file.text === undefined || etag === undefined ? file : { text: file.text, etag, standing: 'proposed' };
  }

  /** Something else than a server wrote the document. The next write takes its place. */
  #unreadable({ version }: SharedOctets, file: SettingsContent): SettingsContent {
    this.#seen = { etag: undefined, version, fileEtag: etagIn(file) };
    return { text: undefined, isMissing: false, refusal: UNREADABLE };
  }

  #whileAway(file: SettingsContent): SettingsContent {
    const { copy } = this.of;
    if (file.text === undefined || copy.version === undefined || copy.isHandMade(file)) return this.#proposed(file, copy.version);
    return this.#inForce(this.#shared ?? { version: copy.version, text: file.text }, file);
  }

  async #problems(): Promise<readonly SettingsProblem[]> {
    const conflicts = await this.of.copy.conflicts();
    return [
      ...(this.#behind === undefined ? [] : [behindProblem(this.#behind)]),
      ...conflicts.flatMap(({ name, content }) => conflictProblem(name, content, this.#shared?.text ?? '') ?? []),
    ];
  }

  #lookAgain(): void {
    void this.#again?.dispose();
    if (this.#listeners.size === 0) return;
    this.#again = this.of.clock.after(LOOK_AGAIN_MS, () => {
      for (const listener of this.#listeners) listener();
    });
  }
}

function isText(document: SharedOctets): document is Shared {
  return document.text !== undefined;
}

function etagIn(content: SettingsContent): string | undefined {
  return content.text === undefined ? undefined : content.etag;
}

/** As in HTTP (RFC 9110 section 8.8.3). */
function quoted(version: string): string {
  return `"${version}"`;
}

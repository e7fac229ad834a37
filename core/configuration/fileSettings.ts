// The settings in settings.json: checks every version of the file, keeps the last good one in force, writes edits.
import type { Disposable, PluginManifest, Settings } from '@postroom/sdk';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { Events } from '@postroom/sdk/services';
import { DataFolder } from '../base/dataFolder.js';
import { Listeners } from '../base/listeners.js';
import { Log } from '../base/log.js';
import { Revisions, type SettingsRevision } from '../store/revisions.js';
import { changedKeys, concerns } from './changes.js';
import { applyEdits, parseDocument, type SettingEdit } from './document.js';
import { DraftSettings } from './draftSettings.js';
import type { LimitCheck } from './limits.js';
import { type LoadedSettings, loadSettings, type SettingsValue } from './loadSettings.js';
import { hasErrors, type Problem, problemLine, type SettingPath } from './problems.js';
import { mergeSchema, pluginId, type SettingsSchema } from './schema.js';
import { etagOf, SettingsFile } from './settingsFile.js';
import { SettingsReader } from './settingsReader.js';
import type { ComingChange, ExpectedVersion, SettingsChange, SettingsService } from './settingsService.js';
import { STARTER_SETTINGS } from './starter.js';
import { diffLines } from './textDiff.js';
import { checkOfGood, compileCheck, type SettingsCheck, schemaProblem } from './validate.js';

export class FileSettings implements SettingsService, Disposable {
  readonly #file: SettingsFile;
  #schema: SettingsSchema = mergeSchema([], accepted);
  /** Made at its first use: compiling takes far longer than merging. */
  #check: SettingsCheck | undefined;
  #limitCheck: LimitCheck | undefined;
  /** The file as last read. */
  #text = '';
  /** Whether the last look at the file found a text. */
  #isRead = false;
  #problems: readonly Problem[] = [];
  /** What is in force, and the text that it was made of. */
  #value: SettingsValue = {};
  #goodText: string | undefined;
  readonly #draft = new DraftSettings();
  #watch: Disposable | undefined;
  /** Reads and writes of the file follow each other; an edit never starts from a text that another one replaces. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #willChange = new Set<(change: ComingChange) => Promise<void>>();
  readonly #changed = new Listeners<ReadonlySet<string>>((thrown) => this.#listenerFailed(thrown));
  readonly #applied = new Listeners<string>((thrown) => this.#listenerFailed(thrown));
  readonly #judged = new Listeners<void>((thrown) => this.#listenerFailed(thrown));

  constructor(
    @DataFolder folder: DataFolder,
    @Revisions private readonly revisions: Revisions,
    @Events private readonly events: Events,
    @Log private readonly log: Log,
  ) {
    this.#file = new SettingsFile(folder.path);
  }

  /** Reads the file, makes one at the first start, and watches it from then on. With a broken file the last good version comes into force. */
  async open(manifests: readonly PluginManifest[]): Promise<void> {
    await this.#file.removeLeftovers();
    this.#merge(manifests);
    await this.#writeSchema();
    const latest = await this.revisions.latest();
    const content = await this.#file.read();
    if (content.text === undefined && content.missing) await this.#start(latest);
    // Watched before it is read: a change in between is seen as well.
    this.#watch = this.#file.onChange(() => void this.reload());
    await this.#serially(async () => {
      await this.#takeFile();
      if (this.#goodText === undefined) this.#fallBack(latest);
    });
  }

  async dispose(): Promise<void> {
    await this.#watch?.dispose();
    this.#watch = undefined;
    await this.#queue;
  }

  get path(): string {
    return this.#file.path;
  }

  get text(): string {
    return this.#text;
  }

  get etag(): string {
    return etagOf(this.#text);
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get value(): SettingsValue {
    return this.#draft.value ?? this.#value;
  }

  get schema(): SettingsSchema {
    return this.#schema;
  }

  get<T>(key: string): T {
    return this.#reader().get<T>(key);
  }

  forAccount<T>(account: string, key: string): T {
    return this.#reader().forAccount<T>(account, key);
  }

  forUser<T>(account: string, user: string, key: string): T {
    return this.#reader().forUser<T>(account, user, key);
  }

  forPlugin(manifest: Pick<PluginManifest, 'publisher' | 'name'>): Settings {
    let current = this.#reader(pluginId(manifest));
    const reader = (): SettingsReader => {
      if (!current.reads(this.value, this.#schema)) current = this.#reader(pluginId(manifest));
      return current;
    };
    return Object.freeze<Settings>({
      get: <T>(key: string) => reader().get<T>(key),
      forAccount: <T>(account: string, key: string) => reader().forAccount<T>(account, key),
      forUser: <T>(account: string, user: string, key: string) => reader().forUser<T>(account, user, key),
      onDidChange: (keys: readonly string[], listener: () => void) => this.onDidChange(keys, listener),
    });
  }

  onDidChange(keys: readonly string[], listener: () => void): Disposable {
    return this.#changed.add((changed) => {
      if (concerns(keys, changed)) listener();
    });
  }

  onWillChange(listener: (change: ComingChange) => Promise<void>): Disposable {
    this.#willChange.add(listener);
    return { dispose: () => void this.#willChange.delete(listener) };
  }

  onDidApply(listener: (author: string) => void): Disposable {
    return this.#applied.add(listener);
  }

  onDidChangeProblems(listener: () => void): Disposable {
    return this.#judged.add(listener);
  }

  written(path: SettingPath): unknown {
    const { value } = parseDocument(this.#load(this.#text).text);
    return path.reduce<unknown>(
      (group, step) => (typeof group === 'object' && group !== null && Object.hasOwn(group, step) ? Reflect.get(group, step) : undefined),
      value,
    );
  }

  validate(text?: string): readonly Problem[] {
    return text === undefined ? this.#problems : this.#load(text).problems;
  }

  edit(author: string, edits: readonly SettingEdit[], expected?: ExpectedVersion): Promise<SettingsChange> {
    return this.#serially(async () => {
      const refusal = await this.#refusal(expected);
      if (refusal !== undefined) return refusal;
      const { text: base } = this.#load(this.#text);
      if (parseDocument(base).value === undefined) return { ok: false, code: 'settings/invalid', problems: this.#problems };
      try {
        return await this.#commit(author, applyEdits(base, edits));
      } catch (thrown) {
        return failed('settings/invalid', `The change does not fit the settings (${sentenceOf(thrown)}).`);
      }
    });
  }

  draft(edits: readonly SettingEdit[]): string {
    try {
      return applyEdits(this.#load(this.#text).text, edits);
    } catch (thrown) {
      throw new PostroomError('settings/invalid', `The change does not fit the settings (${sentenceOf(thrown)}).`);
    }
  }

  async under<T>(text: string, work: () => Promise<T>): Promise<T> {
    const { value, problems } = this.#load(text);
    if (value === undefined) throw new PostroomError('settings/invalid', problems.map((each) => problemLine(each)).join('\n'));
    return this.#draft.during(value, work);
  }

  replace(author: string, text: string, expected?: ExpectedVersion): Promise<SettingsChange> {
    return this.#serially(async () => (await this.#refusal(expected)) ?? this.#commit(author, text));
  }

  history(limit = 50): Promise<readonly Omit<SettingsRevision, 'text'>[]> {
    return this.revisions.list(limit);
  }

  async diff(from: number, to?: number): Promise<string> {
    const before = await this.#revision(from);
    return diffLines(before, to === undefined ? (this.#goodText ?? '') : await this.#revision(to));
  }

  async undo(author: string, revision?: number): Promise<SettingsChange> {
    // The newest revision is in force, or was the last to be where the file is broken now; then it is the one to go back to.
    const former = hasErrors(this.#problems) ? 0 : 1;
    const id = revision ?? (await this.revisions.list(2))[former]?.id;
    if (id === undefined) return failed('settings/invalid', 'There is no earlier version to go back to.');
    const found = await this.revisions.get(id);
    if (found === undefined) return failed('settings/invalid', `There is no revision ${id}; "postroom config history" lists them.`);
    return this.replace(author, found.text);
  }

  setManifests(manifests: readonly PluginManifest[]): Promise<void> {
    return this.#serially(async () => {
      this.#merge(manifests);
      await this.#writeSchema();
      const loaded = this.#load(this.#text);
      this.#setProblems(loaded.problems);
      const value = loaded.value ?? (this.#goodText === undefined ? undefined : this.#load(this.#goodText).value);
      this.#apply('postroom', value ?? this.#value);
    });
  }

  setLimitCheck(check: LimitCheck | undefined): void {
    this.#limitCheck = check;
  }

  reload(): Promise<void> {
    return this.#serially(() => this.#takeFile());
  }

  #reader(reader?: string): SettingsReader {
    return new SettingsReader(this.value, this.#schema, reader);
  }

  #merge(manifests: readonly PluginManifest[]): void {
    // As a rule every declaration is good, and compiling them together, which is to be done anyway, shows it. If not, one after the other is looked at.
    this.#schema = mergeSchema(manifests, accepted);
    this.#check = checkOfGood(this.#schema);
    if (this.#check === undefined) this.#schema = mergeSchema(manifests, schemaProblem);
    for (const conflict of this.#schema.conflicts) this.log.warn(conflict);
  }

  /** Only editors miss it. */
  async #writeSchema(): Promise<void> {
    try {
      await this.#file.writeSchema(this.#schema.json);
    } catch (thrown) {
      this.log.warn(`settings.schema.json could not be written (${sentenceOf(thrown)}); editors complete by the old one.`);
    }
  }

  /** Makes the file that is missing. */
  async #start(latest: SettingsRevision | undefined): Promise<void> {
    try {
      await this.#file.write(latest?.text ?? STARTER_SETTINGS);
    } catch (thrown) {
      const sentence = `${this.path} could not be made (${sentenceOf(thrown)}). See to the permissions and the room of the data folder.`;
      throw new PostroomError('data/not-writable', sentence, { path: this.path }, { cause: thrown });
    }
    if (latest !== undefined) this.log.warn('settings.json was gone; the last good version was put back.', { path: this.path });
  }

  #load(text: string): LoadedSettings {
    const limits = this.#limitCheck === undefined ? undefined : { before: this.#value, check: this.#limitCheck };
    this.#check ??= compileCheck(this.#schema);
    return loadSettings(text, { schema: this.#schema, check: this.#check, limits });
  }

  /** Takes up the file as it is now, where it is not what was read or written last. */
  async #takeFile(): Promise<void> {
    const content = await this.#file.read();
    if (content.text === undefined) {
      this.#isRead = false;
      this.#setProblems([{ severity: 'error', path: '', message: content.refusal }]);
      return;
    }
    if (content.text === this.#text && this.#isRead) return;
    this.#isRead = true;
    this.#text = content.text;
    const loaded = this.#load(content.text);
    this.#setProblems(loaded.problems);
    if (loaded.value !== undefined) await this.#accept('editor', content.text, loaded.value);
  }

  async #refusal(expected: ExpectedVersion | undefined): Promise<SettingsChange | undefined> {
    await this.#takeFile();
    if (expected?.etag === undefined || expected.etag === this.etag) return undefined;
    return failed('settings/conflict', 'The settings were changed by somebody else meanwhile. Load them again and repeat the change.');
  }

  /** Puts a text into the file and into force, unless it is wrong. */
  async #commit(author: string, text: string): Promise<SettingsChange> {
    const loaded = this.#load(text);
    if (loaded.value === undefined) return { ok: false, code: 'settings/invalid', problems: loaded.problems };
    try {
      for (const listener of this.#willChange) await listener({ author, before: this.#value, after: loaded.value });
      await this.#file.write(text);
    } catch (thrown) {
      return failed('data/not-writable', `settings.json could not be written (${sentenceOf(thrown)}). The former settings stay in force.`);
    }
    this.#text = text;
    this.#isRead = true;
    this.#setProblems(loaded.problems);
    await this.#accept(author, text, loaded.value);
    return { ok: true, etag: etagOf(text), problems: loaded.problems };
  }

  async #accept(author: string, text: string, value: SettingsValue): Promise<void> {
    this.#goodText = text;
    try {
      if ((await this.revisions.latest())?.text !== text) await this.revisions.add(author, text);
    } catch (thrown) {
      this.log.error(`This version of the settings is in force, but not in the history (${sentenceOf(thrown)}).`);
    }
    this.#apply(author, value);
  }

  #apply(author: string, value: SettingsValue): void {
    const changed = changedKeys(this.#value, value);
    this.#value = value;
    this.#applied.fire(author);
    if (changed.size > 0) this.#changed.fire(changed);
    if (changed.size > 0) this.events.emit({ type: 'settings', author });
  }

  /** At start with a broken file. */
  #fallBack(latest: SettingsRevision | undefined): void {
    const value = latest === undefined ? undefined : this.#load(latest.text).value;
    if (value !== undefined) this.#goodText = latest?.text;
    else this.log.error('There is no good version of the settings to fall back to; nothing is shared until settings.json is mended.');
    this.#apply('postroom', value ?? this.#load('{}').value ?? {});
  }

  #setProblems(problems: readonly Problem[]): void {
    const before = this.#problems.map((each) => problemLine(each));
    this.#problems = problems;
    const fresh = problems.filter((each) => !before.includes(problemLine(each)));
    for (const problem of fresh) this.log[problem.severity === 'error' ? 'error' : 'warn'](problemLine(problem));
    const first = fresh.find((each) => each.severity === 'error');
    if (first !== undefined) {
      const sentence = `${problemLine(first)} The last good settings stay in force.`;
      this.events.emit({ type: 'problem', source: 'settings', sentence });
    }
    if (fresh.length > 0 || problems.length !== before.length) this.#judged.fire();
  }

  #listenerFailed(thrown: unknown): void {
    this.log.error(`A listener to the settings failed: ${sentenceOf(thrown)}`);
  }

  async #revision(id: number): Promise<string> {
    const found = await this.revisions.get(id);
    if (found !== undefined) return found.text;
    throw new PostroomError('settings/invalid', `There is no revision ${id}; "postroom config history" lists them.`, { revision: id });
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

const accepted = (): undefined => undefined;

function failed(code: 'settings/invalid' | 'settings/conflict' | 'data/not-writable', sentence: string): SettingsChange {
  return { ok: false, code, problems: [{ severity: 'error', path: '', message: sentence }] };
}

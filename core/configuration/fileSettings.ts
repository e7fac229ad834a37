// The settings in settings.json: checks every version of the file, keeps the last good one in force, writes edits.
import type { Disposable, PluginManifest, Settings } from '@postroom/sdk';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import type { SettingPath, SettingsValue } from '@postroom/sdk/base';
import { problemLine, reasonOf } from '@postroom/sdk/base';
import { DataFolder, Events, Log, Revisions, type SettingsRevision } from '@postroom/sdk/services';
import { backTo, EDITOR, FIRST_START, SERVER, withRenames } from './authors.js';
import { applyEdits, parseDocument, type SettingEdit } from './document.js';
import { FileProblems } from './fileProblems.js';
import type { LimitCheck } from './limits.js';
import type { LoadedSettings } from './loadSettings.js';
import { hasErrors, type Problem } from './problems.js';
import type { SettingsSchema } from './schema.js';
import { etagOf, SettingsFile } from './settingsFile.js';
import { SettingsHistory, unknownRevision } from './settingsHistory.js';
import { SettingsInForce } from './settingsInForce.js';
import { SettingsLoader } from './settingsLoader.js';
import type { ComingChange, ExpectedVersion, SettingsChange, SettingsService } from './settingsService.js';
import { STARTER_SETTINGS } from './starter.js';

export class FileSettings implements SettingsService, Disposable {
  readonly #file: SettingsFile;
  readonly #loader = new SettingsLoader();
  readonly #inForce: SettingsInForce;
  readonly #problems: FileProblems;
  readonly #history: SettingsHistory;
  /** The file as last read. */
  #text = '';
  /** Whether the last look at the file found a text. */
  #isRead = false;
  /** What the settings in force were made of. */
  #goodText: string | undefined;
  #watch: Disposable | undefined;
  /** Reads and writes of the file follow each other; an edit never starts from a text that another one replaces. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #willChange = new Set<(change: ComingChange) => Promise<void>>();

  constructor(
    @DataFolder folder: DataFolder,
    @Revisions revisions: Revisions,
    @Events events: Events,
    @Log private readonly log: Log,
  ) {
    const listenerFailed = (thrown: unknown): void => log.error(`A listener to the settings failed: ${sentenceOf(thrown)}`);
    this.#file = new SettingsFile(folder.path);
    this.#inForce = new SettingsInForce(this.#loader, events, listenerFailed);
    this.#problems = new FileProblems(events, log, listenerFailed);
    this.#history = new SettingsHistory(revisions, log);
  }

  /** Reads the file, makes one at the first start, and watches it from then on. With a broken file the last good version comes into force. */
  async open(manifests: readonly PluginManifest[], proven: ReadonlySet<PluginManifest> = new Set()): Promise<void> {
    await this.#file.removeLeftovers();
    await this.#merge(manifests, proven);
    await this.#writeSchema();
    const latest = await this.#history.latest();
    const content = await this.#file.read();
    const author = content.text === undefined && content.missing ? await this.#start(latest) : EDITOR;
    // Watched before it is read: a change in between is seen as well.
    this.#watch = this.#file.onChange(() => void this.reload());
    await this.#serially(async () => {
      await this.#takeFile(author);
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
    return this.#problems.all;
  }

  get value(): SettingsValue {
    return this.#inForce.value;
  }

  get schema(): SettingsSchema {
    return this.#loader.schema;
  }

  get<T>(key: string): T {
    return this.#inForce.reader().get<T>(key);
  }

  forAccount<T>(account: string, key: string): T {
    return this.#inForce.reader().forAccount<T>(account, key);
  }

  forUser<T>(account: string, user: string, key: string): T {
    return this.#inForce.reader().forUser<T>(account, user, key);
  }

  forPlugin(manifest: Pick<PluginManifest, 'publisher' | 'name'>): Settings {
    return this.#inForce.forPlugin(manifest);
  }

  onDidChange(keys: readonly string[], listener: () => void): Disposable {
    return this.#inForce.onDidChange(keys, listener);
  }

  onWillChange(listener: (change: ComingChange) => Promise<void>): Disposable {
    this.#willChange.add(listener);
    return { dispose: () => void this.#willChange.delete(listener) };
  }

  onDidApply(listener: (author: string) => void): Disposable {
    return this.#inForce.onDidApply(listener);
  }

  onDidChangeProblems(listener: () => void): Disposable {
    return this.#problems.onDidChange(listener);
  }

  written(path: SettingPath): unknown {
    return path.reduce<unknown>(
      (group, step) => (typeof group === 'object' && group !== null && Object.hasOwn(group, step) ? Reflect.get(group, step) : undefined),
      this.#loader.written(this.#text, this.#inForce.applied),
    );
  }

  validate(text?: string): readonly Problem[] {
    return text === undefined ? this.problems : this.#load(text).problems;
  }

  edit(author: string, edits: readonly SettingEdit[], expected?: ExpectedVersion): Promise<SettingsChange> {
    return this.#serially(async () => {
      const refusal = await this.#refusal(expected);
      if (refusal !== undefined) return refusal;
      const { text: base } = this.#load(this.#text);
      if (parseDocument(base).value === undefined) return { ok: false, code: 'settings/invalid', problems: this.problems };
      try {
        return await this.#commit(author, applyEdits(base, edits), base === this.#text ? author : withRenames(author));
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
    return this.#inForce.under(value, work);
  }

  replace(author: string, text: string, expected?: ExpectedVersion): Promise<SettingsChange> {
    return this.#serially(async () => (await this.#refusal(expected)) ?? this.#commit(author, text));
  }

  history(limit = 50): Promise<readonly Omit<SettingsRevision, 'text'>[]> {
    return this.#history.list(limit);
  }

  diff(from: number, to?: number): Promise<string> {
    return this.#history.diff(from, to ?? this.#goodText ?? '');
  }

  async undo(author: string, revision?: number): Promise<SettingsChange & { readonly revision?: number }> {
    // The newest revision is in force, or was the last to be where the file is broken now; then it is the one to go back to.
    const former = hasErrors(this.problems) ? 0 : 1;
    const id = revision ?? (await this.#history.list(2))[former]?.id;
    if (id === undefined) return failed('settings/invalid', 'There is no earlier version to go back to.');
    const found = await this.#history.find(id);
    if (found === undefined) return failed('settings/invalid', unknownRevision(id));
    const change = await this.#serially(
      async () => (await this.#refusal(undefined)) ?? this.#commit(author, found.text, backTo(author, id)),
    );
    return { ...change, revision: id };
  }

  setManifests(manifests: readonly PluginManifest[], proven: ReadonlySet<PluginManifest> = new Set()): Promise<void> {
    return this.#serially(async () => {
      await this.#merge(manifests, proven);
      await this.#writeSchema();
      const loaded = this.#load(this.#text);
      this.#problems.set(loaded.problems);
      const value = loaded.value ?? (this.#goodText === undefined ? undefined : this.#load(this.#goodText).value);
      this.#inForce.apply(SERVER, value ?? this.#inForce.applied);
    });
  }

  setLimitCheck(check: LimitCheck | undefined): void {
    this.#loader.limitCheck = check;
  }

  reload(): Promise<void> {
    return this.#serially(() => this.#takeFile());
  }

  async #merge(manifests: readonly PluginManifest[], proven: ReadonlySet<PluginManifest>): Promise<void> {
    await this.#loader.merge(manifests, proven);
    for (const conflict of this.schema.conflicts) this.log.warn(conflict);
  }

  /** Only editors miss it. */
  async #writeSchema(): Promise<void> {
    try {
      await this.#file.writeSchema(this.schema.json);
    } catch (thrown) {
      this.log.warn(`settings.schema.json could not be written (${reasonOf(thrown, this.#file.path)}); editors complete by the old one.`);
    }
  }

  /** Makes the file that is missing; answers who wrote it. */
  async #start(latest: SettingsRevision | undefined): Promise<string> {
    await this.#file.make(latest?.text ?? STARTER_SETTINGS);
    if (latest === undefined) return FIRST_START;
    this.log.warn('settings.json was gone; the last good version was put back.', { path: this.path });
    return SERVER;
  }

  #load(text: string): LoadedSettings {
    return this.#loader.load(text, this.#inForce.applied);
  }

  /** Takes up the file as it is now, where it is not what was read or written last. */
  async #takeFile(author = EDITOR): Promise<void> {
    const content = await this.#file.read();
    if (content.text === undefined) {
      this.#isRead = false;
      this.#problems.set([{ severity: 'error', path: '', message: content.refusal }]);
      return;
    }
    if (content.text === this.#text && this.#isRead) return;
    this.#isRead = true;
    this.#text = content.text;
    const loaded = this.#load(content.text);
    this.#problems.set(loaded.problems);
    if (loaded.value !== undefined) await this.#accept(author, content.text, loaded.value);
  }

  async #refusal(expected: ExpectedVersion | undefined): Promise<SettingsChange | undefined> {
    await this.#takeFile();
    if (expected?.etag === undefined || expected.etag === this.etag) return undefined;
    return failed('settings/conflict', 'The settings were changed by somebody else meanwhile. Load them again and repeat the change.');
  }

  /** Puts a text into the file and into force, unless it is wrong. `title`: how the history names it. */
  async #commit(author: string, text: string, title = author): Promise<SettingsChange> {
    const loaded = this.#load(text);
    if (loaded.value === undefined) return { ok: false, code: 'settings/invalid', problems: loaded.problems };
    try {
      for (const listener of this.#willChange) await listener({ author, before: this.#inForce.applied, after: loaded.value });
      await this.#file.write(text);
    } catch (thrown) {
      return failed(
        'data/not-writable',
        `settings.json could not be written (${reasonOf(thrown, this.#file.path)}). The former settings stay in force.`,
      );
    }
    this.#text = text;
    this.#isRead = true;
    this.#problems.set(loaded.problems);
    await this.#accept(author, text, loaded.value, title);
    return { ok: true, etag: etagOf(text), problems: loaded.problems };
  }

  async #accept(author: string, text: string, value: SettingsValue, title = author): Promise<void> {
    this.#goodText = text;
    await this.#history.keep(title, text);
    this.#inForce.apply(author, value);
  }

  /** At start with a broken file. */
  #fallBack(latest: SettingsRevision | undefined): void {
    const value = latest === undefined ? undefined : this.#load(latest.text).value;
    if (value !== undefined) this.#goodText = latest?.text;
    else this.log.error('There is no good version of the settings to fall back to; nothing is shared until settings.json is mended.');
    this.#inForce.apply(SERVER, value ?? this.#load('{}').value ?? {});
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

function failed(code: 'settings/invalid' | 'settings/conflict' | 'data/not-writable', sentence: string): SettingsChange {
  return { ok: false, code, problems: [{ severity: 'error', path: '', message: sentence }] };
}

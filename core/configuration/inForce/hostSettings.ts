// The settings of a source, for all who read and change them: a text that is checked, and what is in force of it.
import { type Disposable, type PluginManifest, PostroomError, type Settings, sentenceOf } from '@postroom/sdk';
import {
  type ComingChange,
  Events,
  type ExpectedVersion,
  Log,
  Revisions,
  ServerNode,
  type SettingEdit,
  type SettingsChange,
  type SettingsProblem,
  type SettingsRevision,
  type SettingsService,
  SettingsSource,
} from '@postroom/sdk/services';
import { problemLine, SETTINGS_AUTHORS, type SettingPath, type SettingsValue } from '@postroom/sdk/settings';
import type { JsonSchema } from '../../schemas/vocabulary.js';
import type { LimitCheck } from '../checking/limits.js';
import type { GoodSettings, LoadedSettings } from '../checking/loadSettings.js';
import { SettingsLoader } from '../checking/settingsLoader.js';
import { backTo, FIRST_START, withRenames } from '../history/authors.js';
import { SettingsHistory, unknownRevision } from '../history/settingsHistory.js';
import { CurrentProblems } from '../problems/currentProblems.js';
import { hasErrors } from '../problems/problems.js';
import { type CompletedNames, completedNames, completedSchema } from '../schema/completedSchema.js';
import type { SettingsSchema } from '../schema/schema.js';
import { starterSettings } from '../schema/starter.js';
import { applyEdits, parseDocument } from '../text/document.js';
import { SettingsInForce } from './settingsInForce.js';
import { CONFLICT, failed, MOST_TRIES, SettingsText } from './settingsText.js';

export class HostSettings implements SettingsService, Disposable {
  readonly node: string;
  readonly #loader: SettingsLoader;
  readonly #inForce: SettingsInForce;
  readonly #problems: CurrentProblems;
  readonly #history: SettingsHistory;
  readonly #text: SettingsText;
  #watch: Disposable | undefined;
  /** Reads and writes follow each other; an edit never starts from a text that another one replaces. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    @SettingsSource private readonly source: SettingsSource,
    @Revisions revisions: Revisions,
    @Events events: Events,
    @Log private readonly log: Log,
    @ServerNode { name }: ServerNode,
  ) {
    this.node = name;
    this.#loader = new SettingsLoader(name);
    const listenerFailed = (thrown: unknown): void => log.error(`A listener to the settings failed: ${sentenceOf(thrown)}`);
    this.#inForce = new SettingsInForce(this.#loader, events, listenerFailed);
    this.#problems = new CurrentProblems(events, log, listenerFailed);
    this.#history = new SettingsHistory(revisions, log);
    this.#text = new SettingsText({
      source,
      history: this.#history,
      problems: this.#problems,
      load: (text) => this.#load(text),
      apply: (author, good) => this.#apply(author, good),
      shared: () => this.shared,
    });
  }

  /** Reads the text, writes one at the first start, and hears of changes from then on. With a broken text the last good version comes into force. */
  async open(manifests: readonly PluginManifest[], proven: ReadonlySet<PluginManifest> = new Set()): Promise<void> {
    await this.#merge(manifests, proven);
    const latest = await this.#history.latest();
    const content = await this.source.read();
    const author = content.text === undefined && content.isMissing ? await this.#start(latest) : undefined;
    // Watched before it is read: a change in between is seen as well.
    this.#watch = this.source.onDidChange(() => void this.reload());
    await this.#serially(async () => {
      await this.#text.take(author);
      if (this.#text.good === undefined) await this.#fallBack(latest);
      await this.source.offerSchema(this.editorSchema);
    });
  }

  async dispose(): Promise<void> {
    await this.#watch?.dispose();
    this.#watch = undefined;
    await this.#queue;
  }

  get place(): string {
    return this.source.place;
  }

  get text(): string {
    return this.#text.text;
  }

  get etag(): string {
    return this.#text.etag;
  }

  get problems(): readonly SettingsProblem[] {
    return this.#problems.all;
  }

  get value(): SettingsValue {
    return this.#inForce.value;
  }

  get shared(): SettingsValue {
    return this.#inForce.shared;
  }

  get schema(): SettingsSchema {
    return this.#loader.schema;
  }

  get editorSchema(): JsonSchema {
    return completedSchema(this.schema.json, this.#names());
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

  /** The reading side only, for a plugin. */
  forPlugin(manifest: Pick<PluginManifest, 'publisher' | 'name'>): Settings {
    return this.#inForce.forPlugin(manifest);
  }

  onDidChange(keys: readonly string[], listener: () => void): Disposable {
    return this.#inForce.onDidChange(keys, listener);
  }

  onWillChange(listener: (change: ComingChange) => Promise<void>): Disposable {
    return this.#text.onWillChange(listener);
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
      this.#loader.written(this.text, this.#inForce.applied),
    );
  }

  validate(text?: string): readonly SettingsProblem[] {
    return text === undefined ? this.problems : this.#load(text).problems;
  }

  edit(author: string, edits: readonly SettingEdit[], expected?: ExpectedVersion): Promise<SettingsChange> {
    return this.#change(expected, async () => {
      const { text: base } = this.#load(this.text);
      if (parseDocument(base).value === undefined) return { ok: false, code: 'settings/invalid', problems: this.problems };
      try {
        return await this.#text.commit(author, applyEdits(base, edits), base === this.text ? author : withRenames(author));
      } catch (thrown) {
        return failed('settings/invalid', `The change does not fit the settings (${sentenceOf(thrown)}).`);
      }
    });
  }

  draft(edits: readonly SettingEdit[]): string {
    try {
      return applyEdits(this.#load(this.text).text, edits);
    } catch (thrown) {
      throw new PostroomError('settings/invalid', `The change does not fit the settings (${sentenceOf(thrown)}).`);
    }
  }

  async under<T>(text: string, work: () => Promise<T>): Promise<T> {
    const { good, problems } = this.#load(text);
    if (good === undefined) throw new PostroomError('settings/invalid', problems.map((each) => problemLine(each)).join('\n'));
    return this.#inForce.under(good, work);
  }

  replace(author: string, text: string, expected?: ExpectedVersion): Promise<SettingsChange> {
    return this.#change(expected, () => this.#text.commit(author, text));
  }

  history(limit = 50): Promise<readonly Omit<SettingsRevision, 'text'>[]> {
    return this.#history.list(limit);
  }

  diff(from: number, to?: number): Promise<string> {
    return this.#history.diff(from, to ?? this.#text.good ?? '');
  }

  async undo(author: string, revision?: number): Promise<SettingsChange & { readonly revision?: number }> {
    // The newest revision is in force, or was the last to be where the file is broken now, or another server has not kept its own yet; then it is the one to go back to.
    const former = hasErrors(this.problems) || (await this.#history.latest())?.text !== this.#text.good ? 0 : 1;
    const id = revision ?? (await this.#history.list(2))[former]?.id;
    if (id === undefined) return failed('settings/invalid', 'There is no earlier version to go back to.');
    const found = await this.#history.find(id);
    if (found === undefined) return failed('settings/invalid', unknownRevision(id));
    const change = await this.#change(undefined, () => this.#text.commit(author, found.text, backTo(author, id)));
    return { ...change, revision: id };
  }

  /** The installed plugins changed: merges the schema again and checks the text against it. */
  setManifests(manifests: readonly PluginManifest[], proven: ReadonlySet<PluginManifest> = new Set()): Promise<void> {
    return this.#serially(async () => {
      await this.#merge(manifests, proven);
      await this.source.offerSchema(this.editorSchema);
      await this.#text.checkAgain({ value: this.#inForce.applied, shared: this.shared });
    });
  }

  /** Who is asked whether accounts and users may grow. Until it is set, none are refused. */
  setLimitCheck(check: LimitCheck | undefined): void {
    this.#loader.limitCheck = check;
  }

  reload(): Promise<void> {
    return this.#serially(() => this.#text.take());
  }

  async #merge(manifests: readonly PluginManifest[], proven: ReadonlySet<PluginManifest>): Promise<void> {
    await this.#loader.merge(manifests, proven);
    for (const conflict of this.schema.conflicts) this.log.warn(conflict);
  }

  /** Writes the text that is missing; answers who wrote it, where another server was not quicker. */
  async #start(latest: SettingsRevision | undefined): Promise<string | undefined> {
    const text = latest?.text ?? this.source.starter ?? starterSettings(this.schema);
    if ((await this.source.write(text, undefined)) === 'conflict') return undefined;
    if (latest === undefined) return FIRST_START;
    this.log.warn('settings.json was gone; the last good version was put back.', { path: this.place });
    return SETTINGS_AUTHORS.server;
  }

  #names(): CompletedNames {
    return completedNames(this.#inForce.shared, this.node);
  }

  #load(text: string): LoadedSettings {
    return this.#loader.load(text, this.#inForce.applied);
  }

  /** `make` starts from the text as it is now; it is repeated where somebody else is quicker, which an expected version then refuses. */
  #change(expected: ExpectedVersion | undefined, make: () => Promise<SettingsChange>): Promise<SettingsChange> {
    return this.#serially(async () => {
      let change = failed('settings/conflict', CONFLICT);
      for (let tries = 0; tries < MOST_TRIES && !change.ok && change.code === 'settings/conflict'; tries += 1) {
        await this.#text.take();
        if (expected?.etag !== undefined && expected.etag !== this.etag) return failed('settings/conflict', CONFLICT);
        change = await make();
      }
      return change;
    });
  }

  async #apply(author: string, good: GoodSettings): Promise<void> {
    const named = JSON.stringify(this.#names());
    this.#inForce.apply(author, good);
    if (JSON.stringify(this.#names()) !== named) await this.source.offerSchema(this.editorSchema);
  }

  /** At start with a broken file. */
  async #fallBack(latest: SettingsRevision | undefined): Promise<void> {
    const good = latest === undefined ? undefined : this.#load(latest.text).good;
    if (good === undefined)
      this.log.error('There is no good version of the settings to fall back to; nothing is shared until settings.json is mended.');
    await this.#text.fallBack(good && latest?.text, good ?? this.#load('{}').good ?? { value: {}, shared: {} });
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

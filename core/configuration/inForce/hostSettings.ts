// The settings of a source: checks every version of its text, keeps the last good one in force, writes edits.
import { type Disposable, type PluginManifest, PostroomError, type Settings, sentenceOf } from '@postroom/sdk';
import { reasonOf } from '@postroom/sdk/base';
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
import { SourceText } from './sourceText.js';

/** Times that a change is made where others write at the same moment. */
const MOST_TRIES = 5;
const CONFLICT = 'The settings were changed by somebody else meanwhile. Load them again and repeat the change.';

export class HostSettings implements SettingsService, Disposable {
  readonly node: string;
  readonly #loader: SettingsLoader;
  readonly #inForce: SettingsInForce;
  readonly #problems: CurrentProblems;
  readonly #history: SettingsHistory;
  readonly #content: SourceText;
  /** What is wrong in the text that was read last. */
  #wrong: readonly SettingsProblem[] = [];
  /** What the settings in force were made of. */
  #goodText: string | undefined;
  #watch: Disposable | undefined;
  /** Reads and writes follow each other; an edit never starts from a text that another one replaces. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #willChange = new Set<(change: ComingChange) => Promise<void>>();

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
    this.#content = new SourceText(source);
    this.#inForce = new SettingsInForce(this.#loader, events, listenerFailed);
    this.#problems = new CurrentProblems(events, log, listenerFailed);
    this.#history = new SettingsHistory(revisions, log);
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
      await this.#takeText(author);
      if (this.#goodText === undefined) this.#fallBack(latest);
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
    return this.#content.text;
  }

  get etag(): string {
    return this.#content.etag;
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
        return await this.#commit(author, applyEdits(base, edits), base === this.text ? author : withRenames(author));
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
    return this.#inForce.under(good.value, work);
  }

  replace(author: string, text: string, expected?: ExpectedVersion): Promise<SettingsChange> {
    return this.#change(expected, () => this.#commit(author, text));
  }

  history(limit = 50): Promise<readonly Omit<SettingsRevision, 'text'>[]> {
    return this.#history.list(limit);
  }

  diff(from: number, to?: number): Promise<string> {
    return this.#history.diff(from, to ?? this.#goodText ?? '');
  }

  async undo(author: string, revision?: number): Promise<SettingsChange & { readonly revision?: number }> {
    // The newest revision is in force, or was the last to be where the file is broken now, or another server has not kept its own yet; then it is the one to go back to.
    const former = hasErrors(this.problems) || (await this.#history.latest())?.text !== this.#goodText ? 0 : 1;
    const id = revision ?? (await this.#history.list(2))[former]?.id;
    if (id === undefined) return failed('settings/invalid', 'There is no earlier version to go back to.');
    const found = await this.#history.find(id);
    if (found === undefined) return failed('settings/invalid', unknownRevision(id));
    const change = await this.#change(undefined, () => this.#commit(author, found.text, backTo(author, id)));
    return { ...change, revision: id };
  }

  /** The installed plugins changed: merges the schema again and checks the text against it. */
  setManifests(manifests: readonly PluginManifest[], proven: ReadonlySet<PluginManifest> = new Set()): Promise<void> {
    return this.#serially(async () => {
      await this.#merge(manifests, proven);
      await this.source.offerSchema(this.editorSchema);
      const loaded = this.#load(this.text);
      this.#tell(loaded.problems);
      const isProposed = this.#content.standing === 'proposed';
      const good = (isProposed ? undefined : loaded.good) ?? (this.#goodText === undefined ? undefined : this.#load(this.#goodText).good);
      this.#inForce.apply(SETTINGS_AUTHORS.server, good ?? { value: this.#inForce.applied, shared: this.#inForce.shared });
      if (isProposed) await this.#takeText();
    });
  }

  /** Who is asked whether accounts and users may grow. Until it is set, none are refused. */
  setLimitCheck(check: LimitCheck | undefined): void {
    this.#loader.limitCheck = check;
  }

  reload(): Promise<void> {
    return this.#serially(() => this.#takeText());
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

  /** Takes up the text as it is now, where it is not what was read or written last. `author`: who wrote it, where this server knows. */
  async #takeText(author?: string): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const look = await this.#content.look();
      if (look === 'same') return this.#tell(this.#wrong);
      if (look !== 'changed') return this.#tell([{ severity: 'error', path: '', message: look.refusal }]);
      const { text, standing } = this.#content;
      const { good, problems } = this.#load(text);
      if (good !== undefined && standing === 'proposed') {
        if (await this.#propose(text, good, problems)) return;
      } else {
        this.#tell(problems);
        if (good !== undefined)
          await this.#takeUp(author ?? (standing === 'shared' ? SETTINGS_AUTHORS.elsewhere : SETTINGS_AUTHORS.editor), text, good);
        return;
      }
    }
  }

  async #takeUp(author: string, text: string, good: GoodSettings): Promise<void> {
    // What another server wrote it keeps itself; at a start this may not have come about.
    if (author !== SETTINGS_AUTHORS.elsewhere || this.#goodText === undefined) await this.#history.keep(author, text);
    await this.#accept(author, text, good);
  }

  /** Puts what somebody wrote on this machine in the place of what all servers have; false, with nothing done, where another version is there by now. */
  async #propose(text: string, good: GoodSettings, problems: readonly SettingsProblem[]): Promise<boolean> {
    const newest = await this.#history.newest(this.#goodText);
    try {
      if (!(await this.#content.replace(text))) return false;
    } catch (thrown) {
      const message = `${notWritten(thrown)} What was written on this machine waits until it can be shared with the other servers.`;
      this.#tell([{ severity: 'error', path: '', message }, ...problems]);
      return true;
    }
    this.#tell(problems);
    await this.#history.keep(SETTINGS_AUTHORS.editor, text, newest);
    await this.#accept(SETTINGS_AUTHORS.editor, text, good);
    return true;
  }

  #tell(wrong: readonly SettingsProblem[]): void {
    this.#wrong = wrong;
    this.#problems.set([...this.#content.problems, ...wrong]);
  }

  /** `make` starts from the text as it is now; it is repeated where somebody else is quicker, which an expected version then refuses. */
  #change(expected: ExpectedVersion | undefined, make: () => Promise<SettingsChange>): Promise<SettingsChange> {
    return this.#serially(async () => {
      let change = failed('settings/conflict', CONFLICT);
      for (let tries = 0; tries < MOST_TRIES && !change.ok && change.code === 'settings/conflict'; tries += 1) {
        await this.#takeText();
        if (expected?.etag !== undefined && expected.etag !== this.etag) return failed('settings/conflict', CONFLICT);
        change = await make();
      }
      return change;
    });
  }

  /** Puts a text into the source and into force, unless it is wrong. `title`: how the history names it. */
  async #commit(author: string, text: string, title = author): Promise<SettingsChange> {
    const loaded = this.#load(text);
    if (loaded.good === undefined) return { ok: false, code: 'settings/invalid', problems: loaded.problems };
    let isWritten: boolean;
    let newest: number | undefined;
    try {
      for (const listener of this.#willChange) await listener({ author, before: this.#inForce.shared, after: loaded.good.shared });
      newest = await this.#history.newest(this.#content.standing === undefined ? undefined : this.#goodText);
      isWritten = await this.#content.replace(text);
    } catch (thrown) {
      return failed('data/not-writable', `${notWritten(thrown)} The former settings stay in force.`);
    }
    if (!isWritten) return failed('settings/conflict', CONFLICT);
    this.#tell(loaded.problems);
    await this.#history.keep(title, text, newest);
    await this.#accept(author, text, loaded.good);
    return { ok: true, etag: this.etag, problems: loaded.problems };
  }

  async #accept(author: string, text: string, good: GoodSettings): Promise<void> {
    this.#goodText = text;
    const named = JSON.stringify(this.#names());
    this.#inForce.apply(author, good);
    if (JSON.stringify(this.#names()) !== named) await this.source.offerSchema(this.editorSchema);
  }

  /** At start with a broken file. */
  #fallBack(latest: SettingsRevision | undefined): void {
    const good = latest === undefined ? undefined : this.#load(latest.text).good;
    if (good !== undefined) this.#goodText = latest?.text;
    else this.log.error('There is no good version of the settings to fall back to; nothing is shared until settings.json is mended.');
    this.#inForce.apply(SETTINGS_AUTHORS.server, good ?? this.#load('{}').good ?? { value: {}, shared: {} });
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

/** What the source says itself; a listener to coming changes says only why. */
function notWritten(thrown: unknown): string {
  const isSources = thrown instanceof PostroomError && thrown.code === 'data/not-writable';
  return isSources ? thrown.message : `settings.json could not be written (${reasonOf(thrown)}).`;
}

function failed(code: 'settings/invalid' | 'settings/conflict' | 'data/not-writable', sentence: string): SettingsChange {
  return { ok: false, code, problems: [{ severity: 'error', path: '', message: sentence }] };
}

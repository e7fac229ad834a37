// From the text of a source to the settings in force: what somebody wrote is taken up, checked and kept in the history, and what a command makes is written.
import { type Disposable, PostroomError } from '@postroom/sdk';
import { reasonOf } from '@postroom/sdk/base';
import type { ComingChange, SettingsChange, SettingsProblem, SettingsSource } from '@postroom/sdk/services';
import { SETTINGS_AUTHORS, type SettingsValue } from '@postroom/sdk/settings';
import type { GoodSettings, LoadedSettings } from '../checking/loadSettings.js';
import type { SettingsHistory } from '../history/settingsHistory.js';
import type { CurrentProblems } from '../problems/currentProblems.js';
import { SourceText } from './sourceText.js';

/** Times that something is tried where others write at the same moment. */
export const MOST_TRIES = 5;
export const CONFLICT = 'The settings were changed by somebody else meanwhile. Load them again and repeat the change.';

interface Surroundings {
  readonly source: SettingsSource;
  readonly history: SettingsHistory;
  readonly problems: CurrentProblems;
  /** Held against schema, rules and limits. */
  load(text: string): LoadedSettings;
  /** Brings settings into force. */
  apply(author: string, good: GoodSettings): Promise<void>;
  /** In force, as all servers share it. */
  shared(): SettingsValue;
}

/** One call at a time. */
export class SettingsText {
  readonly #content: SourceText;
  readonly #willChange = new Set<(change: ComingChange) => Promise<void>>();
  /** What is wrong in the text that was read last. */
  #wrong: readonly SettingsProblem[] = [];
  #good: string | undefined;

  constructor(private readonly of: Surroundings) {
    this.#content = new SourceText(of.source);
  }

  /** As last read. */
  get text(): string {
    return this.#content.text;
  }

  get etag(): string {
    return this.#content.etag;
  }

  /** What the settings in force were made of. */
  get good(): string | undefined {
    return this.#good;
  }

  onWillChange(listener: (change: ComingChange) => Promise<void>): Disposable {
    this.#willChange.add(listener);
    return { dispose: () => void this.#willChange.delete(listener) };
  }

  /** Takes up the text as it is now, where it is not what was read or written last. `author`: who wrote it, where this server knows. */
  async take(author?: string): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const look = await this.#content.look();
      if (look === 'same') return this.#tell(this.#wrong);
      if (look !== 'changed') return this.#tell([{ severity: 'error', path: '', message: look.refusal }]);
      const { text, standing } = this.#content;
      const { good, problems } = this.of.load(text);
      if (good !== undefined && standing === 'proposed') {
        if (await this.#propose(text, good, problems)) return;
      } else {
        this.#tell(problems);
        const writer = standing === 'shared' ? SETTINGS_AUTHORS.elsewhere : SETTINGS_AUTHORS.editor;
        if (good !== undefined) await this.#takeUp(author ?? writer, text, good);
        return;
      }
    }
  }

  /** Puts a text into the source and into force, unless it is wrong. `title`: how the history names it. */
  async commit(author: string, text: string, title = author): Promise<SettingsChange> {
    const { good, problems } = this.of.load(text);
    if (good === undefined) return { ok: false, code: 'settings/invalid', problems };
    let isWritten: boolean;
    let newest: number | undefined;
    try {
      for (const listener of this.#willChange) await listener({ author, before: this.of.shared(), after: good.shared });
      newest = await this.of.history.newest(this.#content.standing === undefined ? undefined : this.#good);
      isWritten = await this.#content.replace(text);
    } catch (thrown) {
      return failed('data/not-writable', `${notWritten(thrown)} The former settings stay in force.`);
    }
    if (!isWritten) return failed('settings/conflict', CONFLICT);
    this.#tell(problems);
    await this.of.history.keep(title, text, newest);
    await this.#accept(author, text, good);
    return { ok: true, etag: this.etag, problems };
  }

  /** What a text may say is another thing now. `otherwise`: where neither the text nor the last good one is right by that. */
  async checkAgain(otherwise: GoodSettings): Promise<void> {
    const { good, problems } = this.of.load(this.text);
    this.#tell(problems);
    const isProposed = this.#content.standing === 'proposed';
    const last = this.#good === undefined ? undefined : this.of.load(this.#good).good;
    await this.of.apply(SETTINGS_AUTHORS.server, (isProposed ? undefined : good) ?? last ?? otherwise);
    if (isProposed) await this.take();
  }

  /** At a start where the text is not right: this one counts until it is. */
  async fallBack(text: string | undefined, good: GoodSettings): Promise<void> {
    this.#good = text;
    await this.of.apply(SETTINGS_AUTHORS.server, good);
  }

  async #takeUp(author: string, text: string, good: GoodSettings): Promise<void> {
    // What another server wrote it keeps itself; at a start this may not have come about.
    if (author !== SETTINGS_AUTHORS.elsewhere || this.#good === undefined) await this.of.history.keep(author, text);
    await this.#accept(author, text, good);
  }

  /** Puts what somebody wrote on this machine in the place of what all servers have; false, with nothing done, where another version is there by now. */
  async #propose(text: string, good: GoodSettings, problems: readonly SettingsProblem[]): Promise<boolean> {
    const newest = await this.of.history.newest(this.#good);
    try {
      if (!(await this.#content.replace(text))) return false;
    } catch (thrown) {
      const message = `${notWritten(thrown)} What was written on this machine waits until it can be shared with the other servers.`;
      this.#tell([{ severity: 'error', path: '', message }, ...problems]);
      return true;
    }
    this.#tell(problems);
    await this.of.history.keep(SETTINGS_AUTHORS.editor, text, newest);
    await this.#accept(SETTINGS_AUTHORS.editor, text, good);
    return true;
  }

  async #accept(author: string, text: string, good: GoodSettings): Promise<void> {
    this.#good = text;
    await this.of.apply(author, good);
  }

  #tell(wrong: readonly SettingsProblem[]): void {
    this.#wrong = wrong;
    this.of.problems.set([...this.#content.problems, ...wrong]);
  }
}

/** What the source says itself; a listener to coming changes says only why. */
function notWritten(thrown: unknown): string {
  const isSources = thrown instanceof PostroomError && thrown.code === 'data/not-writable';
  return isSources ? thrown.message : `settings.json could not be written (${reasonOf(thrown)}).`;
}

export function failed(code: 'settings/invalid' | 'settings/conflict' | 'data/not-writable', sentence: string): SettingsChange {
  return { ok: false, code, problems: [{ severity: 'error', path: '', message: sentence }] };
}

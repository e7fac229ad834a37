// Changes that could lock out the one who makes them (ports, TLS, the manager's access) count for a minute, and go back unless they are confirmed.
// What is on trial is durable before it is in force: it goes back also where the server is killed meanwhile.

import { isDeepStrictEqual } from 'node:util';
import { type Disposable, type Logger, type PluginStorage, sentenceOf } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import type { Clock, ComingChange, Events, SettingsDeclarations, SettingsService, Trial, TrialPeriod } from '@postroom/sdk/services';
import { groupOf, problemLine, SETTINGS_AUTHORS, type SettingsValue } from '@postroom/sdk/settings';

/** Who takes an unconfirmed change back, as the history names it. */
const ROLLBACK = 'postroom, not confirmed';

/** Long enough to try the new port, short enough to wait for the old one. */
const TRIAL_MS = 60_000;
/** They need no confirmation: who edits the file on the machine itself can edit it again, and set-up can be run again. */
const EXEMPT: readonly string[] = [...Object.values(SETTINGS_AUTHORS), ROLLBACK];
const KEPT = 'trial';

/** A property on trial. */
interface Tried {
  readonly key: string;
  /** What the file said before; missing where it said nothing. */
  readonly former?: unknown;
  /** The values that were tried since. Another one came from an editor, and stays. */
  readonly tried: readonly unknown[];
}

/** Properties that decide how the server is reached, and by whom, and that differ between two versions. */
function riskyChanges({ properties }: Pick<SettingsDeclarations, 'properties'>, before: SettingsValue, after: SettingsValue): string[] {
  return [...properties.values()]
    .filter(({ key, scope, schema }) => scope === 'server' && schema.risky === true && !isDeepStrictEqual(before[key], after[key]))
    .map(({ key }) => key);
}

interface Surroundings {
  readonly settings: SettingsService;
  readonly state: PluginStorage;
  readonly clock: Clock;
  readonly events: Events;
  readonly log: Logger;
}

export class SettingsTrialPeriod implements TrialPeriod, Disposable {
  #onTrial: readonly Tried[] = [];
  /** Durable already, and on trial as soon as the change is in force. */
  #coming: readonly Tried[] = [];
  #written: SettingsValue = {};
  #inForce: SettingsValue = {};
  #until = new Date(0);
  #alarm: Disposable | undefined;
  readonly #listening = new DisposableStack();

  constructor(private readonly surroundings: Surroundings) {}

  /** Takes back what was on trial when the server was killed. Before any port opens. */
  async recover(): Promise<void> {
    const stored = (await this.surroundings.state.get(KEPT)) as readonly Tried[] | undefined;
    if (stored === undefined) return;
    const stillThere = stored.filter(({ key, tried }) => tried.some((value) => isSame(value, this.surroundings.settings.value[key])));
    await this.#takeBack(stillThere, (keys) => `The server ended before anybody confirmed the change of ${keys}`);
  }

  /** From now on changes are on trial. Without it none are. */
  begin(): void {
    this.#remember();
    this.#listening.use(this.surroundings.settings.onWillChange((change) => this.#prepare(change)));
    this.#listening.use(this.surroundings.settings.onDidApply((author) => this.#look(author)));
  }

  /** What was not confirmed goes back before the server ends. */
  async dispose(): Promise<void> {
    await this.#rollBack();
    await this.#listening.dispose();
    // A change that came into force in between goes back at the next start.
    void this.#alarm?.dispose();
  }

  get trial(): Trial | undefined {
    if (this.#onTrial.length === 0) return undefined;
    const keys = this.#onTrial.map(({ key }) => key);
    const { properties } = this.surroundings.settings.schema;
    const consequences = [...new Set(keys.flatMap((key) => properties.get(key)?.schema.consequence ?? []))];
    return { keys, until: this.#until, consequences };
  }

  async confirm(): Promise<readonly string[]> {
    const keys = this.#onTrial.map(({ key }) => key);
    if (keys.length === 0) return keys;
    await this.surroundings.state.delete(KEPT);
    this.#onTrial = [];
    void this.#alarm?.dispose();
    this.surroundings.events.emit({ type: 'settings', author: SETTINGS_AUTHORS.server });
    return keys;
  }

  async #prepare({ author, before, after }: ComingChange): Promise<void> {
    const changed = EXEMPT.includes(author) ? [] : riskyChanges(this.surroundings.settings.schema, before, after);
    if (changed.length === 0) return;
    const kept = this.#onTrial.filter(({ key }) => !changed.includes(key));
    const tried = changed.map((key) => {
      const earlier = this.#onTrial.find((each) => each.key === key) ?? { key, former: this.#written[key], tried: [] };
      return { ...earlier, tried: [...earlier.tried, after[key]] };
    });
    this.#coming = [...kept, ...tried];
    await this.surroundings.state.set(KEPT, this.#coming);
  }

  #look(author: string): void {
    const before = this.#inForce;
    this.#remember();
    const changed = riskyChanges(this.surroundings.settings.schema, before, this.#inForce);
    if (changed.length === 0) return;
    if (EXEMPT.includes(author)) {
      if (author !== SETTINGS_AUTHORS.server && author !== ROLLBACK) this.#letGo(changed);
      return;
    }
    this.#onTrial = this.#coming;
    void this.#alarm?.dispose();
    this.#until = new Date(this.surroundings.clock.now().getTime() + TRIAL_MS);
    this.#alarm = this.surroundings.clock.after(TRIAL_MS, () => void this.#rollBack());
    this.surroundings.log.warn(`Unless it is confirmed within ${TRIAL_MS / 1000} s, this goes back: ${changed.join(', ')}.`, { author });
  }

  /** Somebody at the machine itself has decided. */
  #letGo(keys: readonly string[]): void {
    this.#onTrial = this.#onTrial.filter(({ key }) => !keys.includes(key));
    const stored = this.#onTrial.length === 0 ? this.surroundings.state.delete(KEPT) : this.surroundings.state.set(KEPT, this.#onTrial);
    stored.catch((error: unknown) => this.surroundings.log.warn(`What is on trial could not be stored: ${sentenceOf(error)}`));
  }

  #remember(): void {
    this.#inForce = this.surroundings.settings.value;
    this.#written = groupOf(this.surroundings.settings.written([]) ?? this.#written);
  }

  async #rollBack(): Promise<void> {
    const former = this.#onTrial;
    this.#onTrial = [];
    await this.#alarm?.dispose();
    if (former.length > 0) await this.#takeBack(former, (keys) => `Nobody confirmed the change of ${keys} within ${TRIAL_MS / 1000} s`);
  }

  /** Forgets the trial only where the former values are in the file again. */
  async #takeBack(tried: readonly Tried[], why: (keys: string) => string): Promise<void> {
    const reason = why(tried.map(({ key }) => key).join(', '));
    const edits = tried.map(({ key, former }) => ({ path: [key], value: former }));
    try {
      const change = edits.length === 0 ? undefined : await this.surroundings.settings.edit(ROLLBACK, edits);
      if (change?.ok === false)
        return this.#tell(`${reason}, and it can't go back: ${change.problems.map((each) => problemLine(each)).join(' ')}`);
      await this.surroundings.state.delete(KEPT);
      if (edits.length > 0) this.#tell(`${reason}: the former values are in force again.`);
    } catch (error) {
      this.#tell(`${reason}, and it can't go back: ${sentenceOf(error)}`);
    }
  }

  #tell(sentence: string): void {
    this.surroundings.log.warn(sentence);
    this.surroundings.events.emit({ type: 'problem', source: 'settings', sentence });
  }
}

/** Of a value that was stored as JSON. */
function isSame(stored: unknown, value: unknown): boolean {
  return isDeepStrictEqual(stored, JSON.parse(JSON.stringify(value ?? null)));
}

// Changes that could lock out the one who makes them (ports, TLS, the manager's access) count for a minute, and go back unless they are confirmed.
import { isDeepStrictEqual } from 'node:util';
import { type Disposable, sentenceOf } from '@postroom/sdk';
import { Clock, createServiceId, Events } from '@postroom/sdk/services';
import { Log } from '../base/log.js';
import { groupOf } from './layout.js';
import { problemLine } from './problems.js';
import type { DeclaredProperty } from './schema.js';
import { SettingsService } from './settingsService.js';

/** Long enough to try the new port, short enough to wait for the old one. */
const TRIAL_MS = 60_000;
/** Who edits the file on the machine itself can edit it again; and what the server does, nobody has to confirm. */
const EXEMPT = ['editor', 'postroom'];

export interface Trial {
  readonly keys: readonly string[];
  /** When the former values come back. */
  readonly until: Date;
}

export interface TrialPeriod {
  /** What waits for its confirmation; `undefined` where nothing does. */
  readonly trial: Trial | undefined;
  /** Keeps the changes. Answers their keys. */
  confirm(): readonly string[];
}
export const TrialPeriod = createServiceId<TrialPeriod>('TrialPeriod');

/** Whether a property decides how the server is reached, and by whom. */
export function isRisky({ key, scope, schema }: DeclaredProperty): boolean {
  return scope === 'server' && (schema.restart === 'listener' || key.startsWith('tls.'));
}

export class SettingsTrialPeriod implements TrialPeriod, Disposable {
  /** What the file said before, by key; `undefined` where it said nothing. */
  readonly #former = new Map<string, unknown>();
  #written: Readonly<Record<string, unknown>> = {};
  #inForce: Readonly<Record<string, unknown>> = {};
  #until = new Date(0);
  #alarm: Disposable | undefined;
  #listening: Disposable | undefined;

  constructor(
    @SettingsService private readonly settings: SettingsService,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @Log private readonly log: Log,
  ) {}

  /** From now on changes are on trial. Without it none are: nobody is locked out of a server that does not run. */
  begin(): void {
    this.#remember();
    this.#listening = this.settings.onDidApply((author) => this.#look(author));
  }

  /** What was not confirmed goes back before the server ends. */
  async dispose(): Promise<void> {
    if (this.#former.size > 0) await this.#rollBack();
    await this.#listening?.dispose();
  }

  get trial(): Trial | undefined {
    return this.#former.size === 0 ? undefined : { keys: [...this.#former.keys()], until: this.#until };
  }

  confirm(): readonly string[] {
    const keys = [...this.#former.keys()];
    this.#former.clear();
    void this.#alarm?.dispose();
    if (keys.length > 0) this.events.emit({ type: 'settings', author: 'postroom' });
    return keys;
  }

  #look(author: string): void {
    const [written, inForce] = [this.#written, this.#inForce];
    this.#remember();
    const changed = [...this.settings.schema.properties.values()]
      .filter((property) => isRisky(property) && !isDeepStrictEqual(inForce[property.key], this.#inForce[property.key]))
      .map(({ key }) => key);
    if (changed.length === 0) return;
    if (EXEMPT.includes(author)) {
      for (const key of changed) this.#former.delete(key);
      return;
    }
    for (const key of changed) if (!this.#former.has(key)) this.#former.set(key, written[key]);
    void this.#alarm?.dispose();
    this.#until = new Date(this.clock.now().getTime() + TRIAL_MS);
    this.#alarm = this.clock.after(TRIAL_MS, () => void this.#rollBack());
    this.log.warn(`Unless it is confirmed within ${TRIAL_MS / 1000} s, this goes back: ${changed.join(', ')}.`, { author });
  }

  #remember(): void {
    this.#inForce = this.settings.value;
    this.#written = groupOf(this.settings.written([]) ?? this.#written);
  }

  async #rollBack(): Promise<void> {
    const former = [...this.#former];
    this.#former.clear();
    await this.#alarm?.dispose();
    if (former.length === 0) return;
    const keys = former.map(([key]) => key).join(', ');
    let sentence = `Nobody confirmed the change of ${keys} within ${TRIAL_MS / 1000} s: the former values are in force again.`;
    try {
      const change = await this.settings.edit(
        'postroom',
        former.map(([key, value]) => ({ path: [key], value })),
      );
      if (!change.ok)
        sentence = `The change of ${keys} was not confirmed, and can't go back: ${change.problems.map((each) => problemLine(each)).join(' ')}`;
    } catch (error) {
      sentence = `The change of ${keys} was not confirmed, and can't go back: ${sentenceOf(error)}`;
    }
    this.log.warn(sentence);
    this.events.emit({ type: 'problem', source: 'settings', sentence });
  }
}

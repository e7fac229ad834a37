// Changes that could lock out the one who makes them (ports, TLS, the manager's access) count for a minute, and go back unless they are confirmed.
// What is on trial is durable before it is in force: it goes back also where the server is killed meanwhile. Servers that share the settings share the trial: anybody confirms it on
// any of them, and the first whose minute is over takes it back.

import { isDeepStrictEqual } from 'node:util';
import { type Disposable, type Logger, sentenceOf } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import type { Clock, ComingChange, Events, Leases, SettingsService, Trial, TrialPeriod } from '@postroom/sdk/services';
import { groupOf, problemLine, SETTINGS_AUTHORS, type SettingsValue } from '@postroom/sdk/settings';
import { isSamePath, type RiskyPath, riskyChanges, valueAt } from './riskyChanges.js';
import type { KeptTrial, TrialRecord, Tried } from './trialRecord.js';

/** Who takes an unconfirmed change back, as the history names it. */
const ROLLBACK = 'postroom, not confirmed';

/** Long enough to try the new port, short enough to wait for the old one. */
const TRIAL_MS = 60_000;
/** They need no confirmation: who edits the file on the machine itself can edit it again, and set-up can be run again. */
const EXEMPT: readonly string[] = [...Object.values(SETTINGS_AUTHORS), ROLLBACK];
/** Of those the ones that decide nothing about what is on trial. */
const UNDECIDED: readonly string[] = [SETTINGS_AUTHORS.server, SETTINGS_AUTHORS.elsewhere, ROLLBACK];

interface Surroundings {
  readonly settings: SettingsService;
  readonly record: TrialRecord;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly events: Events;
  readonly log: Logger;
}

export class SettingsTrialPeriod implements TrialPeriod, Disposable {
  /** As this server knows it. */
  #kept: KeptTrial | undefined;
  #written: SettingsValue = {};
  /** In force, as all servers share it. */
  #shared: SettingsValue = {};
  #until = new Date(0);
  #alarm: Disposable | undefined;
  readonly #listening = new DisposableStack();

  constructor(private readonly surroundings: Surroundings) {}

  /** Takes back what was on trial when the server was killed, before any port opens. Where other servers live the trial goes on. */
  async recover(): Promise<void> {
    const kept = await this.surroundings.record.read();
    if (kept === undefined || (await this.#othersLive())) return;
    await this.#takeBack(kept, (keys) => `The server ended before anybody confirmed the change of ${keys}`);
  }

  /** From now on changes are on trial. Without it none are. */
  async begin(): Promise<void> {
    const { settings, record } = this.surroundings;
    this.#remember();
    this.#listening.use(settings.onWillChange((change) => this.#prepare(change)));
    this.#listening.use(settings.onDidApply((author) => this.#look(author)));
    this.#listening.use(record.onDidChange(() => void this.#follow()));
    await this.#follow();
  }

  /** What was not confirmed goes back before the last server ends. */
  async dispose(): Promise<void> {
    await this.#listening.dispose();
    try {
      const kept = this.#kept === undefined ? undefined : await this.surroundings.record.read();
      if (kept !== undefined && !(await this.#othersLive())) await this.#takeBack(kept, unconfirmed);
    } catch (error) {
      this.surroundings.log.warn(`What is on trial goes back at the next start: ${sentenceOf(error)}`);
    }
    // A change that came into force in between goes back at the next start.
    void this.#alarm?.dispose();
  }

  get trial(): Trial | undefined {
    const paths = this.#inForce(this.#kept).map(({ path }) => path);
    if (paths.length === 0) return undefined;
    const { properties } = this.surroundings.settings.schema;
    const consequences = [...new Set(paths.flatMap((path) => properties.get(path.at(-1) ?? '')?.schema.consequence ?? []))];
    return { keys: paths.map(keyOf), until: this.#until, consequences };
  }

  async confirm(): Promise<readonly string[]> {
    let keys: readonly string[] = [];
    this.#take(
      await this.surroundings.record.change((properties) => {
        keys = this.#inForce({ properties }).map(({ path }) => keyOf(path));
        return [];
      }),
    );
    if (keys.length > 0) this.surroundings.events.emit({ type: 'settings', author: SETTINGS_AUTHORS.server });
    return keys;
  }

  async #prepare({ author, before, after }: ComingChange): Promise<void> {
    const changed = EXEMPT.includes(author) ? [] : riskyChanges(this.surroundings.settings.schema, before, after);
    if (changed.length === 0) return;
    const kept = await this.surroundings.record.change((properties) => [
      ...properties.filter(({ path }) => !changed.some((each) => isSamePath(each, path))),
      ...changed.map((path) => this.#tried(path, properties, valueAt(after, path))),
    ]);
    this.#take(kept);
  }

  #tried(path: RiskyPath, properties: readonly Tried[], value: unknown): Tried {
    const earlier = properties.find((each) => isSamePath(each.path, path)) ?? { path, former: writtenAt(this.#written, path), tried: [] };
    return { ...earlier, tried: [...earlier.tried, value ?? null] };
  }

  #look(author: string): void {
    const before = this.#shared;
    this.#remember();
    const changed = riskyChanges(this.surroundings.settings.schema, before, this.#shared);
    if (changed.length === 0 || UNDECIDED.includes(author)) return;
    if (EXEMPT.includes(author)) return void this.#letGo(changed);
    this.#arm();
    const keys = changed.map(keyOf).join(', ');
    this.surroundings.log.warn(`Unless it is confirmed within ${TRIAL_MS / 1000} s, this goes back: ${keys}.`, { author });
  }

  /** Somebody at the machine itself has decided. */
  async #letGo(paths: readonly RiskyPath[]): Promise<void> {
    const { record, log } = this.surroundings;
    try {
      const isDecided = ({ path }: Tried): boolean => paths.some((each) => isSamePath(each, path));
      this.#take(await record.change((properties) => properties.filter((each) => !isDecided(each))));
    } catch (error) {
      log.warn(`What is on trial could not be stored: ${sentenceOf(error)}`);
    }
  }

  /** Another server may have put something on trial, or somebody confirmed it there. */
  async #follow(): Promise<void> {
    const { record, log } = this.surroundings;
    try {
      this.#take(await record.read());
    } catch (error) {
      log.warn(`What is on trial on other servers can't be read: ${sentenceOf(error)}`);
    }
  }

  #take(kept: KeptTrial | undefined): void {
    if (kept?.version === this.#kept?.version) return;
    const before = this.trial?.keys.join();
    this.#kept = kept;
    if (kept === undefined) void this.#alarm?.dispose();
    else this.#arm();
    if (this.trial?.keys.join() !== before) this.surroundings.events.emit({ type: 'settings', author: SETTINGS_AUTHORS.server });
  }

  #arm(): void {
    const { clock } = this.surroundings;
    void this.#alarm?.dispose();
    this.#until = new Date(clock.now().getTime() + TRIAL_MS);
    this.#alarm = clock.after(TRIAL_MS, () => void this.#expire());
  }

  #remember(): void {
    const { settings } = this.surroundings;
    this.#shared = settings.shared;
    this.#written = groupOf(settings.written([]) ?? this.#written);
  }

  /** Its minute is over here. Servers don't hear of it at the same moment: the first one takes it back, for all. */
  async #expire(): Promise<void> {
    const { record, leases } = this.surroundings;
    this.#arm();
    try {
      const lease = await leases.take('trial');
      // Where the server that has it ends before it is done, this one tries again in a minute.
      if (lease === undefined) return;
      try {
        const kept = await record.read();
        if (kept?.version !== this.#kept?.version) this.#take(kept);
        else if (kept !== undefined) await this.#takeBack(kept, unconfirmed);
      } finally {
        await lease.release();
      }
    } catch (error) {
      this.#tell(`Nobody confirmed what is on trial, and it can't go back yet: ${sentenceOf(error)}`);
    }
  }

  /** Forgets the trial only where the former values are in the text again. */
  async #takeBack(kept: KeptTrial, why: (keys: string) => string): Promise<void> {
    const { settings, record } = this.surroundings;
    const properties = this.#inForce(kept);
    const reason = why(properties.map(({ path }) => keyOf(path)).join(', '));
    const edits = properties.map(({ path, former }) => ({ path, value: former }));
    try {
      const change = edits.length === 0 ? undefined : await settings.edit(ROLLBACK, edits);
      if (change?.ok === false)
        return this.#tell(`${reason}, and it can't go back: ${change.problems.map((each) => problemLine(each)).join(' ')}`);
      if (await record.forget(kept)) this.#take(undefined);
      if (edits.length > 0) this.#tell(`${reason}: the former values are in force again.`);
    } catch (error) {
      this.#tell(`${reason}, and it can't go back: ${sentenceOf(error)}`);
    }
  }

  /** Of what is on trial that which is in force: a change may not have come about, and somebody may have written another value since. */
  #inForce(kept: Pick<KeptTrial, 'properties'> | undefined): readonly Tried[] {
    const { shared } = this.surroundings.settings;
    return (kept?.properties ?? []).filter(({ path, tried }) => tried.some((value) => isSame(value, valueAt(shared, path))));
  }

  async #othersLive(): Promise<boolean> {
    return (await this.surroundings.leases.servers()).some(({ isThis, isGone }) => !isThis && !isGone);
  }

  #tell(sentence: string): void {
    this.surroundings.log.warn(sentence);
    this.surroundings.events.emit({ type: 'problem', source: 'settings', sentence });
  }
}

function unconfirmed(keys: string): string {
  return `Nobody confirmed the change of ${keys} within ${TRIAL_MS / 1000} s`;
}

/** As people write it: `nodes.front-1.pop3.listen`. */
function keyOf(path: RiskyPath): string {
  return path.join('.');
}

function writtenAt(written: SettingsValue, path: RiskyPath): unknown {
  return path.reduce<unknown>((group, step) => groupOf(group)[step], written);
}

/** Of a value that was stored as JSON. */
function isSame(stored: unknown, value: unknown): boolean {
  return isDeepStrictEqual(stored, JSON.parse(JSON.stringify(value ?? null)));
}

// An office with a device that is there or not, and the servers on its store, each with a watch that can be started anew.
import type { Disposable, PluginStorage, Settings } from '@postroom/sdk';
import type { Leases } from '@postroom/sdk/services';
import { VirtualClock } from '@postroom/sdk/testing';
import { Memory } from '#plugins/network-device/dist/memory.js';
import type { Sight } from '#plugins/network-device/dist/ping.js';
import { Sightings } from '#plugins/network-device/dist/sightings.js';
import { DeviceWatch } from '#plugins/network-device/dist/watch.js';
import { SharedLeases } from '../../kit/sharedLeases.js';

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export class MapState implements PluginStorage {
  readonly #entries = new Map<string, string>();
  /** A write ends when this does: a slow disk. */
  written: Promise<void> = Promise.resolve();
  get(key: string): Promise<unknown> {
    const text = this.#entries.get(key);
    return Promise.resolve(text === undefined ? undefined : JSON.parse(text));
  }
  set(key: string, value: unknown): Promise<void> {
    this.#entries.set(key, JSON.stringify(value));
    return this.written;
  }
  async update(key: string, change: (before: unknown) => unknown): Promise<unknown> {
    const value = change(await this.get(key));
    await this.set(key, value);
    return value;
  }
  delete(key: string): Promise<void> {
    this.#entries.delete(key);
    return Promise.resolve();
  }
  keys(): Promise<readonly string[]> {
    return Promise.resolve([...this.#entries.keys()]);
  }
}

/** What all servers of an office have in common. */
export class SharedStore {
  readonly clock = new VirtualClock('2026-11-02T08:00:00Z');
  readonly state = new MapState();
  readonly leases = new SharedLeases(() => this.clock.now());
}

/** A server of it. */
export class Office {
  readonly clock: VirtualClock;
  readonly state: MapState;
  readonly log: string[] = [];
  readonly #leases: Leases;
  readonly values: Record<string, unknown> = {
    'licensing.device.address': '192.0.2.11',
    'licensing.device.port': 0,
    'licensing.device.mac': '',
    'licensing.device.graceMinutes': 10,
  };
  present = true;
  looks = 0;
  changes = 0;
  watch: DeviceWatch;

  constructor(
    store = new SharedStore(),
    readonly name = 'a',
  ) {
    this.clock = store.clock;
    this.state = store.state;
    this.#leases = store.leases.of(name);
    this.watch = this.#newWatch();
  }

  get satisfied(): boolean {
    return this.watch.verdict() === undefined;
  }

  async restart(): Promise<void> {
    await this.watch.dispose();
    this.watch = this.#newWatch();
    await this.watch.start();
  }

  #newWatch(): DeviceWatch {
    const settings = {
      get: (key: string) => this.values[key],
      onDidChange: (): Disposable => ({ dispose: () => undefined }),
    } as unknown as Settings;
    const note = (text: string): void => void this.log.push(text);
    return new DeviceWatch({
      settings,
      clock: this.clock,
      memory: new Memory(this.state, this.name),
      sightings: new Sightings(this.#leases, this.name),
      log: { ...QUIET, info: note, warn: note },
      look: (): Promise<Sight> => {
        this.looks += 1;
        return Promise.resolve(this.present ? { seen: true } : { seen: false, why: 'did not answer' });
      },
      onDidChange: () => {
        this.changes += 1;
      },
    });
  }
}

// What is remembered of the device over restarts: when it was seen last, and how it came and went.
import type { PluginStorage } from '@postroom/sdk';
import { type Device, isSameDevice, NO_DEVICE } from './device.js';

/** The device came (`seen`) or went. */
export interface Change {
  /** ISO 8601. */
  readonly at: string;
  readonly seen: boolean;
  /** Why it was not seen. */
  readonly why?: string;
}

interface Remembered {
  readonly device: Device;
  /** ISO 8601, by the wall clock. */
  readonly lastSeen: string | undefined;
  readonly history: readonly Change[];
}

const KEY = 'device';
const HISTORY_LENGTH = 50;
const NOTHING: Remembered = { device: NO_DEVICE, lastSeen: undefined, history: [] };

export class Memory {
  #remembered = NOTHING;

  constructor(private readonly state: PluginStorage) {}

  get lastSeen(): string | undefined {
    return this.#remembered.lastSeen;
  }

  /** Oldest first, at most 50. */
  get history(): readonly Change[] {
    return this.#remembered.history;
  }

  async load(): Promise<void> {
    this.#remembered = ((await this.state.get(KEY)) as Remembered | undefined) ?? NOTHING;
  }

  /** Another device was seen never. Its history stays: it is the administrator's. */
  isAbout(device: Device): void {
    if (isSameDevice(device, this.#remembered.device)) return;
    this.#remembered = { ...this.#remembered, device, lastSeen: undefined };
  }

  note(at: Date, change: Omit<Change, 'at'>, changed: boolean): Promise<void> {
    const { device, lastSeen, history } = this.#remembered;
    this.#remembered = {
      device,
      lastSeen: change.seen ? at.toISOString() : lastSeen,
      history: changed ? [...history, { at: at.toISOString(), ...change }].slice(-HISTORY_LENGTH) : history,
    };
    return this.state.set(KEY, this.#remembered);
  }
}

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
  /** By any server on the store: ISO 8601, by the wall clock. */
  readonly lastSeen: string | undefined;
  readonly history: readonly Change[];
}

const KIND = 'device/';
/** Of a version whose servers had a store each. */
const FORMER_KEY = 'device';
const HISTORY_LENGTH = 50;
const NOTHING: Remembered = { device: NO_DEVICE, lastSeen: undefined, history: [] };

export class Memory {
  #remembered = NOTHING;

  constructor(
    private readonly state: PluginStorage,
    /** This server's name: those on a store remember each for itself. */
    private readonly server: string,
  ) {}

  get lastSeen(): string | undefined {
    return this.#remembered.lastSeen;
  }

  /** Oldest first, at most 50. */
  get history(): readonly Change[] {
    return this.#remembered.history;
  }

  async load(): Promise<void> {
    const found = (await this.state.get(this.#key)) ?? (await this.state.get(FORMER_KEY));
    this.#remembered = (found as Remembered | undefined) ?? NOTHING;
  }

  /** Another device was seen never. Its history stays: it is the administrator's. */
  isAbout(device: Device): void {
    if (isSameDevice(device, this.#remembered.device)) return;
    this.#remembered = { ...this.#remembered, device, lastSeen: undefined };
  }

  /** `isNews`: it came or went for this server. `isSeen`: by any. */
  note(at: Date, change: Omit<Change, 'at'>, { isNews, isSeen }: { readonly isNews: boolean; readonly isSeen: boolean }): Promise<void> {
    const { device, lastSeen, history } = this.#remembered;
    this.#remembered = {
      device,
      lastSeen: isSeen ? at.toISOString() : lastSeen,
      history: isNews ? [...history, { at: at.toISOString(), ...change }].slice(-HISTORY_LENGTH) : history,
    };
    return this.state.set(this.#key, this.#remembered);
  }

  get #key(): string {
    return `${KIND}${this.server}`;
  }
}

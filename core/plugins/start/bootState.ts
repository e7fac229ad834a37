// How far the start of the server has come, for plugins that are activated in the middle of it.
import type { BootPlan } from './bootPlan.js';

export class BootState {
  #hasSettings = false;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly plan: Pick<BootPlan, 'properties'>) {}

  /** The settings are in force. */
  get hasSettings(): boolean {
    return this.#hasSettings;
  }

  /** A property of scope `boot`. */
  property(key: string, otherwise: unknown): unknown {
    return Object.hasOwn(this.plan.properties, key) ? this.plan.properties[key] : otherwise;
  }

  settingsAreInForce(): void {
    this.#hasSettings = true;
    for (const call of this.#waiting.splice(0)) call();
  }

  /** Calls at once, or when the settings are in force. */
  whenSettings(call: () => void): void {
    if (this.#hasSettings) call();
    else this.#waiting.push(call);
  }
}

// Mail that keeps coming in at an even pace while a test does something else.
import { setTimeout as pause } from 'node:timers/promises';
import type { TestHost } from '@postroom/sdk/testing';

export interface Flowed {
  readonly sent: number;
  readonly seconds: number;
}

/** Puts `perSecond` messages a second into the ISP's mailbox, and collects them as fast as the host does. Subjects are `Flow 0`, `Flow 1` ... */
export class Flow {
  #sent = 0;
  #started = 0;
  #isFlowing = true;
  #flowing: Promise<void> = Promise.resolve();
  #waiting: { readonly enough: number; readonly go: () => void }[] = [];

  constructor(
    private readonly host: TestHost,
    private readonly perSecond: number,
  ) {}

  begin(): void {
    this.#started = performance.now();
    this.#flowing = this.#flow();
  }

  /** Resolves when so many more have been collected. */
  more(messages: number): Promise<void> {
    return new Promise((go) => this.#waiting.push({ enough: this.#sent + messages, go }));
  }

  /** Ends the flow and collects the rest. */
  async end(): Promise<Flowed> {
    this.#isFlowing = false;
    await this.#flowing;
    return { sent: this.#sent, seconds: (performance.now() - this.#started) / 1000 };
  }

  /**
   * What is due by now is put in one go: a round that took long is followed by a larger one, so the pace holds on average. No more than that of
   * a second: a machine that does not keep up is not buried.
   */
  async #flow(): Promise<void> {
    while (this.#isFlowing) {
      const onTime = Math.floor(((performance.now() - this.#started) / 1000) * this.perSecond) + 1;
      const due = Math.min(onTime, this.#sent + this.perSecond);
      for (let number = this.#sent; number < due; number += 1) {
        this.host.put(
          `From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: Flow ${number}\nMessage-ID: <${number}@x>\n\n${number}\n`,
        );
      }
      await this.host.round();
      this.#sent = due;
      for (const { go } of this.#waiting.filter(({ enough }) => enough <= due)) go();
      this.#waiting = this.#waiting.filter(({ enough }) => enough > due);
      // The pace, not a wait for something.
      await pause(1_000 / this.perSecond);
    }
  }
}

// The manual's indicators: Local Sending, Local Receiving, Outgoing, Incoming. Counted from the events, whether or not anybody looks.
import type { Disposable } from '@postroom/sdk';
import type { Clock, Events, PostroomEvent } from '@postroom/sdk/services';

export type LampName = 'localSending' | 'localReceiving' | 'outgoing' | 'incoming';

export interface LampState {
  /** Sessions or transfers that are open now. */
  readonly open: number;
  /** Messages since the server started. */
  readonly total: number;
  /** Messages in each of the last 60 minutes, the current one last. */
  readonly minutes: readonly number[];
}

const MINUTES = 60;
const MINUTE_MS = 60_000;

class Lamp {
  open = 0;
  total = 0;
  #minutes: number[] = Array.from({ length: MINUTES }, () => 0);
  #minute = 0;

  add(messages: number, minute: number): void {
    this.#shift(minute);
    this.total += messages;
    this.#minutes[MINUTES - 1] = (this.#minutes[MINUTES - 1] ?? 0) + messages;
  }

  state(minute: number): LampState {
    this.#shift(minute);
    return { open: this.open, total: this.total, minutes: [...this.#minutes] };
  }

  #shift(minute: number): void {
    const passed = Math.min(Math.max(minute - this.#minute, 0), MINUTES);
    this.#minutes = [...this.#minutes.slice(passed), ...Array.from({ length: passed }, () => 0)];
    this.#minute = Math.max(minute, this.#minute);
  }
}

export class Lamps implements Disposable {
  readonly #lamps: Record<LampName, Lamp> = {
    localSending: new Lamp(),
    localReceiving: new Lamp(),
    outgoing: new Lamp(),
    incoming: new Lamp(),
  };
  readonly #watching: Disposable;
  readonly #fetching = new Set<string>();

  constructor(
    events: Events,
    private readonly clock: Clock,
  ) {
    this.#watching = events.on((event) => this.#take(event));
  }

  get state(): Readonly<Record<LampName, LampState>> {
    const minute = this.#minute();
    const { localSending, localReceiving, outgoing, incoming } = this.#lamps;
    return {
      localSending: localSending.state(minute),
      localReceiving: localReceiving.state(minute),
      outgoing: outgoing.state(minute),
      incoming: { ...incoming.state(minute), open: this.#fetching.size },
    };
  }

  async dispose(): Promise<void> {
    await this.#watching.dispose();
  }

  #minute(): number {
    return Math.floor(this.clock.monotonic() / MINUTE_MS);
  }

  #take(event: PostroomEvent): void {
    const lamps = this.#lamps;
    switch (event.type) {
      case 'session': {
        const lamp = event.purpose === 'sending' ? lamps.localSending : lamps.localReceiving;
        lamp.open = Math.max(0, lamp.open + (event.state === 'open' ? 1 : -1));
        return;
      }
      case 'accepted':
        if (event.origin === 'fetched' || event.origin === 'submitted') {
          (event.origin === 'fetched' ? lamps.incoming : lamps.localSending).add(1, this.#minute());
        }
        return;
      case 'picked-up':
        lamps.localReceiving.add(event.messages, this.#minute());
        return;
      case 'relay':
        if (event.outcome === 'delivered') {
          lamps.outgoing.add(1, this.#minute());
        }
        return;
      case 'fetch':
        if (event.state === 'ended') {
          this.#fetching.delete(event.account);
        } else {
          this.#fetching.add(event.account);
        }
    }
  }
}

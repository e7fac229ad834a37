// What happens, for pages that are open: Server-Sent Events, a few times a second at most however busy the server is.
import type { ServerResponse } from 'node:http';
import { type Disposable, mailboxName } from '@postroom/sdk';
import type { Clock, Events, PostroomEvent } from '@postroom/sdk/services';
import type { Lamps } from './lamps.js';
import { MANAGER_LIMITS } from './managerLimits.js';

const FLUSH_MS = 200;
/** Proxies and sleeping laptops drop silent connections; the page takes three missing beats for a lost one. */
const BEAT_MS = 15_000;

/** One event of a kind and place stands for all of them since the last flush. */
interface Pending {
  readonly event: PostroomEvent;
  readonly count: number;
}

export class EventFeed implements Disposable {
  readonly #pages = new Set<ServerResponse>();
  readonly #watching: Disposable;
  #pending = new Map<string, Pending>();
  #timer: Disposable | undefined;
  #beat: Disposable | undefined;

  constructor(
    events: Events,
    private readonly lamps: Lamps,
    private readonly clock: Clock,
  ) {
    this.#watching = events.on((event) => this.#take(event));
  }

  /** Takes over an answer whose header has been written. Answers how to end it. */
  add(page: ServerResponse): () => void {
    this.#pages.add(page);
    page.on('close', () => this.#pages.delete(page));
    page.write(`retry: 1500\n${block('hello', { lamps: this.lamps.state })}`);
    this.#beat ??= this.#nextBeat();
    return () => page.end();
  }

  /** Ends every page's stream; they come again by themselves. */
  endAll(): void {
    for (const page of [...this.#pages]) {
      page.end();
    }
  }

  async dispose(): Promise<void> {
    this.endAll();
    await this.#watching.dispose();
    await this.#timer?.dispose();
    await this.#beat?.dispose();
  }

  #take(event: PostroomEvent): void {
    if (this.#pages.size === 0) {
      return;
    }
    const key = keyOf(event);
    this.#pending.set(key, { event, count: (this.#pending.get(key)?.count ?? 0) + 1 });
    this.#timer ??= this.clock.after(FLUSH_MS, () => this.#flush());
  }

  #flush(): void {
    this.#timer = undefined;
    const events = [...this.#pending.values()].map(({ event, count }) => ({ ...shown(event), count }));
    this.#pending = new Map();
    this.#send(block('events', { events, lamps: this.lamps.state }));
  }

  #nextBeat(): Disposable {
    return this.clock.after(BEAT_MS, () => {
      this.#beat = undefined;
      if (this.#pages.size > 0) {
        this.#send(block('beat', { lamps: this.lamps.state }));
        this.#beat = this.#nextBeat();
      }
    });
  }

  /** A page that does not read is cut off rather than kept in memory. */
  #send(text: string): void {
    for (const page of this.#pages) {
      if (page.writableLength > MANAGER_LIMITS.unreadEvents) {
        page.destroy();
      } else {
        page.write(text);
      }
    }
  }
}

function keyOf(event: PostroomEvent): string {
  switch (event.type) {
    case 'fetch':
      return `fetch ${event.account} ${event.state}`;
    case 'session':
      return `session ${event.protocol} ${event.state} ${event.mailbox === undefined ? '' : mailboxName(event.mailbox)}`;
    case 'round':
      return `round ${event.state}`;
    case 'plugin':
      return `plugin ${event.plugin}`;
    case 'problem':
      return `problem ${event.source} ${event.sentence}`;
    case 'relay':
      return `relay ${event.account} ${event.outcome}`;
    default:
      return event.type;
  }
}

/** The report of a round is asked for where it is shown. */
function shown(event: PostroomEvent): object {
  return event.type === 'round' ? { type: event.type, state: event.state, reason: event.reason } : event;
}

function block(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

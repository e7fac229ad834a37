// News among the servers of a store: "something changed". NOTIFY brings it in a moment, and a poll makes good what was lost with a connection.
import type { Disposable } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import type { DatabaseSession } from './databaseSession.js';
import type { StandingSession } from './standingSession.js';

export type Topic = 'documents' | 'outbox';

const CHANNEL = 'postroom';
const POLL_MS = 1_000;

export class Changes {
  readonly #listeners = new Map<Topic, Listeners<void>>();
  readonly #untold = new Set<Topic>();
  #telling: Promise<void> | undefined;
  #poll: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(private readonly session: StandingSession) {}

  /** To be called with each new connection of the standing session. */
  async hear(session: DatabaseSession): Promise<void> {
    session.onNotified((topic) => this.#listeners.get(topic as Topic)?.fire());
    await session.exec(`LISTEN ${CHANNEL}`);
  }

  /** After a commit: tells the other servers. What is published while they are being told goes along as one. */
  publish(topic: Topic): void {
    if (this.#isClosed) return;
    this.#untold.add(topic);
    this.#telling ??= this.#tell().finally(() => {
      this.#telling = undefined;
    });
  }

  /** Calls when another server published the topic, and each second: what it looks at may have changed or not. */
  subscribe(topic: Topic, listener: () => void): Disposable {
    const listeners = this.#listeners.get(topic) ?? new Listeners<void>();
    this.#listeners.set(topic, listeners);
    this.#poll ??= setInterval(() => {
      for (const each of this.#listeners.values()) each.fire();
    }, POLL_MS);
    return listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#poll);
    await this.#telling;
  }

  /** Not within the transaction that changed it: NOTIFY takes a lock at commit that all databases of the server share. */
  async #tell(): Promise<void> {
    while (this.#untold.size > 0) {
      const topics = [...this.#untold];
      this.#untold.clear();
      // Those who don't hear of it poll.
      await this.session
        .use((each) => each.rows('SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS topic', [CHANNEL, topics]))
        .catch(() => undefined);
    }
  }
}

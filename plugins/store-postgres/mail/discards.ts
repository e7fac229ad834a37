// Octets in the database of messages that will not be stored. Where the database is away they go when it hears of this server again.
import type { Database } from '../engine/database.js';
import type { Servers } from '../engine/servers.js';
import { dropSpilled } from './pieces.js';

export class Discards {
  readonly #left = new Set<number>();

  constructor(
    private readonly database: Database,
    servers: Servers,
  ) {
    servers.onDidRenew(() => void this.#dropLeft());
  }

  /** `mayFollow`: some of the octets may be under way still; they are looked for once more, later. */
  async drop(message: number, mayFollow: boolean): Promise<void> {
    if (mayFollow) this.#left.add(message);
    try {
      await this.#drop(message);
    } catch {
      this.#left.add(message);
    }
  }

  async #dropLeft(): Promise<void> {
    for (const message of [...this.#left]) {
      try {
        await this.#drop(message);
        this.#left.delete(message);
      } catch {
        // At the next sign of life.
        return;
      }
    }
  }

  #drop(message: number): Promise<void> {
    return this.database.transaction((statements) => dropSpilled(statements, message));
  }
}

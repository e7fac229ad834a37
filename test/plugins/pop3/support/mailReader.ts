// A mail program that reads its mailbox again and again, deletes some of it, and knows what has to be there whenever its connection is cut.
import { expect } from 'chai';
import type { PickedUp } from '../../../kit/postroom.js';
import { PASSWORD } from '../../../kit/quickPasswords.js';
import { RawClient } from './rawClient.js';
import { listing, retrieved } from './realOffice.js';

/** So many stay, for the next sessions. */
const LEAST = 4;
const DELETED = 2;

export class MailReader {
  /** Sessions that came to their end; that were cut; and connections that had no greeting. */
  whole = 0;
  cut = 0;
  unserved = 0;
  #left: readonly PickedUp[];
  /** Ids of messages whose QUIT was not answered. */
  #inDoubt: readonly string[] = [];
  #isOver = false;
  #isGreeted = false;

  constructor(
    private readonly port: number,
    private readonly user: string,
    stored: readonly PickedUp[],
  ) {
    this.#left = stored;
  }

  /** Reads until it is stopped. Rejects where anything is not as it has to be. */
  async start(): Promise<void> {
    while (!this.#isOver) {
      this[await this.session()] += 1;
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  async session(): Promise<'whole' | 'cut' | 'unserved'> {
    const client = await RawClient.connect(this.port);
    this.#isGreeted = false;
    try {
      await this.#speak(client);
      return 'whole';
    } catch (error) {
      if (!String(error).includes('The connection ended')) throw error;
      return this.#isGreeted ? 'cut' : 'unserved';
    } finally {
      client.destroy();
    }
  }

  async #speak(client: RawClient): Promise<void> {
    await client.line();
    this.#isGreeted = true;
    let answer = await this.#logIn(client);
    // The mailbox of a session that was cut is free when the server has noticed.
    while (answer.startsWith('-ERR [IN-USE]')) {
      answer = await this.#logIn(client);
    }
    expect(answer).to.match(/^\+OK/);
    this.#settle([...(await listing(client, 'UIDL')).values()]);
    const messages = this.#left;
    for await (const { number, wire } of retrieved(
      client,
      [...messages.keys()].map((index) => index + 1),
    )) {
      expect(wire.replace(/^\.\./gm, '.') === messages[number - 1]?.text, `message ${number} of ${this.user}`).to.equal(true);
    }
    const deleted = messages.length > LEAST + DELETED ? messages.slice(0, DELETED) : [];
    for (const number of deleted.keys()) expect(await client.ask(`DELE ${number + 1}`)).to.match(/^\+OK/);
    this.#inDoubt = deleted.map(({ uidl }) => uidl);
    expect(await client.ask('QUIT')).to.equal('+OK Bye');
    this.#settle(messages.map(({ uidl }) => uidl).filter((uidl) => !this.#inDoubt.includes(uidl)));
  }

  async #logIn(client: RawClient): Promise<string> {
    await client.ask(`USER ${this.user}`);
    return client.ask(`PASS ${PASSWORD}`);
  }

  /** What is there is everything, or everything but all that was in doubt. */
  #settle(there: readonly string[]): void {
    const all = this.#left.map(({ uidl }) => uidl);
    const without = all.filter((uidl) => !this.#inDoubt.includes(uidl));
    expect(there, this.user).to.deep.equal(there.length === all.length ? all : without);
    this.#left = this.#left.filter(({ uidl }) => there.includes(uidl));
    this.#inDoubt = [];
  }
}

// Mail clients that fetch from whichever server lets them in. What they are shown is held against the ledger at once: a wrong person's mail, other octets,
// a UIDL that was another message's before.
import { createHash } from 'node:crypto';
import { RawClient } from '../../plugins/pop3/support/rawClient.js';
import type { Ledger } from '../ledger.js';
import { PASSWORD } from '../traffic.js';

/** Messages of one visit. */
const MOST = 4;
const PATIENCE_MS = 12_000;
/** The server's own word for a removal of which it knows no end. */
const UNKNOWN = /may not have been removed/;
/** The store, or the mailbox, cannot be had now. */
const PASSING = /^-ERR \[(?:SYS\/TEMP|IN-USE)\]/;

export interface MailboxOwner {
  readonly login: string;
  /** As the ledger has it: `company/andrew`. */
  readonly mailbox: string;
}

export class MailboxReader {
  /** What clients were shown and should not have been. */
  readonly complaints: string[] = [];
  readonly #messageOf = new Map<string, string>();
  /** Messages that were read to their end. */
  read = 0;
  removed = 0;

  constructor(
    private readonly ledger: Ledger,
    /** SHA-256 of each message's octets behind its header, by Message-ID. */
    private readonly bodies: ReadonlyMap<string, string>,
  ) {}

  /** Reads some of what is there, and deletes it where it is asked to. A line that breaks is everyday life. */
  async visit(port: number, owner: MailboxOwner, isDeleting: boolean): Promise<void> {
    const session = await this.open(port, owner).catch(() => undefined);
    if (session === undefined) return;
    try {
      if (isDeleting) for (const id of session.ids) await session.remove(id);
      await session.quit();
    } catch {
      // Cut off: what QUIT was not answered for may be there or gone.
    } finally {
      session.end();
    }
  }

  /** Logs in and reads. `undefined` where the mailbox, or the store, cannot be had now; rejects where the line breaks. */
  async open(port: number, { login, mailbox }: MailboxOwner): Promise<MailboxSession | undefined> {
    const client = await RawClient.connect(port);
    const limit = setTimeout(() => client.destroy(), PATIENCE_MS);
    try {
      const answer = await client.login(login, PASSWORD);
      if (!answer.startsWith('+OK')) {
        if (!PASSING.test(answer)) this.complaints.push(`${login} was not let in: ${answer}`);
        client.destroy();
        return undefined;
      }
      const uidls = (await client.askMultiline('UIDL')).split('\r\n').filter((line) => line !== '');
      const session = new MailboxSession(client, this.ledger, mailbox, (count) => {
        this.removed += count;
      });
      // The newest: what is left lies below.
      for (const line of uidls.slice(-MOST)) {
        const [number = '', uidl = ''] = line.split(' ');
        const id = this.#look(mailbox, uidl, await client.askMultiline(`RETR ${number}`));
        if (id !== undefined) session.numbers.set(id, number);
      }
      return session;
    } catch (error) {
      client.destroy();
      throw error;
    } finally {
      clearTimeout(limit);
    }
  }

  /** Its Message-ID; `undefined` of what the ledger does not know, such as a notice. */
  #look(mailbox: string, uidl: string, text: string): string | undefined {
    const id = /^Message-ID: <(.*)>/im.exec(text)?.[1];
    if (id === undefined || !this.bodies.has(id)) return undefined;
    this.read += 1;
    const known = this.#messageOf.get(`${mailbox} ${uidl}`) ?? id;
    this.#messageOf.set(`${mailbox} ${uidl}`, known);
    const body = text.slice(text.indexOf('\r\n\r\n') + 4).replace(/^\.\./gm, '.');
    const wrong = [
      this.ledger.seen(id, mailbox),
      known === id ? undefined : `UIDL ${uidl} of ${mailbox} was ${known} and is ${id}`,
      hashOf(body) === this.bodies.get(id) ? undefined : `${mailbox} is shown other octets of ${id}`,
    ];
    this.complaints.push(...wrong.filter((each) => each !== undefined));
    return id;
  }
}

/** A client that has read some messages and may delete them. */
export class MailboxSession {
  /** Of the messages that it read: their numbers by Message-ID. */
  readonly numbers = new Map<string, string>();
  readonly #removing: string[] = [];

  constructor(
    private readonly client: RawClient,
    private readonly ledger: Ledger,
    private readonly mailbox: string,
    private readonly onRemoved: (count: number) => void,
  ) {}

  get ids(): readonly string[] {
    return [...this.numbers.keys()];
  }

  async remove(id: string): Promise<void> {
    if ((await this.client.ask(`DELE ${this.numbers.get(id)}`)).startsWith('+OK')) this.#removing.push(id);
  }

  /** Answers what the server said. Rejects where it says nothing. */
  async quit(): Promise<string> {
    for (const id of this.#removing) this.ledger.removed(id, this.mailbox, 'open');
    const limit = setTimeout(() => this.client.destroy(), PATIENCE_MS);
    try {
      const answer = await this.client.ask('QUIT');
      const isDone = answer.startsWith('+OK');
      for (const id of this.#removing) {
        if (isDone) this.ledger.removed(id, this.mailbox, 'confirmed');
        else if (!UNKNOWN.test(answer)) this.ledger.notRemoved(id, this.mailbox);
      }
      if (isDone) this.onRemoved(this.#removing.length);
      return answer;
    } finally {
      clearTimeout(limit);
    }
  }

  end(): void {
    this.client.destroy();
  }
}

/** Of text that came octet by octet. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}

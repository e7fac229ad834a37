// What an office does all day, each piece with its entry in the ledger: mail arrives at the ISP, clients submit and pick up.
import type { PracticeIsp } from '@postroom/sdk/testing';
import { letter } from '../kit/letter.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import { RawClient } from '../plugins/pop3/support/rawClient.js';
import { type HandedIn, handIn } from './handIn.js';
import type { Ledger } from './ledger.js';

/** Password of every user. */
export const PASSWORD = 'open sesame';
const LARGE = 1_200_000;
/** Settings: the clients that send are devices that do not log in. */
export const DEVICES = { 'smtp.trustedNetworks': ['127.0.0.1'] };

export interface Submission {
  /** One more recipient outside, who does not exist. */
  readonly withBounce?: boolean;
  /** Whose account's ISP carries it. */
  readonly from?: string;
  /** Octets, about. */
  readonly size?: number;
}

export class Traffic {
  #count = 0;

  constructor(
    private readonly isp: PracticeIsp,
    private readonly ledger: Ledger,
    private readonly prefix: string,
  ) {
    isp.onDidReceive(({ recipients, octets }) => {
      const messageId = /^Message-ID: <(.*)>/im.exec(octets.toString('latin1'))?.[1] ?? '';
      for (const recipient of recipients) this.ledger.received(recipient, messageId);
    });
  }

  /** Three messages in the regular account, one of them large now and then, and one in the domain account. */
  arrive(life: number): void {
    this.#put('mail', `Andrew <${REGULAR}>`, ['company/andrew'], life);
    this.#put('mail', `Carolyn <${REGULAR}>`, ['company/carolyn', 'company/greg'], life);
    this.#put('mail', `Andrew <${REGULAR}>, Greg <${REGULAR}>`, ['company/andrew', 'company/greg'], life, life % 7 === 0 ? LARGE : 0);
    this.#put('post', `lisa@${DOMAIN}`, ['works/lisa'], life);
  }

  #put(mailbox: string, to: string, mailboxes: readonly string[], life: number, size = 0): void {
    const id = this.#nextId();
    const octets = Buffer.from(letter({ to, id, body: size > 0 ? bodyOf(size) : 'Hello.' }), 'latin1');
    this.isp.mailbox(mailbox).put(octets);
    this.ledger.expect(id, { mailboxes, octets, life });
  }

  /** A client that sends a message to a colleague, to somebody outside and, now and then, to somebody who does not exist. */
  async submit(port: number, life: number, { withBounce = false, from = REGULAR, size = 0 }: Submission = {}): Promise<HandedIn> {
    const id = this.#nextId();
    const outside = `out-${id.replace(/@.*/, '')}@far.example`;
    const bouncing = withBounce ? `nobody-${id.replace(/@.*/, '')}@far.example` : undefined;
    if (bouncing !== undefined) this.isp.faults.smtp.answerRecipient(bouncing, '550 5.1.1 No such user');
    this.ledger.expect(id, { state: 'open', mailboxes: ['works/lisa'], outside: [outside], bouncing, life });
    const text = letter({ from: `Andrew <${from}>`, to: `lisa@${DOMAIN}, ${outside}`, id, ...(size > 0 && { body: bodyOf(size) }) });
    const recipients = [`lisa@${DOMAIN}`, outside, ...(bouncing === undefined ? [] : [bouncing])];
    const handedIn = await handIn(port, { from, recipients, text });
    this.ledger.settle(id, handedIn.state);
    return handedIn;
  }

  /** A client that picks up what is there, at most three messages, and deletes it. Answers the server's last answer. */
  async pickUp(port: number, user: string, mailbox: string): Promise<string> {
    let client: RawClient | undefined;
    const deleting: string[] = [];
    let answer = '';
    try {
      client = await RawClient.connect(port);
      answer = await client.login(user, PASSWORD);
      if (!answer.startsWith('+OK')) return answer;
      const count = Math.min(3, Number((await client.ask('STAT')).split(' ')[1]));
      for (let number = 1; number <= count; number += 1) {
        const id = /^Message-ID: <(.*)>/im.exec(await client.askMultiline(`RETR ${number}`))?.[1];
        if (id !== undefined) deleting.push(id);
        await client.ask(`DELE ${number}`);
      }
      for (const id of deleting) this.ledger.removed(id, mailbox, 'open');
      answer = await client.ask('QUIT');
      if (answer.startsWith('+OK')) for (const id of deleting) this.ledger.removed(id, mailbox, 'confirmed');
    } catch {
      // Cut off: what QUIT was not answered for may be there or gone.
    } finally {
      client?.destroy();
    }
    return answer;
  }

  /** A client that only reads. Answers how many messages it could. */
  async read(port: number, user: string): Promise<number> {
    const client = await RawClient.connect(port);
    try {
      await client.login(user, PASSWORD);
      const count = Number((await client.ask('STAT')).split(' ')[1]);
      let read = 0;
      for (let number = 1; number <= count; number += 1) {
        if (/^Message-ID: /im.test(await client.askMultiline(`RETR ${number}`))) read += 1;
      }
      return read;
    } finally {
      client.destroy();
    }
  }

  #nextId(): string {
    this.#count += 1;
    return `${this.prefix}-${this.#count}@sweep.example`;
  }
}

function bodyOf(size: number): string {
  return `${'x'.repeat(76)}\r\n`.repeat(Math.ceil(size / 78));
}

// What an office does all day, on whichever of its servers answers: mail arrives at the ISP, people send, fetch and press Send/Receive. Each promise stands in the
// ledger before it is made.
import type { PracticeIsp } from '@postroom/sdk/testing';
import { letter } from '../../kit/letter.js';
import { DOMAIN, REGULAR } from '../../kit/officeSettings.js';
import { handIn } from '../handIn.js';
import type { Ledger } from '../ledger.js';
import { hashOf, type MailboxOwner, MailboxReader } from './mailboxReader.js';
import type { ServerUnderFire } from './serverUnderFire.js';

export const OWNERS: readonly MailboxOwner[] = [
  { login: 'andrew', mailbox: 'company/andrew' },
  { login: 'greg', mailbox: 'company/greg' },
  { login: 'carolyn', mailbox: 'company/carolyn' },
  { login: 'lisa', mailbox: 'works/lisa' },
  { login: 'john', mailbox: 'works/john' },
];
const EVERYBODY = ['company/andrew', 'company/greg', 'company/carolyn'];

/** More than is kept in memory on the way in. */
const LARGE = 1_300_000;
const LARGE_EVERY = 23;
const PATIENCE_MS = 15_000;
const BREATH_MS = 100;
/** The ISP gets no more while nobody collects. */
const MOST_AT_ISP = 60;
/** The store was cut off before it said whether it has the message: one copy or none is right. */
const UNKNOWN = /The store was cut off before it said/;

/** Who gets what arrives at the ISP: its mailbox there, the line that names them, and their mailboxes here. */
const ARRIVALS: readonly (readonly [atIsp: string, to: string, mailboxes: readonly string[]])[] = [
  ['mail', `Andrew <${REGULAR}>`, ['company/andrew']],
  // Her mail is copied to Greg.
  ['mail', `Carolyn <${REGULAR}>`, ['company/carolyn', 'company/greg']],
  ['mail', `Andrew <${REGULAR}>, Greg <${REGULAR}>`, ['company/andrew', 'company/greg']],
  ['mail', `PUBLIC1 <${REGULAR}>`, EVERYBODY],
  ['post', `lisa@${DOMAIN}`, ['works/lisa']],
  ['post', `john@${DOMAIN}, lisa@${DOMAIN}`, ['works/lisa', 'works/john']],
];

interface Sending {
  readonly from: string;
  readonly to: string;
  readonly recipients: readonly string[];
  readonly mailboxes: readonly string[];
}

const SENDINGS: readonly Sending[] = [
  { from: REGULAR, to: `lisa@${DOMAIN}`, recipients: [`lisa@${DOMAIN}`], mailboxes: ['works/lisa'] },
  { from: `john@${DOMAIN}`, to: `public1@${DOMAIN}`, recipients: [`public1@${DOMAIN}`], mailboxes: ['works/lisa', 'works/john'] },
  { from: `lisa@${DOMAIN}`, to: `Carolyn <${REGULAR}>`, recipients: [REGULAR], mailboxes: ['company/carolyn', 'company/greg'] },
  { from: `lisa@${DOMAIN}`, to: `PUBLIC1 <${REGULAR}>`, recipients: [REGULAR], mailboxes: EVERYBODY },
];

export class OfficeTraffic {
  readonly reader: MailboxReader;
  readonly #bodies = new Map<string, string>();
  #count = 0;
  #isOn = false;
  #loops: readonly Promise<void>[] = [];
  /** Promises by 250. */
  accepted = 0;
  arrived = 0;

  constructor(
    private readonly isp: PracticeIsp,
    private readonly servers: readonly ServerUnderFire[],
    private readonly ledger: Ledger,
    private readonly chance: () => number,
    private readonly prefix: string,
  ) {
    this.reader = new MailboxReader(ledger, this.#bodies);
    isp.onDidReceive(({ recipients, octets }) => {
      const messageId = /^Message-ID: <(.*)>/im.exec(octets.toString('latin1', 0, 10_000))?.[1] ?? '';
      for (const recipient of recipients) this.ledger.received(recipient, messageId);
    });
  }

  /** Grows whenever a client got what it came for. */
  get served(): number {
    return this.accepted + this.reader.read;
  }

  start(): void {
    this.#isOn = true;
    this.#loops = [
      this.#loop(() => this.#arrive()),
      ...[1, 2, 3].map(() => this.#loop(() => this.#send())),
      ...[1, 2].map(() => this.#loop(() => this.#fetch())),
      ...this.servers.map((server) => this.#loop(() => server.run('send-receive').catch(() => undefined))),
    ];
  }

  /** Resolves when nothing is under way any more. */
  async rest(): Promise<void> {
    this.#isOn = false;
    await Promise.all(this.#loops);
  }

  async #loop(work: () => unknown): Promise<void> {
    while (this.#isOn) {
      await work();
      await new Promise((resolve) => setTimeout(resolve, BREATH_MS * (0.5 + this.chance())));
    }
  }

  #one<T>(list: readonly T[]): T {
    return list[Math.floor(this.chance() * list.length)] as T;
  }

  #arrive(): void {
    if (this.isp.mailboxes.some(({ messages }) => messages.length >= MOST_AT_ISP)) return;
    const [atIsp, to, mailboxes] = this.#one(ARRIVALS);
    const { id, text } = this.#letter({ to });
    const octets = Buffer.from(text, 'latin1');
    this.ledger.expect(id, { mailboxes, octets, life: 0 });
    this.isp.mailbox(atIsp).put(octets);
    this.arrived += 1;
    // Its lines would be all that this process holds in the end.
    this.isp.log.clear();
  }

  /** To colleagues, to somebody outside now and then, and sometimes to somebody who does not exist. */
  async #send(): Promise<void> {
    const { from, to, recipients, mailboxes } = this.#one(SENDINGS);
    const { id, text } = this.#letter({ from: `Somebody <${from}>`, to });
    const key = id.replace(/@.*/, '');
    const outside = this.chance() < 0.4 ? [`out-${key}@far.example`] : [];
    const bouncing = this.chance() < 0.05 ? `nobody-${key}@far.example` : undefined;
    if (bouncing !== undefined) this.isp.faults.smtp.answerRecipient(bouncing, '550 5.1.1 No such user');
    this.ledger.expect(id, { state: 'open', mailboxes, outside, bouncing, life: 0 });
    const server = this.#one(this.servers);
    const all = [...recipients, ...outside, ...(bouncing === undefined ? [] : [bouncing])];
    const { state, answer } = await handIn(server.port('smtp'), { from, recipients: all, text, patienceMs: PATIENCE_MS });
    this.ledger.settle(id, UNKNOWN.test(answer) ? 'open' : state);
    if (state === 'made') this.accepted += 1;
  }

  #fetch(): Promise<void> {
    return this.reader.visit(this.#one(this.servers).port('pop3'), this.#one(OWNERS), this.chance() < 0.5);
  }

  #letter(heads: { readonly from?: string; readonly to: string }): { readonly id: string; readonly text: string } {
    this.#count += 1;
    const id = `${this.prefix}-${this.#count}@servers.example`;
    const size = this.#count % LARGE_EVERY === 0 ? LARGE : Math.floor(this.chance() * 4_000);
    const body = `${id}\r\n.${`${'x'.repeat(76)}\r\n`.repeat(Math.ceil(size / 78))}End.`;
    this.#bodies.set(id, hashOf(`${body}\r\n`));
    return { id, text: letter({ ...heads, id, body }) };
  }
}

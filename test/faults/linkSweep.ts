// Everything that an ISP and the line to it may do wrong while mail is collected, one after the other on one server; after each, three good rounds and a look into the ledger.
import type { PracticeMessage } from '@postroom/sdk/testing';
import { letter } from '../kit/letter.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import { Ledger } from './ledger.js';
import { type LinkCase, POP3_CASES } from './linkCases.js';
import { LinkWorld } from './linkWorld.js';
import { sendingSweep } from './sendingSweep.js';
import { type FaultTable, shortened } from './table.js';

const ROUNDS = 3;

export class LinkSweep {
  readonly #ledger = new Ledger();
  #count = 0;

  private constructor(
    private readonly world: LinkWorld,
    private readonly table: FaultTable,
  ) {}

  static async run(table: FaultTable): Promise<void> {
    const world = await LinkWorld.start();
    try {
      const sweep = new LinkSweep(world, table);
      for (const each of POP3_CASES) await sweep.#collecting(each);
      await sweep.#hammering();
    } finally {
      await world.stop();
    }
    await leavingOnServer(table);
    await sendingSweep(table);
  }

  async #collecting({ fault, held, begin, end }: LinkCase): Promise<void> {
    const { faulty, healthy } = this.world;
    const messages = [
      put(faulty, this.#ledger, this.#nextId(), `Andrew <${REGULAR}>`, ['company/andrew']),
      put(faulty, this.#ledger, this.#nextId(), `Carolyn <${REGULAR}>`, ['company/carolyn', 'company/greg']),
      put(faulty, this.#ledger, this.#nextId(), `Greg <${REGULAR}>`, ['company/greg']),
    ];
    put(healthy, this.#ledger, this.#nextId(), `lisa@${DOMAIN}`, ['works/lisa']);
    begin(faulty, messages);
    const report = await this.world.round();
    const stalled = healthy.mailbox('post').messages.length > 0 ? ['the other account did not get its mail'] : [];
    const happened = faulty.faults.pop3.waiting === 0;
    faulty.faults.clear();
    end?.(faulty, messages);
    for (let round = 0; round < ROUNDS; round += 1) await this.world.round();
    const verdict = await this.#ledger.judge(this.world.dataDir, this.world.left);
    const said = report.accounts.find(({ account }) => account === 'company')?.failed[0]?.message;
    this.table.add(
      fault,
      { ...verdict, stalled: [...stalled, ...verdict.stalled] },
      said === undefined ? held : `${held} ("${shortened(said)}")`,
    );
    // A command that this client does not send was not broken off: it counts as a good round only.
    if (!happened) this.table.row(fault).times -= 1;
  }

  /** A wrong password is tried once, and not again with every round of the timer. */
  async #hammering(): Promise<void> {
    const { faulty } = this.world;
    faulty.faults.pop3.refuseLogin('AUTH');
    faulty.log.clear();
    await this.world.round();
    for (let round = 0; round < 10; round += 1) await this.world.round('timer');
    const logins = faulty.log.commands('pop3').filter((command) => /^(PASS|AUTH)/.test(command)).length;
    faulty.faults.clear();
    await this.world.round();
    this.table.add(
      'wrong password, ten rounds of the timer',
      { stalled: logins > 2 ? [`${logins} logins`] : [] },
      `${logins} login${logins === 1 ? '' : 's'} in all; tried again when somebody asks`,
    );
  }

  #nextId(): string {
    this.#count += 1;
    return `l-${this.#count}@link.example`;
  }
}

/** Mail is left at the ISP, and one night all ids are others (sorting case 81); ids are used again for other messages (case 80). */
async function leavingOnServer(table: FaultTable): Promise<void> {
  const world = await LinkWorld.start({ 'pop3.leaveOnServerDays': 30 });
  const ledger = new Ledger();
  try {
    const messages = ['Andrew', 'Carolyn'].map((name, index) =>
      put(
        world.faulty,
        ledger,
        `n-${index}@link.example`,
        `${name} <${REGULAR}>`,
        name === 'Andrew' ? ['company/andrew'] : ['company/carolyn', 'company/greg'],
      ),
    );
    await world.round();
    for (const message of messages) message.uidl = `night-${message.uidl}`;
    for (let round = 0; round < ROUNDS; round += 1) await world.round();
    table.add('all UIDLs changed overnight, mail left on the server', await ledger.judge(world.dataDir, 0), 'known by their octets');
    const [first] = messages;
    if (first !== undefined) {
      world.faulty.mailbox('mail').remove(first);
      put(world.faulty, ledger, 'n-reused@link.example', `Greg <${REGULAR}>`, ['company/greg'], first.uidl);
    }
    for (let round = 0; round < ROUNDS; round += 1) await world.round();
    table.add('a UIDL used again for another message', await ledger.judge(world.dataDir, 0), 'known by its other size');
  } finally {
    await world.stop();
  }
}

function put(
  isp: LinkWorld['faulty'],
  ledger: Ledger,
  id: string,
  to: string,
  mailboxes: readonly string[],
  uidl?: string,
): PracticeMessage {
  const octets = Buffer.from(letter({ to, id, body: 'Hello.\r\n.\r\n..dots\r\n'.repeat(3 + (id.length % 4)) }), 'latin1');
  ledger.expect(id, { mailboxes, octets, life: 0 });
  return isp.mailbox(to.includes(DOMAIN) ? 'post' : 'mail').put(octets, uidl === undefined ? {} : { uidl });
}

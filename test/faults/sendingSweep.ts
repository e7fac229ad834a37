// Everything that an ISP's outgoing server and the line to it may do wrong, one after the other; after each, three good rounds and a look into the
// ledger. In the round of the fault a second message of the account, and another account, have to get through.
import type { PortSecurity } from '@postroom/sdk';
import { letter } from '../kit/letter.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import { Ledger } from './ledger.js';
import { LinkWorld } from './linkWorld.js';
import { SMTP_CASES, type SmtpCase } from './smtpCases.js';
import { type FaultTable, shortened } from './table.js';
import { Traffic } from './traffic.js';

const ROUNDS = 3;
/** Octets that a loopback connection does not hold at once. */
const LARGE = 16_000_000;
/** Seconds that the server waits for answers: so few only where none will come, since a busy machine takes its time as well. */
const SHORT_PATIENCE = 2;
const LONG_PATIENCE = 600;

interface Waiting {
  readonly entry: number;
  readonly recipient: string;
  readonly lastAnswer?: string;
}

/** Adds the rows. */
export async function sendingSweep(table: FaultTable): Promise<void> {
  for (const security of ['plain', 'starttls', 'tls'] as const) {
    const world = await LinkWorld.start({}, { smtp: { security } });
    try {
      const sweep = new SendingSweep(world, security, table);
      for (const each of SMTP_CASES[security]) await sweep.try(each);
    } finally {
      await world.stop();
    }
  }
}

class SendingSweep {
  readonly #ledger = new Ledger();
  readonly #company: Traffic;
  readonly #works: Traffic;
  #count = 0;

  constructor(
    private readonly world: LinkWorld,
    private readonly security: PortSecurity,
    private readonly table: FaultTable,
  ) {
    this.#company = new Traffic(world.faulty, this.#ledger, `company-${security}`);
    this.#works = new Traffic(world.healthy, this.#ledger, `works-${security}`);
  }

  async try({ fault, held, isUnsure = false, concernsAll = false, isLarge = false, isSilent = false, begin }: SmtpCase): Promise<void> {
    const { faulty, healthy, smtpPort } = this.world;
    await this.#company.submit(smtpPort, 0, { size: isLarge ? LARGE : 0 });
    await this.#company.submit(smtpPort, 0);
    await this.#works.submit(smtpPort, 0, { from: `john@${DOMAIN}` });
    this.#arrive();
    // A session that was kept open from the case before would pass the first steps by.
    await faulty.smtp.stop();
    await faulty.smtp.start();
    const received = { faulty: faulty.outgoing.length, healthy: healthy.outgoing.length };
    if (isSilent) await this.#wait(SHORT_PATIENCE);
    begin(faulty);
    await this.world.round();
    if (isSilent) await this.#wait(LONG_PATIENCE);
    const waiting = await this.world.run<readonly Waiting[]>('outbox.list');
    const stalled = [
      ...(faulty.faults.smtp.waiting > 0 ? ['the fault did not come about'] : []),
      ...(healthy.outgoing.length === received.healthy ? ['mail of the other account was not sent'] : []),
      ...(this.world.left > 0 ? ['mail was not collected'] : []),
      ...(!concernsAll && faulty.outgoing.length === received.faulty ? ['mail behind it was not sent'] : []),
      ...(!concernsAll && waiting.length > 1 ? ['mail behind it waits'] : []),
      ...(await this.#unsureness(isUnsure, waiting)),
    ];
    faulty.faults.clear();
    if (isUnsure) this.#ledger.openWindows(waiting.map(({ recipient }) => recipient));
    if (waiting.length > 0) await this.world.run('outbox.retry', { entries: waiting.map(({ entry }) => entry) });
    for (let round = 0; round < ROUNDS; round += 1) await this.world.round();
    const verdict = await this.#ledger.judge(this.world.dataDir, this.world.left);
    const said = waiting[0]?.lastAnswer ?? '';
    this.table.add(
      this.security === 'plain' ? fault : `${fault} (${this.security})`,
      { ...verdict, stalled: [...stalled, ...verdict.stalled] },
      said === '' ? held : `${held} ("${shortened(said)}")`,
    );
  }

  async #wait(seconds: number): Promise<void> {
    await this.world.run('config.set', { key: 'accounts.company.smtp.timeouts.replySeconds', value: String(seconds) });
  }

  /** Mail that waits at the account's own ISP. */
  #arrive(): void {
    this.#count += 1;
    const id = `in-${this.security}-${this.#count}@sending.example`;
    const octets = Buffer.from(letter({ to: `Andrew <${REGULAR}>`, id, body: 'Hello.' }), 'latin1');
    this.#ledger.expect(id, { mailboxes: ['company/andrew'], octets, life: 0 });
    this.world.faulty.mailbox('mail').put(octets);
  }

  /** Whether people were told that mail may come twice, where it may and nowhere else. */
  async #unsureness(isUnsure: boolean, waiting: readonly Waiting[]): Promise<readonly string[]> {
    const log = await this.world.run<readonly { readonly text: string }[]>('log.read', { limit: 30 });
    const isSaid = waiting.some(({ recipient }) =>
      log.some(({ text }) => text.includes(recipient) && text.includes('possibly sent twice')),
    );
    if (isSaid === isUnsure) return [];
    return [isUnsure ? 'nobody was told that it may come twice' : 'it was said to come twice, which it can not'];
  }
}

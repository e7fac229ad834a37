// Relays of strangers, which die in the middle of a message: who announces the end of data leaves in doubt what was announced, all others the whole call.
import '#core/base/injection.js';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { plant } from '../plugins/platform/isolation/villains.js';

const BOTH = ['a@far.example', 'b@far.example'] as const;

interface Row {
  readonly entry: number;
  readonly recipient: string;
  readonly doubts?: number;
}

/** What becomes of a message to two people whose subject tells the plugin what to do. */
interface Case {
  readonly subject: string;
  readonly inDoubt: readonly string[];
  readonly waiting: readonly string[];
  /** By the product's own relay. */
  readonly sent?: boolean;
}

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'relays-unannounced': [
    { subject: 'die', inDoubt: BOTH, waiting: [] },
    { subject: 'take', inDoubt: [], waiting: [] },
    { subject: 'pass', inDoubt: [], waiting: [], sent: true },
    { subject: 'take one', inDoubt: [BOTH[1]], waiting: [] },
    { subject: 'defer', inDoubt: [], waiting: BOTH },
    { subject: 'pass at second', inDoubt: [BOTH[1]], waiting: [] },
  ],
  'relays-announced': [
    { subject: 'take', inDoubt: [], waiting: [] },
    { subject: 'pass', inDoubt: [], waiting: [], sent: true },
    { subject: 'pass at first', inDoubt: [BOTH[0]], waiting: [BOTH[1]] },
    { subject: 'pass at second', inDoubt: [], waiting: [BOTH[1]] },
    { subject: 'die before', inDoubt: [], waiting: BOTH },
    { subject: 'die at first', inDoubt: [BOTH[0]], waiting: [BOTH[1]] },
    { subject: 'die at second', inDoubt: [BOTH[1]], waiting: [] },
  ],
};

for (const [name, cases] of Object.entries(CASES)) {
  describe(`a relay in a process of its own, ${name}`, function () {
    this.timeout(60_000);
    const leaks = leakCheck();
    let office: Postroom;
    before(async () => {
      await leaks.begin();
      office = await Postroom.start();
      await plant(office, name);
      await office.run('plugins.enable', { plugin: `decent.${name}` });
    });
    after(async () => {
      await office.stop();
      expect(await leaks.end()).to.deep.equal([]);
    });

    const told = async (): Promise<number> =>
      (await office.run<readonly unknown[]>('log.read', { limit: 100, text: 'possibly sent' })).length;

    for (const { subject, inDoubt, waiting, sent = false } of cases) {
      it(`that does "${subject}" leaves in doubt: ${inDoubt.join(', ') || 'nobody'}`, async () => {
        const before = office.isp.outgoing.length;
        const toldBefore = await told();
        await office.submit('andrew', BOTH, `From: ${REGULAR}\nTo: ${BOTH.join(', ')}\nSubject: ${subject}\n\nHello.\n`);
        await office.round();
        const rows = await office.run<readonly Row[]>('outbox.list');
        const named = (some: readonly Row[]): readonly string[] => some.map(({ recipient }) => recipient);
        expect(named(rows.filter(({ doubts = 0 }) => doubts > 0))).to.deep.equal(inDoubt);
        expect(named(rows.filter(({ doubts = 0 }) => doubts === 0))).to.deep.equal(waiting);
        expect((await told()) - toldBefore, 'once for the message').to.equal(inDoubt.length > 0 ? 1 : 0);
        expect(office.isp.outgoing.length - before).to.equal(sent ? 1 : 0);
        if (rows.length > 0) await office.run('outbox.return', { entries: rows.map(({ entry }) => entry) });
      });
    }
  });
}

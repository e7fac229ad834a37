// Neither lost nor double, whatever the line does: the cases 4, 5, 21 to 25, 75 to 78, 87 and 100 of the sorting rules.
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { onEachStore } from '../kit/flowStores.js';
import { letter } from '../kit/letter.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import type { Postroom } from '../kit/postroom.js';

onEachStore('a message arrives exactly once', 'short', (store) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await store.start();
  });
  afterEach(() => office.stop());

  const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `Number ${index + 1}`);
  const retrievals = (): readonly string[] => office.isp.log.commands('pop3').filter((line) => line.startsWith('RETR'));

  function putNumbered(count: number): void {
    for (const subject of numbered(count)) office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject }));
  }

  it('after a cut in the middle of RETR (87): the part is thrown away and fetched again', async () => {
    putNumbered(5);
    office.isp.faults.pop3.cut({ command: 'RETR', message: 3, when: 'octets', octets: 60 });
    const { accounts } = await office.round();
    expect(accounts[0]?.failed, 'the cut is told').to.have.length.greaterThan(0);
    const before = await office.subjects('andrew');
    expect(numbered(5)).to.include.members([...before]);
    await office.round();
    expect((await office.subjects('andrew')).toSorted()).to.deep.equal(numbered(5));
    expect(office.isp.mailbox('mail').messages).to.have.length(0);
  });

  it('after a cut before the final dot, and one behind it', async () => {
    putNumbered(3);
    office.isp.faults.pop3.cut({ command: 'RETR', message: 1, when: 'dot' });
    office.isp.faults.pop3.cut({ command: 'RETR', message: 2, when: 'answered' });
    for (let round = 0; round < 3; round += 1) await office.round();
    expect((await office.subjects('andrew')).toSorted()).to.deep.equal(numbered(3));
  });

  for (const when of ['received', 'done'] as const) {
    it(`after a cut in QUIT, ${when === 'done' ? 'when the ISP has deleted' : 'before the ISP deletes'} (75, 77)`, async () => {
      putNumbered(4);
      office.isp.faults.pop3.cut({ command: 'QUIT', when }, 10);
      await office.round();
      expect(office.isp.mailbox('mail').messages).to.have.length(when === 'done' ? 0 : 4);
      office.isp.faults.clear();
      office.isp.log.clear();
      await office.close();
      await office.open();
      await office.round();
      expect(retrievals(), 'known messages are deleted without RETR').to.deep.equal([]);
      expect(office.isp.mailbox('mail').messages).to.have.length(0);
      expect((await office.subjects('andrew')).toSorted()).to.deep.equal(numbered(4));
    });
  }

  it('where the ISP answers QUIT with -ERR and keeps the messages (78)', async () => {
    putNumbered(2);
    office.isp.faults.pop3.answer('QUIT', '-ERR some deleted messages not removed', { times: 1 });
    await office.round();
    office.isp.log.clear();
    await office.round();
    expect(retrievals()).to.deep.equal([]);
    expect(office.isp.mailbox('mail').messages).to.have.length(0);
    expect(await office.subjects('andrew')).to.have.length(2);
  });

  it('where the server closes during a round and opens again (76)', async () => {
    putNumbered(40);
    office.isp.faults.pop3.latency = 5;
    const some = office.next((event) => event.type === 'accepted');
    const round = office.round().catch(() => undefined);
    await some;
    await office.close();
    await round;
    office.isp.faults.clear();
    await office.open();
    await office.round();
    expect((await office.subjects('andrew')).toSorted()).to.deep.equal(numbered(40).toSorted());
    expect(office.isp.mailbox('mail').messages).to.have.length(0);
  });

  it('where a mail client leaves without QUIT: nothing is removed, ids stay, over a restart too (100)', async () => {
    putNumbered(2);
    await office.round();
    const before = await office.pickUp('andrew');
    const rude = await office.pop3('andrew');
    await rude.ask('DELE 1');
    await office.close();
    await office.open();
    expect((await office.pickUp('andrew')).map(({ uidl }) => uidl)).to.deep.equal(before.map(({ uidl }) => uidl));
    const polite = await office.pop3('andrew');
    await polite.ask('DELE 1');
    expect(await polite.ask('QUIT')).to.match(/^\+OK/);
    expect((await office.pickUp('andrew')).map(({ uidl }) => uidl)).to.deep.equal([before[1]?.uidl]);
  });

  describe('where the ISP holds several copies', () => {
    const twice = `lisa@${DOMAIN}, john@${DOMAIN}`;
    const putDomain = (...texts: readonly string[]): void => {
      for (const text of texts) office.isp.mailbox('post').put(text);
    };
    const counts = async (): Promise<object> => ({
      lisa: (await office.subjects('lisa')).length,
      john: (await office.subjects('john')).length,
    });

    it('with envelope fields each copy goes to its own recipient (4)', async () => {
      putDomain(
        letter({ id: 'm4@x', to: twice, envelope: [`X-Original-To: lisa@${DOMAIN}`] }),
        letter({ id: 'm4@x', to: twice, envelope: [`X-Original-To: john@${DOMAIN}`] }),
      );
      await office.round();
      expect(await counts()).to.deep.equal({ lisa: 1, john: 1 });
    });

    it('without envelope fields each mailbox gets exactly one (5)', async () => {
      putDomain(letter({ id: 'm5@x', to: twice }), letter({ id: 'm5@x', to: twice }));
      const { accounts } = await office.round();
      expect(await counts()).to.deep.equal({ lisa: 1, john: 1 });
      expect(accounts[1]).to.include({ fetched: 2, stored: 1, duplicates: 1 });
      expect(office.isp.mailbox('post').messages, 'the second copy is known as well').to.have.length(0);
    });

    it('and in two rounds, with a restart between, still one (5, 21)', async () => {
      const list = ['List-Id: Wood <wood.lists.example>'];
      putDomain(letter({ id: 'm21@x', to: twice, header: list }));
      await office.round();
      await office.close();
      await office.open();
      putDomain(letter({ id: 'm21@x', to: twice, header: list }));
      await office.round();
      expect(await counts()).to.deep.equal({ lisa: 1, john: 1 });
    });

    it('keeps both where the list added a footer (22) or the sender re-used a Message-ID (23)', async () => {
      const to = `lisa@${DOMAIN}`;
      putDomain(letter({ id: 'm22@x', to }), letter({ id: 'm22@x', to, body: 'Hello.\r\n-- \r\nlist footer' }));
      putDomain(letter({ id: 'm23@x', to, body: 'One.' }), letter({ id: 'm23@x', to, body: 'Something else.' }));
      await office.round();
      expect(await counts()).to.deep.equal({ lisa: 4, john: 0 });
    });

    it('without a Message-ID the whole content decides (24)', async () => {
      const to = `lisa@${DOMAIN}`;
      putDomain(letter({ id: '', to, body: 'Same.' }), letter({ id: '', to, body: 'Same.' }), letter({ id: '', to, body: 'Other.' }));
      await office.round();
      expect(await counts()).to.deep.equal({ lisa: 2, john: 0 });
    });

    it('delivers a newsletter that was sent twice on purpose twice (25)', async () => {
      putDomain(letter({ id: 'n1@x', to: twice }), letter({ id: 'n2@x', to: twice }));
      await office.round();
      expect(await counts()).to.deep.equal({ lisa: 2, john: 2 });
    });
  });
});

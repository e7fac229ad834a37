// What a server has for itself alone among those that share its store.
import '#core/base/injection.js';
import { Leases } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { onEachStore } from '../kit/flowStores.js';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import type { Postroom } from '../kit/postroom.js';
import { until } from '../kit/until.js';

onEachStore('the leases of a server', 'long', (store) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await store.start();
  });
  afterEach(() => office.stop());

  const held = async (): Promise<readonly string[]> => {
    const [server] = await office.service(Leases).servers();
    return server?.holds.map(({ lease }) => lease).toSorted() ?? [];
  };

  it('are of the schedule while it serves, and of each account while it is collected', async () => {
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>` }));
    office.isp.faults.pop3.stall({ command: 'RETR', when: 'received' });
    const round = office.round();
    await until('the round hangs at company', () => office.isp.faults.pop3.waiting === 0);
    expect(await held())
      .to.include('round/company')
      .and.to.include('schedule');
    await office.isp.pop3.stop();
    await round;
    expect((await held()).filter((name) => name.startsWith('round/'))).to.deep.equal([]);
    await office.run('service.stop');
    expect(await held()).to.not.include('schedule');
    await office.run('service.start');
    await until('it has the schedule again', async () => (await held()).includes('schedule'));
  });
});

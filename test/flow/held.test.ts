// Mail that has to wait because a plugin is off or failed: nothing is sorted wrongly, nothing lost, and it arrives when all is well.
import '#core/base/injection.js';
import { Outbox } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { HostHooks } from '#core/hooks/hooks.js';
import { PluginHost } from '#core/plugins/pluginHost.js';
import { onEachStore } from '../kit/flowStores.js';
import { letter } from '../kit/letter.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import type { Postroom } from '../kit/postroom.js';
import { until } from '../kit/until.js';

interface Held {
  readonly message: string;
  readonly disposition: string;
  readonly reason: string;
}

onEachStore('mail that has to wait', 'long', (store) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await store.start();
  });
  afterEach(() => office.stop());

  const held = (): Promise<readonly Held[]> => office.run<readonly Held[]>('held.list');
  const put = (to: string, subject: string): void => void office.isp.mailbox('mail').put(letter({ to, subject }));

  it('is held while an essential plugin is off, and delivered in the first round after', async () => {
    await office.run('plugins.disable', { plugin: 'postroom.public1' });
    put(`Public1 <${REGULAR}>`, 'To all');
    put(`Andrew <${REGULAR}>`, 'To one');
    const { accounts } = await office.round();
    expect(accounts[0]).to.include({ fetched: 2, stored: 2 });
    expect(office.isp.mailbox('mail').messages, 'it is safe here').to.have.length(0);
    expect((await held()).map(({ disposition, reason }) => `${disposition}: ${reason}`)).to.deep.equal(
      Array(2).fill('hold: postroom.public1 is not active; sorted when back'),
    );
    await office.close();
    await office.open();
    await office.run('plugins.enable', { plugin: 'postroom.public1' });
    await office.round();
    expect(await held()).to.deep.equal([]);
    expect((await office.subjects('andrew')).toSorted()).to.deep.equal(['To all', 'To one']);
    expect(await office.subjects('carolyn')).to.deep.equal(['To all']);
    await office.round();
    expect(await office.subjects('andrew'), 'once').to.have.length(2);
  });

  it('from a client goes on to everybody: colleagues, another account and the outside, once each', async () => {
    await office.run('plugins.disable', { plugin: 'postroom.public1' });
    const to = [REGULAR, `lisa@${DOMAIN}`, 'ruth@customer.example'];
    const answer = await office.submit(
      'andrew',
      to,
      `From: ${REGULAR}\nTo: Greg <${REGULAR}>, ${to.slice(1).join(', ')}\nSubject: waits\n\nHello.\n`,
    );
    expect(answer).to.match(/^250/);
    expect(await held()).to.have.length(1);
    expect(await office.service(Outbox).list()).to.deep.equal([]);
    await office.run('plugins.enable', { plugin: 'postroom.public1' });
    expect(await office.round()).to.include({ sent: 1 });
    expect(await office.subjects('greg')).to.deep.equal(['waits']);
    expect(await office.subjects('lisa')).to.deep.equal(['waits']);
    expect(office.isp.outgoing.map(({ recipients }) => recipients)).to.deep.equal([['ruth@customer.example']]);
    const [sent] = office.isp.outgoing;
    expect(sent?.octets.toString('latin1'), 'it says where it came from').to.match(/^Received: /);
    await office.round();
    expect(await office.subjects('greg')).to.have.length(1);
    expect(office.isp.outgoing).to.have.length(1);
  });

  it('from a client that the administrator releases reaches the outside too', async () => {
    const declaration = { hook: 'onSort', name: 'wait', stage: 'filter' } as const;
    const waiting = office.service(HostHooks).onSort.add({ plugin: 'test.wait', declaration }, (plan) => plan.hold('not now'));
    await office.submit(
      'andrew',
      [REGULAR, 'ruth@customer.example'],
      `From: ${REGULAR}\nTo: Greg <${REGULAR}>, ruth@customer.example\nSubject: waits\n\nHello.\n`,
    );
    await waiting.dispose();
    const [message] = await held();
    await office.run('held.release', { message: message?.message });
    expect(await office.subjects('greg')).to.deep.equal(['waits']);
    expect((await office.service(Outbox).list()).map(({ recipient }) => recipient)).to.deep.equal(['ruth@customer.example']);
  });

  it('is released to whom the administrator names, and deleted on request', async () => {
    await office.run('plugins.disable', { plugin: 'postroom.public1' });
    put(`Andrew <${REGULAR}>`, 'One');
    put(`Andrew <${REGULAR}>`, 'Two');
    await office.round();
    const [first, second] = await held();
    await office.run('held.release', { message: first?.message, mailboxes: ['greg', 'admin1'] });
    await office.run('held.delete', { message: second?.message });
    expect(await held()).to.deep.equal([]);
    expect(await office.subjects('greg')).to.have.length(1);
    expect(await office.subjects('admin1')).to.have.length(1);
    expect(await office.subjects('andrew')).to.deep.equal([]);
  });

  it('where sorting goes on while plugins come and go, reaches exactly who it should', async () => {
    const subjects = Array.from({ length: 30 }, (_, index) => `Letter ${index}`);
    for (const subject of subjects) put(`Andrew <${REGULAR}>`, subject);
    office.isp.faults.pop3.latency = 2;
    const round = office.round();
    for (let turn = 0; turn < 4; turn += 1) {
      await office.run('plugins.disable', { plugin: 'postroom.cc' });
      await office.run('plugins.enable', { plugin: 'postroom.cc' });
    }
    await round;
    await office.service(PluginHost).settled();
    await until('nothing is held', async () => {
      await office.run('held.retry');
      return (await held()).length === 0;
    });
    expect((await office.subjects('andrew')).toSorted()).to.deep.equal(subjects.toSorted());
    expect(await office.subjects('admin1')).to.deep.equal([]);
  });
});

// The licence of whole servers on one PostgreSQL: the device is the store's, seen by any of them, and the limits count what the store has.
import { Licence } from '@postroom/sdk/services';
import { PracticeIsp } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import type { Cluster } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { testCluster } from '../../kit/postgres/testCluster.js';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';

const SECRET_KEY = Buffer.alloc(32, 7);

interface Seen {
  readonly seen: boolean;
  readonly seenBy: readonly string[];
}

describe('the licence of two servers on one PostgreSQL', () => {
  let cluster: Cluster;
  let database: ClusterDatabase;
  /** Has the device of `b`, which is off at first; that of `a` is on. */
  let elsewhere: PracticeIsp;
  let a: Postroom;
  let b: Postroom;
  const open: Postroom[] = [];

  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    database = await cluster.database();
    elsewhere = await PracticeIsp.start();
    await elsewhere.device.switchOff();
    const settings = { 'licensing.device.graceMinutes': 0, nodes: { b: { 'licensing.device.port': elsewhere.device.port } } };
    for (const node of ['a', 'b']) {
      open.push(await Postroom.start({ boot: { store: database.url(), node }, secretKey: SECRET_KEY, settings }));
    }
    [a, b] = open as [Postroom, Postroom];
  });
  afterEach(async () => {
    for (const postroom of open.splice(0)) await postroom.stop();
    await elsewhere.stop();
    await database.drop();
  });

  const look = (server: Postroom): Promise<Seen> => server.run('network-device.look');
  const serves = (server: Postroom, isOn: boolean): Promise<void> =>
    until(isOn ? 'it serves' : 'it does not serve', () => {
      const { verdict } = server.service(Licence);
      return verdict.granted === isOn && server.service(Ports).ports.length === (isOn ? 2 : 0);
    });

  it('is granted to both where one sees the device, and both say which one', async () => {
    for (const server of [a, b]) await serves(server, true);
    expect(await look(b)).to.deep.include({ seen: false, seenBy: ['a'] });
    expect(await b.run('licence'))
      .to.have.nested.property('device.seenBy')
      .that.deep.equals(['a']);
    for (const server of [a, b]) expect(await server.run('status')).to.deep.include({ service: 'running', deviceSeenBy: ['a'] });
    expect((await a.run<readonly { holds: object }[]>('nodes'))[0]?.holds).to.have.property('network-device/a');
  });

  it('is granted to neither where none sees it, and to both again as soon as another one does', async () => {
    await a.isp.device.switchOff();
    for (const server of [a, b]) {
      expect(await look(server)).to.deep.include({ seen: false, seenBy: [] });
      await serves(server, false);
    }
    const { reason } = await b.run<{ reason: string }>('licence');
    expect(reason).to.include('No other server on its store sees it either.');
    await elsewhere.device.switchOn();
    for (const server of [b, a]) {
      expect((await look(server)).seenBy).to.deep.equal(['b']);
      await serves(server, true);
    }
  });

  it('ends for the one that does not see it with the one that does', async () => {
    await serves(b, true);
    await a.close();
    await look(b);
    await serves(b, false);
  });

  it('counts accounts and users of the store, whichever server adds them', async () => {
    const users = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`user${index + 1}`, {}]));
    await a.run('config.set', { key: 'accounts.company.users', value: JSON.stringify(users) });
    expect(await b.refusal('users.add', { account: 'company', user: 'onemore' })).to.match(/64 users/);
  });
});

// The service as a whole, of servers on one PostgreSQL: on or off for all of them.
import { ServiceSwitch } from '@postroom/sdk/services';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import type { Cluster } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { testCluster } from '../../kit/postgres/testCluster.js';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';

const KEY = Buffer.alloc(32, 7);

describe('the service of two servers on one PostgreSQL', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let database: ClusterDatabase;
  const open: Postroom[] = [];

  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    database = await cluster.database();
  });
  afterEach(async () => {
    for (const postroom of open.splice(0)) await postroom.stop();
    await database.drop();
  });

  const start = async (node: string): Promise<Postroom> => {
    const postroom = await Postroom.start({ boot: { store: database.url(), node }, secretKey: KEY });
    open.push(postroom);
    return postroom;
  };
  const status = async (of: Postroom): Promise<string> => (await of.run<{ service: string }>('status')).service;
  const openPorts = (of: Postroom): number =>
    of.service(Ports).ports.filter(({ protocol, problem }) => protocol === 'pop3' && problem === undefined).length;

  it('is stopped and started on either for both, and for one that starts later', async () => {
    const [a, b] = [await start('a'), await start('b')];
    expect(openPorts(b)).to.be.greaterThan(0);
    await a.run('service.stop');
    await until('the other has heard of it', () => !b.service(ServiceSwitch).isOn);
    await until('its ports are closed', () => openPorts(b) === 0);
    const c = await start('c');
    expect([await status(a), await status(b), await status(c)]).to.deep.equal(
      Array.from({ length: 3 }, () => 'stopped by the administrator'),
    );
    expect(openPorts(c)).to.equal(0);
    await c.run('service.start');
    await until('all of them serve', () => [a, b, c].every((server) => openPorts(server) > 0));
    expect(b.log).to.include('The administrator stopped the service on another server.');
    const said = await database.query("SELECT count(*)::int AS lines FROM activity WHERE text LIKE 'The administrator stopped%'");
    expect(said, 'once in the log of all').to.deep.equal([{ lines: 1 }]);
  });
});

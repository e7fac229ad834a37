// `--node NAME`: a command line at one server, answered by another one on the same PostgreSQL.
import type { Disposable } from '@postroom/sdk';
import { expect } from 'chai';
import { callRunningServer, serveControl } from '#plugins/platform/cli/dist/control/controlSocket.js';
import { failureOf } from '../../kit/failureOf.js';
import type { Cluster } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { testCluster } from '../../kit/postgres/testCluster.js';
import { Postroom } from '../../kit/postroom.js';

const SECRET_KEY = Buffer.alloc(32, 7);

describe('a command for one of two servers on one PostgreSQL', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let database: ClusterDatabase;
  const open: Postroom[] = [];
  let control: Disposable | undefined;

  before(async function () {
    cluster = await testCluster(this);
    database = await cluster.database();
    for (const node of ['a', 'b']) open.push(await Postroom.start({ boot: { store: database.url(), node }, secretKey: SECRET_KEY }));
    control = await serveControl((open[0] as Postroom).server);
  });
  after(async () => {
    await control?.dispose();
    for (const server of open.splice(0)) await server.stop();
    await database?.drop();
  });

  const ask = (command: string, args: object, node: string): Promise<{ readonly result: unknown } | undefined> =>
    callRunningServer(open[0]?.dataDir ?? '', { command, args, author: 'cli', node }, () => undefined);

  it('is answered by the server that it names', async () => {
    for (const [index, node] of ['a', 'b'].entries()) {
      const answer = (await ask('status', {}, node))?.result as { readonly ports: readonly { readonly port: number }[] };
      expect(answer.ports.map(({ port }) => port)).to.include(open[index]?.port('pop3'));
    }
  });

  it('changes what is for all, with its secrets, and is refused as it is there', async () => {
    await ask('accounts.set-password', { account: 'company', password: 'sesame' }, 'b');
    expect(open[1]?.log).to.include('Another server asked for a command.');
    for (const server of open) expect(server.log).to.not.include('sesame');
    expect(await failureOf(ask('config.get', { key: 'nonsense' }, 'b'))).to.include({ code: 'settings/unknown-key' });
    expect(await database.query("SELECT name FROM document WHERE name LIKE 'asked/%' OR name LIKE 'answered/%'")).to.deep.equal([]);
  });
});

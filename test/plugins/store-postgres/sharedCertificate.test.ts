// The certificate of whole servers on one PostgreSQL that have names of their own: one for all, made and renewed by one of them.
import { X509Certificate } from 'node:crypto';
import { Certificates, Documents } from '@postroom/sdk/services';
import { expect } from 'chai';
import type { Cluster } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { testCluster } from '../../kit/postgres/testCluster.js';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';

const SECRET_KEY = Buffer.alloc(32, 7);

describe('the certificate of two servers on one PostgreSQL that have names of their own', () => {
  let cluster: Cluster;
  let database: ClusterDatabase;
  let a: Postroom;
  let b: Postroom;
  const open: Postroom[] = [];

  before(async function () {
    cluster = await testCluster(this);
    database = await cluster.database();
    const settings = { nodes: { a: { 'server.name': 'a.office.example' }, b: { 'server.name': 'b.office.example' } } };
    for (const node of ['a', 'b']) {
      open.push(await Postroom.start({ boot: { store: database.url(), node }, secretKey: SECRET_KEY, settings }));
    }
    [a, b] = open as [Postroom, Postroom];
  });
  after(async () => {
    for (const postroom of open.splice(0)) await postroom.stop();
    await database?.drop();
  });

  const shown = (server: Postroom): string => server.service(Certificates).pem.cert;
  const isFor = (server: Postroom, name: string): boolean => new X509Certificate(shown(server)).checkHost(name) !== undefined;
  const timesMade = (): number =>
    open.flatMap(({ log }) => log.match(/"A certificate was made|"The certificate was renewed/g) ?? []).length;
  const version = (): Promise<string | undefined> => a.service(Documents).version('tls/certificate.pem');

  it('has the names of both from the first, and the second one makes none', async () => {
    expect(shown(b)).to.equal(shown(a));
    for (const name of ['a.office.example', 'b.office.example']) expect(isFor(a, name), name).to.equal(true);
    expect(timesMade()).to.equal(1);
    const before = await version();
    for (const server of open) {
      await server.close();
      await server.open();
    }
    expect([await version(), timesMade()]).to.deep.equal([before, 1]);
  });

  it('waits for the confirmation of a new name of one server on both, and is then made once', async () => {
    const before = shown(a);
    await a.run('config.set', { key: 'nodes.b.server.name', value: 'c.office.example' });
    await until('both have the change on trial', async () =>
      (await Promise.all(open.map((server) => server.run<{ unconfirmed?: object }>('status')))).every(
        ({ unconfirmed }) => unconfirmed !== undefined,
      ),
    );
    expect([shown(a), shown(b)]).to.deep.equal([before, before]);
    await b.run('config.confirm');
    await until('both show one with the new name', () => open.every((server) => isFor(server, 'c.office.example')));
    await until('the same one', () => shown(a) === shown(b));
    expect(timesMade()).to.equal(2);
  });
});

// Passwords, keys and the certificate of whole servers on one PostgreSQL.
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { Certificates, PortCatalogue, SecretStore, StandingProblems } from '@postroom/sdk/services';
import { expect } from 'chai';
import type { Cluster } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { testCluster } from '../../kit/postgres/testCluster.js';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';
import { RawClient } from '../pop3/support/rawClient.js';

const KEY = Buffer.alloc(32, 7);
const ANDREW = { account: 'company', user: 'andrew' };

describe('Two servers on one PostgreSQL', () => {
  let cluster: Cluster;
  let database: ClusterDatabase;
  const open: Postroom[] = [];
  async function start(node: string, secretKey: Buffer | undefined): Promise<Postroom> {
    const port = (security: string): object => ({ host: '127.0.0.1', port: 0, security });
    const ports = {
      'pop3.listen': [port('plain'), port('tls')],
      'smtp.listen': [port('plain'), port('starttls')],
      'admin-ui.listen': [port('plain'), port('tls')],
    };
    const key = secretKey === undefined ? {} : { secretKey };
    const boot = { store: database.url(), node };
    const postroom = await Postroom.start({ boot, ...key, settings: ports, ispPasswords: secretKey !== undefined });
    open.push(postroom);
    return postroom;
  }

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

  const portsOf = (server: Postroom): readonly (readonly [string, string, boolean])[] =>
    server.service(PortCatalogue).ports.map(({ protocol, security, problem }) => [protocol, security, problem === undefined] as const);

  it('let a user in with a password that was just set on the other, and have one certificate', async () => {
    const [a, b] = [await start('a', KEY), await start('b', KEY)];
    await a.service(SecretStore).setUserPassword(ANDREW, 'another one');
    const client = await RawClient.connect(b.port('pop3'));
    expect(await client.login('andrew', 'another one')).to.match(/^\+OK/);
    client.destroy();
    const [one, other] = [a, b].map((server) => server.service(Certificates));
    await until('both show the same', () => one?.pem.cert === other?.pem.cert);
    expect(other?.authority).to.equal(one?.authority);
    expect(await b.service(SecretStore).getSecret('company/pop3.password')).to.equal(
      await a.service(SecretStore).getSecret('company/pop3.password'),
    );
    const kept = await database.query(
      `SELECT name FROM document WHERE convert_from(octets, 'UTF8') LIKE '%PRIVATE KEY%' OR octets LIKE $1`,
      [KEY],
    );
    expect(kept).to.deep.equal([]);
  });

  it('serve without TLS where one has no key, say what is missing, and open the other ports when it is there', async () => {
    const a = await start('a', KEY);
    const b = await start('b', undefined);
    const closed = [
      ['pop3', 'plain', true],
      ['pop3', 'tls', false],
      ['smtp', 'plain', true],
      ['smtp', 'starttls', false],
      ['http', 'plain', true],
      ['http', 'tls', false],
    ] as const;
    expect(portsOf(b)).to.have.deep.members([...closed]);
    expect(await b.subjects('andrew')).to.deep.equal([]);
    expect((await b.service(StandingProblems).all()).join()).to.match(
      /encrypted secrets cannot be opened: their key \w+ is not in .*Copy secret\.key/,
    );
    expect(await b.refusal('accounts.set-password', { account: 'company', password: 'x' })).to.include(
      'Copy secret.key from a server that has it',
    );
    await copyFile(path.join(a.dataDir, 'secret.key'), path.join(b.dataDir, 'secret.key'));
    await until('every port is open', () => portsOf(b).length === closed.length && portsOf(b).every(([, , isOpen]) => isOpen));
    expect(b.service(Certificates).authority).to.equal(a.service(Certificates).authority);
    expect((await b.service(StandingProblems).all()).join()).to.not.include('secret.key');
  });
});

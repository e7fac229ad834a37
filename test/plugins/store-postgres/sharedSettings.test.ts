// Settings of whole servers on one PostgreSQL: one document, a file on each, and a trial that all share.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SettingsService, TrialPeriod } from '@postroom/sdk/services';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import type { Cluster } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { testCluster } from '../../kit/postgres/testCluster.js';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';

const KEY = Buffer.alloc(32, 7);
const listen = (security: string): string => JSON.stringify([{ host: '127.0.0.1', port: 0, security }]);

describe('Two servers on one PostgreSQL share their settings', () => {
  let cluster: Cluster;
  let database: ClusterDatabase;
  let a: Postroom;
  let b: Postroom;
  const open: Postroom[] = [];
  const start = async (node: string): Promise<Postroom> => {
    const postroom = await Postroom.start({ boot: { store: database.url(), node }, secretKey: KEY });
    open.push(postroom);
    return postroom;
  };
  const keepDays = (of: Postroom): unknown => of.service(SettingsService).get('log.keepDays');
  const security = (of: Postroom): unknown => of.service(SettingsService).get<readonly { security: string }[]>('pop3.listen')[0]?.security;
  const file = (of: Postroom): Promise<string> => readFile(path.join(of.dataDir, 'settings.json'), 'utf8');
  const authors = async (of: Postroom): Promise<readonly string[]> =>
    (await of.run<readonly { author: string }[]>('config.history')).map(({ author }) => author).reverse();

  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    database = await cluster.database();
    a = await start('a');
    b = await start('b');
  });
  afterEach(async () => {
    for (const postroom of open.splice(0)) await postroom.stop();
    await database.drop();
  });

  it('from the first start: what the folder of the second one had is kept beside', async () => {
    expect(await file(b)).to.equal(await file(a));
    const beside = (await readdir(b.dataDir)).filter((name) => name.startsWith('settings.json.former-'));
    expect(beside).to.have.length(1);
    expect(b.log).to.include(`It is kept as ${beside[0]}.`);
    expect(await authors(b)).to.deep.equal(['editor']);
  });

  it('by commands on either and by an editor, each version in the history once', async () => {
    await a.run('config.set', { key: 'log.keepDays', value: '7' });
    await until('the other has it', () => keepDays(b) === 7);
    await writeFile(path.join(b.dataDir, 'settings.json'), (await file(b)).replace('"log.keepDays": 7', '"log.keepDays": 8'));
    await until('both have it', () => [a, b].every((each) => keepDays(each) === 8));
    await until('in both files', async () => (await file(a)) === (await file(b)));
    await b.run('config.undo');
    await until('both went back', () => [a, b].every((each) => keepDays(each) === 7));
    expect(await authors(a)).to.deep.equal(['editor', 'test', 'editor', 'test, back to 2']);
  });

  it('and a name is taken once, where both are asked for it at once', async () => {
    const add = (server: Postroom, names: string): Promise<object> =>
      server.run('users.add', { account: 'company', user: 'eve', set: [`names=["${names}"]`] });
    const outcomes = await Promise.allSettled([add(a, 'Eve One'), add(b, 'Eve Two')]);
    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
    expect(refused).to.have.length(1);
    expect(refused[0]).to.include('company has a user eve already');
  });

  it('and each keeps ports of its own', async () => {
    await a.run('config.set', { key: 'nodes.b.pop3.listen', value: listen('tls') });
    await until('the other has it', () => security(b) === 'tls');
    await until('its port is another one', () =>
      b.service(Ports).ports.some(({ protocol, security: its }) => protocol === 'pop3' && its === 'tls'),
    );
    expect([security(a), a.service(Ports).ports.some(({ security: its }) => its === 'tls')]).to.deep.equal(['plain', false]);
    expect(await a.run('config.validate')).to.deep.equal({ valid: true, warnings: [] });
    await a.run('config.set', { key: 'nodes.bb.pop3.listen', value: listen('tls') });
    expect(await a.run('config.validate')).to.deep.equal({
      valid: true,
      warnings: ['settings.json warning nodes/bb: No server "bb" is on the store at the moment; there are a, b.'],
    });
    expect(await b.run('config.show')).to.deep.include({
      key: 'pop3.listen',
      value: [{ host: '127.0.0.1', port: 0, security: 'tls' }],
      from: 'nodes.b',
    });
  });

  it('on trial together: the other one confirms', async () => {
    const answer = await a.run<{ confirm?: string }>('config.set', { key: 'pop3.listen', value: listen('starttls') });
    expect(answer.confirm).to.match(/^pop3\.listen .*within 60 s/);
    await until('the other has it', () => security(b) === 'starttls');
    await until('it is on trial there', () => b.service(TrialPeriod).trial !== undefined);
    expect(await b.run('config.confirm')).to.deep.equal({ confirmed: ['pop3.listen'] });
    await until('the first one knows', () => a.service(TrialPeriod).trial === undefined);
    await a.close();
    expect(security(b)).to.equal('starttls');
  });

  it('on trial together: it goes on where the first one ends, and goes back when the last one does', async () => {
    await a.run('config.set', { key: 'pop3.listen', value: listen('starttls') });
    await until('it is on trial there', () => b.service(TrialPeriod).trial !== undefined);
    await a.close();
    expect([security(b), b.service(TrialPeriod).trial?.keys]).to.deep.equal(['starttls', ['pop3.listen']]);
    await b.close();
    await a.open();
    expect(security(a)).to.equal('plain');
  });

  it('go on as they are while the database is away; a change in an editor waits for it', async () => {
    await cluster.stop('fast');
    try {
      await writeFile(path.join(b.dataDir, 'settings.json'), (await file(b)).replace('{', '{\n  "log.keepDays": 9,'));
      await until('it is said', () => b.service(SettingsService).problems.some(({ message }) => message.includes('waits')));
      expect(keepDays(b)).to.equal(30);
      expect(await a.refusal('config.set', { key: 'log.keepDays', value: '8' })).to.include(
        'The settings could not be written into the store',
      );
    } finally {
      await cluster.start();
    }
    await until('both have it', () => [a, b].every((each) => keepDays(each) === 9));
    expect(b.service(SettingsService).problems).to.deep.equal([]);
  });
});

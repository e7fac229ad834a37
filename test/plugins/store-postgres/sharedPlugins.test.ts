// Installed plugins of whole servers on one PostgreSQL: added, replaced and removed on either, and no server sorts without a filter that the other one runs.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PluginManifest } from '@postroom/sdk';
import { Documents, MailStore, PluginAdministration } from '@postroom/sdk/services';
import { expect } from 'chai';
import { packageDocument, packageOf } from '#plugins/platform/plugin-manager/dist/shared/packageDocument.js';
import { failureOf } from '../../kit/failureOf.js';
import { packFolder } from '../../kit/packedPlugin.js';
import type { Cluster } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { testCluster } from '../../kit/postgres/testCluster.js';
import { Postroom } from '../../kit/postroom.js';
import { filterThat, plantStranger } from '../../kit/strangerPlugin.js';
import { until } from '../../kit/until.js';

const SECRET_KEY = Buffer.alloc(32, 7);
const LETTER = 'From: ann@far.example\nTo: Andrew <mail@company.example>\nSubject: one\n\nHello\n';
const PACKAGE = 'plugins/stranger.scan.tgz';

describe('plugins of two servers on one PostgreSQL', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let database: ClusterDatabase;
  let scratch: string;
  const open: Postroom[] = [];

  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    database = await cluster.database();
    scratch = await mkdtemp(path.join(tmpdir(), 'postroom-scan-'));
  });
  afterEach(async () => {
    for (const server of open.splice(0)) await server.stop();
    await database.drop();
    await rm(scratch, { recursive: true, force: true });
  });

  async function start(node: string, boot: object = {}): Promise<Postroom> {
    const server = await Postroom.start({ boot: { store: database.url(), node, ...boot }, secretKey: SECRET_KEY });
    open.push(server);
    return server;
  }
  const both = async (): Promise<readonly [Postroom, Postroom]> => [await start('a'), await start('b')];
  const packed = async (version: string, manifest: Partial<PluginManifest> = {}): Promise<string> => {
    await plantStranger(scratch, { ...filterThat('scan', '() => undefined'), manifest: { version, ...manifest } });
    return (await packFolder(path.join(scratch, 'plugins', 'stranger.scan'))).toString('base64');
  };
  const scanOf = (server: Postroom): string => {
    const found = server.service(PluginAdministration).plugins.find(({ id }) => id === 'stranger.scan');
    return found === undefined ? 'none' : `${found.version} ${found.state}`;
  };
  const waitsFor = (server: Postroom): readonly string[] =>
    server.service(PluginAdministration).blocking.map(({ id, how }) => `${id} ${how}`);

  it('come to each with an add on either, in the version that was added last, and go with a remove on any', async () => {
    const [a, b] = await both();
    expect(await a.run('plugins.add', { plugin: await packed('1.0.0') })).to.include({ version: '1.0.0', state: 'active' });
    await until('the other server runs it', () => scanOf(b) === '1.0.0 active');
    expect(await b.run('plugins.add', { plugin: await packed('1.1.0') })).to.include({ version: '1.1.0', state: 'active' });
    await until('the first server runs the new version', () => scanOf(a) === '1.1.0 active');
    await a.run('plugins.remove', { plugin: 'stranger.scan' });
    await until('it is gone from the other', () => scanOf(b) === 'none');
    for (const server of [a, b]) {
      expect(existsSync(path.join(server.dataDir, 'plugins', 'stranger.scan'))).to.equal(false);
      await until('no mail waits for it', () => waitsFor(server).length === 0);
    }
    expect(await a.service(Documents).list('plugins/')).to.deep.equal([]);
    expect((await readFile(path.join(b.dataDir, 'settings.json'), 'utf8')).includes('stranger.scan')).to.equal(false);
  });

  it('are there before mail moves on a server that comes later', async () => {
    const a = await start('a');
    await a.run('plugins.add', { plugin: await packed('1.0.0') });
    const b = await start('b');
    expect(scanOf(b)).to.equal('1.0.0 active');
    expect(waitsFor(b)).to.deep.equal([]);
  });

  it('hold mail where the package in the store is damaged, say so, and run when it is whole again', async () => {
    const a = await start('a');
    const plugin = await packed('1.0.0');
    await a.run('plugins.add', { plugin });
    await database.query(`UPDATE document SET octets = octets || 'x', version = nextval('document_version') WHERE name = '${PACKAGE}'`);
    const b = await start('b');
    expect(waitsFor(b)).to.deep.equal(['stranger.scan gone']);
    a.isp.mailbox('mail').put(LETTER);
    await b.round();
    expect(await b.subjects('andrew')).to.deep.equal([]);
    expect(await b.service(MailStore).setAside()).to.have.length(1);
    const { problems } = await b.run<{ problems: readonly string[] }>('status');
    expect(problems.join('\n')).to.match(/stranger\.scan: The package of stranger\.scan in the store is damaged/);
    expect(b.log).to.include('The package of stranger.scan in the store is damaged');
    // A server that runs the version which was added holds mail as well: it cannot know what the others run.
    await until('the server that has the plugin holds mail', () => waitsFor(a).includes('stranger.scan behind'));
    expect(scanOf(a)).to.equal('1.0.0 active');
    await a.run('plugins.add', { plugin });
    await until('the other server runs it', () => scanOf(b) === '1.0.0 active');
    await until('the mail was sorted', async () => (await b.subjects('andrew')).length === 1);
    await until('no mail waits on either', () => waitsFor(a).length + waitsFor(b).length === 0);
  });

  it('hold mail on every server where the settings enable one that none of them has', async () => {
    const [a, b] = await both();
    await a.run('config.set', { key: 'plugins.enabled', value: JSON.stringify([...(await enabledOn(a)), 'stranger.lost']) });
    for (const server of [a, b]) await until('mail waits for it', () => waitsFor(server).includes('stranger.lost gone'));
    await b.run('plugins.disable', { plugin: 'stranger.lost' });
    for (const server of [a, b]) await until('mail goes on', () => waitsFor(server).length === 0);
  });

  it('are those of one server for all, where it had them before it came to a store without them', async () => {
    const a = await start('a');
    await a.close();
    await plantStranger(a.dataDir, filterThat('scan', '() => undefined'));
    await a.open();
    expect(await a.service(Documents).list('plugins/')).to.deep.equal([PACKAGE]);
    const b = await start('b');
    expect(scanOf(b)).to.equal('1.0.0 disabled');
    await b.run('plugins.enable', { plugin: 'stranger.scan' });
    await until('the first server runs it', () => scanOf(a) === '1.0.0 active');
  });

  it('are those of the store, where a server had another version of its own, whose files are kept', async () => {
    const a = await start('a');
    await a.run('plugins.add', { plugin: await packed('2.0.0') });
    const b = await start('b');
    await b.close();
    await rm(path.join(b.dataDir, 'plugins'), { recursive: true });
    await plantStranger(b.dataDir, filterThat('scan', '() => undefined'));
    await b.open();
    expect(scanOf(b)).to.equal('2.0.0 active');
    const kept = (await readdir(path.join(b.dataDir, 'plugins'))).filter((name) => name.startsWith('.local-stranger.scan-'));
    expect(kept).to.have.length(1);
    expect(b.log).to.include('Its files are kept');
  });

  it('stay with one server where a package would not hold all of their files, and it says what to do', async () => {
    const a = await start('a');
    await a.close();
    const folder = await plantStranger(a.dataDir, filterThat('scan', '() => undefined'));
    await mkdir(path.join(folder, 'node_modules', 'words'), { recursive: true });
    await writeFile(path.join(folder, 'node_modules', 'words', 'index.js'), '');
    await a.open();
    expect(await a.service(Documents).list('plugins/')).to.deep.equal([]);
    const { problems } = await a.run<{ problems: readonly string[] }>('status');
    expect(problems.join('\n')).to.match(
      /stranger\.scan: It is on this server alone \(node_modules\/words\/index\.js in .* would not be in its package/,
    );
    expect(problems.join('\n')).to.include('postroom plugins add FILE');
    expect(existsSync(folder)).to.equal(true);
  });

  it('that boot.json trusts run only where somebody with the key has added the package', async () => {
    const a = await start('a');
    const plugin = await packed('1.0.0');
    await a.run('plugins.add', { plugin });
    const b = await start('b');
    await b.close();
    const boot = { store: database.url(), node: 'b', trusted: ['stranger.scan'] };
    await writeFile(path.join(b.dataDir, 'boot.json'), JSON.stringify(boot));
    await b.open();
    expect(scanOf(b)).to.equal('1.0.0 active');
    // As who can write into the database, and has no key.
    const document = (await a.service(Documents).get(PACKAGE)) ?? { octets: new Uint8Array(), version: '' };
    const forged = forgedPackage(Buffer.from(await packed('1.0.1'), 'base64'), '1.0.1');
    await a.service(Documents).put(PACKAGE, forged, document.version);
    await until('the server that trusts it holds mail', () => waitsFor(b).includes('stranger.scan behind'));
    expect(scanOf(b)).to.equal('1.0.0 active');
    expect(b.log).to.include('was not added by a server that has the key');
    await until('the other one isolates it, and runs it', () => scanOf(a) === '1.0.1 active');
  });

  it('are both there, where two servers add one each at once', async () => {
    const [a, b] = await both();
    const look = await packFolder(await plantStranger(scratch, filterThat('look', '() => undefined')));
    const scan = await packed('1.0.0');
    await Promise.all([a.run('plugins.add', { plugin: scan }), b.run('plugins.add', { plugin: look.toString('base64') })]);
    const active = (server: Postroom): readonly string[] =>
      server.service(PluginAdministration).plugins.flatMap(({ id, bundled, state }) => (bundled || state !== 'active' ? [] : id));
    for (const server of [a, b]) await until('both run', () => active(server).length === 2);
  });

  it('are as before where another server was sooner', async () => {
    const [a, b] = await both();
    await a.run('plugins.add', { plugin: await packed('1.0.0') });
    await until('the other server runs it', () => scanOf(b) === '1.0.0 active');
    const documents = b.service(Documents);
    const put = documents.put.bind(documents);
    const mine = await packed('1.2.0');
    const theirs = await packed('1.1.0');
    Reflect.set(documents, 'put', async (name: string, octets: Uint8Array, replaces: string | undefined) => {
      if (name !== PACKAGE) return put(name, octets, replaces);
      Reflect.set(documents, 'put', put);
      await a.run('plugins.add', { plugin: theirs });
      return put(name, octets, replaces);
    });
    const failure = await failureOf(b.run('plugins.add', { plugin: mine }));
    expect(failure).to.include({ code: 'plugin/conflict' });
    expect(failure.message).to.match(/^Another server has installed or removed stranger\.scan at this moment/);
    for (const server of [a, b]) await until('both run what was sooner', () => scanOf(server) === '1.1.0 active');
  });

  const enabledOn = (server: Postroom): Promise<readonly string[]> =>
    server.run<readonly string[]>('config.get', { key: 'plugins.enabled' });
});

/** With a right digest, as anybody can reckon it. */
function forgedPackage(octets: Uint8Array, version: string): Uint8Array {
  return packageDocument(packageOf(octets, { plugin: 'stranger.scan', version, author: 'nobody' }));
}

// Backups of servers that share their settings: a restore on one of them changes nothing for the others until somebody says so, and loses nothing of what it brings.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SystemClock } from '@postroom/sdk/base';
import { SecretStore, SettingsService } from '@postroom/sdk/services';
import { expect } from 'chai';
import { answerRestored } from '#plugins/platform/backup/dist/answers.js';
import { SqliteFiles } from '#plugins/platform/store-sqlite/dist/sqliteFiles.js';
import type { Cluster } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { testCluster } from '../../kit/postgres/testCluster.js';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';

const SECRET_KEY = Buffer.alloc(32, 7);

describe('A backup of a server that shares its settings on PostgreSQL', () => {
  let cluster: Cluster;
  let database: ClusterDatabase;
  let place: string;
  let a: Postroom;
  let b: Postroom;
  const open: Postroom[] = [];
  const keepDays = (of: Postroom): unknown => of.service(SettingsService).get('log.keepDays');
  const backup = async (secrets = false): Promise<string> =>
    (await a.run<{ readonly folder: string }>('backup.create', { into: path.join(place, String(secrets)), secrets })).folder;
  /** As people do it whose store stands in the environment of the server alone. */
  const restore = async (folder: string, dataDir: string): Promise<readonly string[]> => {
    const clock = new SystemClock();
    const sources = { files: () => new SqliteFiles(clock), clock };
    return ((await answerRestored({ folder }, dataDir, sources, { progress: () => undefined })) as { next: readonly string[] }).next;
  };
  const beside = async (of: Postroom, why: string): Promise<readonly string[]> =>
    (await readdir(of.dataDir)).filter((name) => name.startsWith(`settings.json.${why}-`));

  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'postroom-backup-'));
    database = await cluster.database();
    for (const node of ['a', 'b']) open.push(await Postroom.start({ boot: { store: database.url(), node }, secretKey: SECRET_KEY }));
    [a, b] = open as [Postroom, Postroom];
    await a.run('config.set', { key: 'log.keepDays', value: '7' });
    await until('both have it', () => keepDays(b) === 7);
  });
  afterEach(async () => {
    for (const postroom of open.splice(0)) await postroom.stop();
    await database.drop();
    await rm(place, { recursive: true });
  });

  for (const [what, isChanged] of [
    ['that were changed since', true],
    ['that nobody changed since', false],
  ] as const) {
    it(`leaves the settings ${what} to the others, keeps its own beside, and says how to bring them back`, async () => {
      const folder = await backup();
      // Since the backup: on this server where no other one changed them.
      await (isChanged ? b : a).run('config.set', { key: 'log.keepDays', value: '9' });
      await until('both have it', () => [a, b].every((server) => keepDays(server) === 9));
      await a.close();
      const next = await restore(folder, a.dataDir);
      expect(next.join(' ')).to.include(`postroom config replace ${path.join(folder, 'settings.json')}`);
      const before = (await beside(a, 'former')).length;
      await a.open();
      expect([keepDays(a), keepDays(b)]).to.deep.equal([9, 9]);
      const former = [...(await beside(a, 'former'))].sort();
      expect([former.length, await beside(a, 'conflict')]).to.deep.equal([before + 1, []]);
      expect(await readFile(path.join(a.dataDir, former.at(-1) ?? ''), 'utf8')).to.include('"log.keepDays": 7');

      await b.run('config.replace', { file: await readFile(path.join(folder, 'settings.json'), 'base64') });
      await until('both have it', () => [a, b].every((server) => keepDays(server) === 7));
      await b.run('config.undo');
      await until('both went back', () => [a, b].every((server) => keepDays(server) === 9));
    });
  }

  it('has the key with --secrets, and the passwords stay those of the store', async () => {
    const folder = await backup(true);
    expect(await readFile(path.join(folder, 'secret.key'))).to.deep.equal(SECRET_KEY);
    await b.run('accounts.set-password', { account: 'works', password: 'a newer one' });
    await a.close();
    await restore(folder, a.dataDir);
    await a.open();
    expect(await a.service(SecretStore).getSecret('works/pop3.password')).to.equal('a newer one');
  });

  it('is not put in the place of a server that runs: it says that the store has no files here', async () => {
    const refusal = await a.refusal('backup.restore', { folder: await backup() });
    expect(refusal).to.match(/The store of this data folder is kept elsewhere.*postroom config replace BACKUP\/settings\.json/);
  });
});

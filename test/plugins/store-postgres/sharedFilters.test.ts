// Two servers on one PostgreSQL of which one lacks a filter that the settings demand: nothing passes by it, and mail gets on where the filter runs.
import '#core/base/injection.js';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { PluginAdministration } from '@postroom/sdk/services';
import { expect } from 'chai';
import { PluginHost } from '#core/plugins/pluginHost.js';
import { PluginReconciler } from '#core/plugins/pluginReconciler.js';
import { letter } from '../../kit/letter.js';
import { REGULAR } from '../../kit/officeSettings.js';
import type { Cluster } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { testCluster } from '../../kit/postgres/testCluster.js';
import { Postroom } from '../../kit/postroom.js';
import { filterThat, plantStranger } from '../../kit/strangerPlugin.js';
import { until } from '../../kit/until.js';

const KEY = Buffer.alloc(32, 7);
const FILTER = 'stranger.filter';
const SOUND = filterThat('filter', "(plan) => plan.tag('seen', 'it was here')");

interface Held {
  readonly message: string;
}

describe('a filter that one of two servers on PostgreSQL lacks', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let database: ClusterDatabase;
  let a: Postroom;
  let b: Postroom;

  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    database = await cluster.database();
    a = await Postroom.start({ boot: { store: database.url(), node: 'a' }, secretKey: KEY });
    b = await Postroom.start({ boot: { store: database.url(), node: 'b' }, secretKey: KEY });
    for (const server of [a, b]) {
      await plantStranger(server.dataDir, SOUND);
      await server.service(PluginReconciler).rescan();
    }
    await a.run('plugins.enable', { plugin: FILTER });
    await until('it runs on both', () => [a, b].every(runs));
  });
  afterEach(async () => {
    await b.stop();
    await a.stop();
    await database.drop();
  });

  const runs = (server: Postroom): boolean =>
    server.service(PluginHost).plugins.some(({ id, state }) => id === FILTER && state === 'active');
  /** Its files are gone from the second one, which cannot unpack it again. */
  async function loseFilter(): Promise<void> {
    Reflect.set(b.service(PluginAdministration), 'newFolder', () => Promise.reject(new Error('The disk says no.')));
    await rm(path.join(b.dataDir, 'plugins', FILTER), { recursive: true });
    await b.service(PluginReconciler).rescan();
    await until('mail waits for it there', () => b.service(PluginHost).blocking.length > 0);
  }
  async function collectOn(server: Postroom, subject: string): Promise<void> {
    // The servers share their settings, and so the ISP of the first one.
    a.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject }));
    await server.round();
  }
  const held = async (): Promise<readonly Held[]> => a.run<readonly Held[]>('held.list');
  const notices = async (): Promise<readonly string[]> =>
    (await a.subjects('admin1')).filter((subject) => subject.startsWith('Mail is held'));

  it('holds what comes in there until the other one sorts it, and ADMIN1 is told once, of which server', async () => {
    await loseFilter();
    await collectOn(b, 'one');
    expect(await held()).to.have.length(1);
    await a.round();
    expect([await held(), await a.subjects('andrew')]).to.deep.equal([[], ['one']]);
    await until('ADMIN1 is told', async () => (await notices()).length > 0);
    await b.round();
    expect(await notices()).to.deep.equal([`Mail is held on the server b: ${FILTER}`]);
  });

  it('keeps nobody from deciding on the server that lacks it, once', async () => {
    await loseFilter();
    await collectOn(b, 'two');
    const [waiting] = await held();
    await b.run('held.release', { message: waiting?.message, mailboxes: ['andrew@company'] });
    expect(await a.subjects('andrew')).to.deep.equal(['two']);
    await a.round();
    expect(await a.subjects('andrew')).to.deep.equal(['two']);
  });
});

// The plugins' folder of a server beside a store that several share: what is brought, given, taken away, and told.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PluginAdministration, PluginStatus } from '@postroom/sdk/services';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { discoverPlugins, readPlugin } from '#core/plugins/manifests/discovery.js';
import { PluginFolders } from '#core/plugins/manifests/pluginFolders.js';
import { packageDocument, packageOf } from '#plugins/platform/plugin-manager/dist/shared/packageDocument.js';
import { PackageFollower } from '#plugins/platform/plugin-manager/dist/shared/packageFollower.js';
import { SharedPackages } from '#plugins/platform/plugin-manager/dist/shared/sharedPackages.js';
import { failureOf } from '../../../../kit/failureOf.js';
import { packFolder } from '../../../../kit/packedPlugin.js';
import { type ServerDocuments, SharedDocuments } from '../../../../kit/sharedDocuments.js';
import { filterThat, plantStranger } from '../../../../kit/strangerPlugin.js';

const SCAN = 'stranger.scan';
const PACKAGE = `plugins/${SCAN}.tgz`;

/** A server without the rest of it: its folder, and what it is told. */
class Node {
  readonly log: string[] = [];
  readonly secrets = new Map<string, string>();
  readonly rescans: (readonly string[])[] = [];
  readonly documents: ServerDocuments;
  readonly packages: SharedPackages;
  readonly follower: PackageFollower;
  held: ReadonlyMap<string, string> = new Map();
  /** Why new versions do not start. */
  refuses: string | undefined;
  forgotten: string[] = [];
  readonly #plugins: PluginStatus[] = [];

  private constructor(
    readonly dataDir: string,
    store: SharedDocuments,
  ) {
    this.documents = store.server();
    const { secrets } = this;
    this.packages = new SharedPackages(this.documents, {
      getSecret: async (key) => secrets.get(key),
      setSecret: async (key, value) => void secrets.set(key, value),
      removeSecret: async (key) => void secrets.delete(key),
      refresh: async () => undefined,
    });
    const say = (sentence: string, fields?: object): void => void this.log.push(`${sentence} ${JSON.stringify(fields)}`);
    this.follower = new PackageFollower({
      packages: this.packages,
      plugins: this.#administration(),
      reader: { read: (folder) => readPlugin(folder, false) },
      traces: { removeLocal: async (id) => void this.forgotten.push(id) },
      folder: this.folder,
      node: 'a',
      clock: new VirtualClock(),
      log: { debug: say, info: say, warn: say, error: say },
    });
  }

  static async start(dataDir: string, store: SharedDocuments): Promise<Node> {
    await mkdir(path.join(dataDir, 'plugins'), { recursive: true });
    const node = new Node(dataDir, store);
    await node.#discover();
    return node;
  }

  get folder(): string {
    return path.join(this.dataDir, 'plugins');
  }

  async #discover(): Promise<void> {
    const found = (await discoverPlugins('', this.folder)).map(
      ({ id, manifest, folder, problems }): PluginStatus => ({
        ...{ id, folder, manifest, problems, name: id, version: manifest?.version ?? '', state: 'active' },
        ...{ bundled: false, trusted: false, essential: false, failsClosed: true },
      }),
    );
    this.#plugins.splice(0, this.#plugins.length, ...found);
  }

  #administration(): PluginAdministration {
    const folders = new PluginFolders('', this.folder, new Set());
    return {
      plugins: this.#plugins,
      blocking: [],
      newFolder: () => folders.makeIncoming(),
      place: (incoming, id) => folders.place(incoming, id, this.#plugins.find((plugin) => plugin.id === id)?.folder),
      rescan: async (replaced = new Set()) => {
        this.rescans.push([...replaced]);
        await this.#discover();
        return new Map(this.refuses === undefined ? [] : [...replaced].map((id) => [id, this.refuses ?? ''] as const));
      },
      holdFor: async (away) => {
        this.held = away;
      },
      ...{ starting: [], editions: [], taps: () => [], networkOf: () => ({ asks: [], waits: [] }) },
      ...{ listsWith: () => ({ enabled: [], disabled: [] }), settled: async () => undefined, forget: async () => undefined },
    };
  }

  get versions(): readonly string[] {
    return this.#plugins.map(({ id, version }) => `${id} ${version}`);
  }
}

describe('the plugins of a store that several servers share', () => {
  const leaks = leakCheck();
  let folder: string;
  let store: SharedDocuments;
  let node: Node;

  beforeEach(async () => {
    await leaks.begin();
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-packages-'));
    store = new SharedDocuments();
    node = await Node.start(path.join(folder, 'a'), store);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
    expect(await leaks.end()).to.deep.equal([]);
  });

  const packed = async (version: string): Promise<Buffer> =>
    packFolder(await plantStranger(path.join(folder, version), { ...filterThat('scan', '() => undefined'), manifest: { version } }));
  const share = async (version: string): Promise<string> =>
    store.put(PACKAGE, packageDocument(packageOf(await packed(version), { plugin: SCAN, version, author: 'ann' })));

  it('are unpacked where they are missing, once, and again for another version', async () => {
    await share('1.0.0');
    await node.follower.follow();
    expect(node.versions).to.deep.equal([`${SCAN} 1.0.0`]);
    await node.follower.follow();
    expect(node.rescans).to.deep.equal([[SCAN]]);
    await share('1.1.0');
    await node.follower.follow();
    expect(node.versions).to.deep.equal([`${SCAN} 1.1.0`]);
    expect(node.held.size).to.equal(0);
  });

  it('are whole after a death at any moment of unpacking', async () => {
    await share('1.0.0');
    await node.follower.follow();
    await share('1.1.0');
    const place = path.join(node.folder, SCAN);
    // Killed between the two renames, with half of the next version beside: what the next start tidies.
    await rename(place, path.join(node.folder, `.former-${SCAN}`));
    await mkdir(path.join(node.folder, '.incoming-half'));
    await new PluginFolders('', node.folder, new Set()).tidy();
    const next = await Node.start(node.dataDir, store);
    expect(next.versions).to.deep.equal([`${SCAN} 1.0.0`]);
    await next.follower.follow();
    expect(next.versions).to.deep.equal([`${SCAN} 1.1.0`]);
    expect(await readdir(node.folder)).to.deep.equal([SCAN]);
  });

  it('go where they are removed, with what they kept on this server; one that was put there by hand stays', async () => {
    await share('1.0.0');
    await node.follower.follow();
    store.remove(PACKAGE);
    await plantStranger(node.dataDir, filterThat('look', '() => undefined'));
    await node.follower.follow();
    expect(node.versions).to.deep.equal(['stranger.look 1.0.0']);
    expect(node.forgotten).to.deep.equal([SCAN]);
    expect(await store.server().list('plugins/')).to.deep.equal([]);
  });

  it('are given to all where only this server has them, and are the same for a second server that has them too', async () => {
    await plantStranger(node.dataDir, filterThat('scan', '() => undefined'));
    const second = await Node.start(path.join(folder, 'b'), store);
    await plantStranger(second.dataDir, filterThat('scan', '() => undefined'));
    for (const each of [await Node.start(node.dataDir, store), await Node.start(second.dataDir, store)]) {
      await each.follower.follow(() => true);
      expect(each.rescans).to.deep.equal([]);
      expect(await readdir(each.folder)).to.deep.equal([SCAN]);
    }
    expect([...store.kept.keys()]).to.deep.equal([PACKAGE]);
  });

  it('are told, and waited for, as long as their package is damaged or another one', async () => {
    const whole = packageDocument(packageOf(await packed('1.0.0'), { plugin: SCAN, version: '1.0.0', author: 'ann' }));
    const other = packageDocument(packageOf(await packed('1.0.0'), { plugin: 'stranger.look', version: '1.0.0', author: 'ann' }));
    const wrong: readonly (readonly [string, Uint8Array])[] = [
      [PACKAGE, Buffer.from('')],
      [PACKAGE, Buffer.from('nonsense without an end')],
      [PACKAGE, Buffer.from('[]\nx')],
      [PACKAGE, whole.subarray(0, -1)],
      [PACKAGE, other],
      [PACKAGE, packageDocument(packageOf(Buffer.from('no archive'), { plugin: SCAN, version: '1.0.0', author: 'ann' }))],
    ];
    for (const [name, octets] of wrong) {
      store.put(name, octets);
      await node.follower.follow();
      expect([...node.held.keys()]).to.deep.equal([SCAN]);
      expect(node.held.get(SCAN)).to.match(/\.$/);
      expect(await readdir(node.folder)).to.deep.equal([]);
    }
    store.put(PACKAGE, whole);
    await node.follower.follow();
    expect([node.held.size, node.versions]).to.deep.equal([0, [`${SCAN} 1.0.0`]]);
  });

  it('that hold another plugin than their name says are not unpacked', async () => {
    store.put(
      'plugins/stranger.look.tgz',
      packageDocument(packageOf(await packed('1.0.0'), { plugin: 'stranger.look', version: '1.0.0', author: '' })),
    );
    await node.follower.follow();
    expect(node.held.get('stranger.look')).to.equal(
      'The package of stranger.look in the store holds stranger.scan. Add it again: postroom plugins add FILE.',
    );
  });

  it('are waited for where the new version does not start, and tried again', async () => {
    await share('1.0.0');
    await node.follower.follow();
    node.refuses = 'no memory';
    await share('1.1.0');
    await node.follower.follow();
    expect(node.held.get(SCAN)).to.equal('The version that the store has could not be activated here: no memory');
    node.refuses = undefined;
    await node.follower.follow();
    expect(node.held.size).to.equal(0);
    expect(node.rescans).to.deep.equal([[SCAN], [SCAN], [SCAN]]);
  });

  it('stay as they are while the store is away, and it is told once', async () => {
    await share('1.0.0');
    await node.follower.follow();
    await share('1.1.0');
    node.documents.list = () => Promise.reject(new Error('The database is away.'));
    await node.follower.follow();
    await node.follower.follow();
    expect(node.versions).to.deep.equal([`${SCAN} 1.0.0`]);
    expect(node.log.filter((line) => line.includes('could not be looked at'))).to.have.length(1);
  });

  it('keep what somebody changed by hand in a folder of a package, and set aside what was there before it', async () => {
    await share('1.0.0');
    const mine = await plantStranger(node.dataDir, filterThat('scan', '() => "mine"'));
    const next = await Node.start(node.dataDir, store);
    await next.follower.follow(() => true);
    const [aside = ''] = (await readdir(node.folder)).filter((name) => name.startsWith('.local-'));
    expect(await readFile(path.join(node.folder, aside, 'plugin.js'), 'utf8')).to.include('mine');
    await writeFile(path.join(mine, 'plugin.js'), 'changed');
    await (await Node.start(node.dataDir, store)).follower.follow();
    expect(await readFile(path.join(mine, 'plugin.js'), 'utf8')).to.equal('changed');
  });

  it('are put by one of two that add at once; the other hears of it', async () => {
    const added = packageOf(await packed('1.0.0'), { plugin: SCAN, version: '1.0.0', author: 'ann' });
    node.documents.beforePut = () => share('1.1.0');
    expect(await failureOf(node.packages.put(added, undefined))).to.include({ code: 'plugin/conflict' });
    node.documents.nextPut = { fails: new Error('no answer'), isStored: true };
    const stored = await node.packages.stored(SCAN);
    expect(await node.packages.put(added, stored)).to.equal(await node.packages.stored(SCAN));
    expect(existsSync(path.join(node.folder, SCAN))).to.equal(false);
  });

  it('are approved by those who have the key alone', async () => {
    const added = packageOf(await packed('1.0.0'), { plugin: SCAN, version: '1.0.0', author: 'ann' });
    await node.packages.put(added, undefined);
    expect(await node.packages.isApproved(added)).to.equal(true);
    expect(await node.packages.isApproved(packageOf(await packed('1.1.0'), { plugin: SCAN, version: '1.1.0', author: 'ann' }))).to.equal(
      false,
    );
  });
});

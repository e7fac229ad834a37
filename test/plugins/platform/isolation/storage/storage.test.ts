// How much of the disk a plugin gets: refused at once by the process itself, and ended by the host where something got past that.
import { chmod, mkdir, mkdtemp, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { ProcessOptions } from '#plugins/platform/isolation/dist/process/pluginProcess.js';
import { folderSize } from '#plugins/platform/isolation/dist/storage/folderSize.js';
import { type StorageLimits, StorageWatch } from '#plugins/platform/isolation/dist/storage/storageWatch.js';
import { removeTree } from '#plugins/platform/plugin-manager/dist/packages/removeTree.js';
import { OnePlugin } from '../onePlugin.js';

const MEGABYTE = 2 ** 20;
const QUOTA = 4 * MEGABYTE;

/** Ways to fill a disk; each goes on until it is stopped, whatever it is told. */
const FILL = `
  const fs = await import('node:fs');
  const piece = Buffer.alloc(64 * 1024, 'x');
  const ways = {
    'one file': () => fs.appendFileSync('file', piece),
    'many files': (turn) => fs.writeFileSync('file-' + turn, 'x'),
    'files of a name': (turn) => fs.closeSync(fs.openSync('file-' + turn, 'w')),
    'many folders': (turn) => fs.mkdirSync('folder-' + turn),
    'holes': (turn) => { fs.closeSync(fs.openSync('hole-' + turn, 'w')); fs.truncateSync('hole-' + turn, 1024 * 1024); },
    'text': () => fs.appendFileSync('text', 'ü'.repeat(64 * 1024)),
    'several pieces': (turn) => { const fd = fs.openSync('pieces', 'a'); try { fs.writevSync(fd, [piece, piece]); } finally { fs.closeSync(fd); } },
    'copies': (turn) => { if (turn === 0) fs.writeFileSync('first', piece); fs.copyFileSync('first', 'copy-' + turn); },
    'copied folders': (turn) => { if (turn === 0) { fs.mkdirSync('tree'); fs.writeFileSync('tree/file', piece); } fs.cpSync('tree', 'tree-' + turn, { recursive: true }); },
    'promises': async () => fs.promises.appendFile('file', piece),
    'a FileHandle': async () => { const handle = await fs.promises.open('handle', 'a'); try { await handle.write(piece); } finally { await handle.close(); } },
    'many at a time': () => { for (let part = 0; part < 64; part += 1) fs.appendFile('file-' + part, piece, () => undefined); return new Promise((resolve) => setImmediate(resolve)); },
    'many promises at a time': () => { for (let part = 0; part < 64; part += 1) fs.promises.appendFile('file-' + part, piece).catch(() => undefined); return new Promise((resolve) => setImmediate(resolve)); },
    'callbacks': () => new Promise((resolve, reject) => fs.appendFile('file', piece, (error) => (error ? reject(error) : resolve()))),
    'files too deep for a name': (turn) => { const deep = ('x'.repeat(250) + '/').repeat(16) + 'y'.repeat(60); if (turn === 0) fs.mkdirSync(deep, { recursive: true }); fs.writeFileSync(deep + '/' + turn, piece); },
    'names that are no text': (turn) => fs.writeFileSync(Buffer.concat([Buffer.from(process.cwd() + '/'), Buffer.from([255, 1 + (turn % 40), 1 + Math.floor(turn / 40)])]), piece),
    'folders whose names are no text': (turn) => { const folder = Buffer.concat([Buffer.from(process.cwd() + '/'), Buffer.from([255])]); if (turn === 0) fs.mkdirSync(folder); fs.writeFileSync(Buffer.concat([folder, Buffer.from('/' + turn)]), piece); },
    'files without a name': (turn) => { const fd = fs.openSync('gone-' + turn, 'w'); fs.unlinkSync('gone-' + turn); for (let part = 0; part < 4; part += 1) fs.writeSync(fd, piece); },
  };
  if (args.way === 'write') { fs.writeFileSync('mine', Buffer.alloc(args.octets)); return 'written'; }
  if (args.way === 'over and over') {
    for (let turn = 0; turn < args.turns; ) {
      try { fs.writeFileSync('mine', Buffer.alloc(args.octets)); turn += 1; } catch { await new Promise((resolve) => setTimeout(resolve, 5)); }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return 'written';
  }
  const poisoned = args.poisoned === true;
  if (poisoned) {
    globalThis.Number = () => 0;
    Array.prototype[Symbol.iterator] = function* () {};
    Buffer.byteLength = () => 0;
    Math.max = () => 0;
  }
  let turn = 0;
  for (;;) {
    try { await ways[args.way](turn++); } catch { if (turn % 50 === 0) await new Promise((resolve) => setImmediate(resolve)); }
    if (turn > args.turns) process.exit(7);
  }
`;

describe("a plugin's share of the disk", function () {
  this.timeout(60_000);
  let plugin: OnePlugin | undefined;
  afterEach(async () => {
    await plugin?.end();
    plugin = undefined;
  });

  async function start(options: Partial<ProcessOptions> = {}, limits: Partial<StorageLimits> = {}): Promise<OnePlugin> {
    plugin = await OnePlugin.start(FILL, { storage: () => ({ quota: QUOTA, floor: 0, ...limits }), ...options });
    return plugin;
  }

  const WAYS = [
    ...['one file', 'many files', 'files of a name', 'many folders', 'holes', 'text', 'several pieces', 'copies', 'copied folders'],
    ...['promises', 'a FileHandle', 'callbacks', 'files without a name', 'names that are no text', 'folders whose names are no text'],
  ];
  for (const way of WAYS) {
    it(`ends its process where it wants more, and it never has more: ${way}`, async () => {
      const started = await start();
      void started.run({ way }).catch(() => undefined);
      expect((await started.process.ended).reason).to.equal(
        'filled its folder and was killed; 4 MB are allowed (plugins.storageMegabytes)',
      );
      expect(await folderSize(started.storage, Number.POSITIVE_INFINITY)).to.be.at.most(QUOTA);
    });
  }

  it('ends its process where it keeps files too deep for anybody to count them', async function () {
    if (process.platform !== 'linux') this.skip();
    const started = await start();
    void started.run({ way: 'files too deep for a name' }).catch(() => undefined);
    expect((await started.process.ended).reason).to.equal('hid what it keeps in its folder and was killed');
    await removeTree(started.storage);
    expect(await folderSize(started.storage, Number.POSITIVE_INFINITY)).to.equal(0);
  });

  it('is given back when the plugin is removed, however deep and closed it left its folder', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-left-'));
    const chain = Array.from({ length: 12 }, () => 'x'.repeat(250));
    // Deeper than any name: each chain is put below the one before.
    let below = '';
    for (const name of ['a', 'b', 'c']) {
      const made = path.join(folder, name);
      await mkdir(path.join(made, ...chain), { recursive: true });
      if (below !== '') await rename(below, path.join(made, ...chain, 'y'));
      below = made;
    }
    await mkdir(path.join(folder, 'closed', 'within'), { recursive: true });
    await chmod(path.join(folder, 'closed'), 0o000);
    await removeTree(folder);
    expect(await readdir(path.dirname(folder))).to.not.include(path.basename(folder));
    await removeTree(folder);
  });

  it('is without end where a part of the folder can not be looked at', async function () {
    // Nothing is closed to root.
    if (process.getuid?.() === 0) this.skip();
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-hidden-'));
    await mkdir(path.join(folder, 'hidden'), { mode: 0o000 });
    expect(await folderSize(folder, Number.POSITIVE_INFINITY)).to.equal(Number.POSITIVE_INFINITY);
    await rm(folder, { recursive: true });
  });

  for (const [title, args] of [
    ['asks for much at a time', { way: 'many at a time' }],
    ['promises much at a time', { way: 'many promises at a time' }],
    ['changes what the language is made of', { way: 'one file', poisoned: true }],
  ] as const) {
    it(`is kept though the plugin ${title}`, async () => {
      const started = await start();
      void started.run({ ...args, turns: 300 }).catch(() => undefined);
      expect((await started.process.ended).reason).to.match(/exit code 7|filled its folder/);
      expect(await folderSize(started.storage, Number.POSITIVE_INFINITY)).to.be.at.most(QUOTA);
    });
  }

  for (const way of ['one file', 'many files', 'holes', 'files without a name']) {
    it(`is looked at from outside as well: ${way}`, async function () {
      if (process.platform !== 'linux') this.skip();
      const started = await start({ closed: false });
      void started.run({ way }).catch(() => undefined);
      expect((await started.process.ended).reason).to.match(/^filled its folder and was killed/);
    });
  }

  it('is refused with an error that Node has for it, while the process goes on', async () => {
    const started = await start({ storageLeft: 0 }, { floor: Number.MAX_SAFE_INTEGER });
    const { code, failed } = await started.run({ way: 'write', octets: 10 });
    expect(code).to.equal('EDQUOT');
    expect(failed).to.match(/^EDQUOT: the plugin's disk space is used up, /);
    expect((await started.run({ way: 'write', octets: 10 })).code).to.equal('EDQUOT');
  });

  it('lets it write the same file over and over', async () => {
    const started = await start();
    expect(await started.run({ way: 'over and over', octets: MEGABYTE, turns: 100 })).to.deep.equal({ answer: 'written' });
  });

  it('ends at what the disk has to spare', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-storage-'));
    const watch = new StorageWatch(folder, () => ({ quota: QUOTA, floor: Number.MAX_SAFE_INTEGER }));
    expect(await watch.look(undefined)).to.deep.equal({ left: 0 });
    await writeFile(path.join(folder, 'file'), Buffer.alloc(MEGABYTE));
    const roomy = new StorageWatch(folder, () => ({ quota: QUOTA, floor: 0 }));
    expect(await roomy.look(undefined)).to.deep.equal({ left: QUOTA - MEGABYTE });
    await rm(folder, { recursive: true });
  });

  it('counts holes, empty files and folders', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-storage-'));
    await writeFile(path.join(folder, 'empty'), '');
    await mkdir(path.join(folder, 'inner'));
    await writeFile(path.join(folder, 'inner', 'hole'), '');
    await truncate(path.join(folder, 'inner', 'hole'), MEGABYTE);
    expect(await folderSize(folder, Number.POSITIVE_INFINITY)).to.equal(2 * 16 * 1024 + MEGABYTE);
    await rm(folder, { recursive: true });
  });
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { Activation } from '#plugins/platform/isolation/dist/pipe/protocol.js';
import { residentMegabytes } from '#plugins/platform/isolation/dist/process/memory.js';
import { PluginProcess } from '#plugins/platform/isolation/dist/process/pluginProcess.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe("the memory of a plugin's process", function () {
  this.timeout(60_000);
  const leaks = leakCheck();
  let folder: string;
  before(async () => {
    await leaks.begin();
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-memory-'));
    await mkdir(path.join(folder, 'storage'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
    expect(await leaks.end()).to.deep.equal([]);
  });

  it('is watched where the system does not tell: the process is asked, and a plugin cannot put its own answer there', async () => {
    const liesAndEats = `
      export function activate() {
        process.memoryUsage = () => ({ rss: 1 });
        process.memoryUsage.rss = () => 1;
        const eaten = [];
        setInterval(() => eaten.push(Buffer.alloc(16 * 2 ** 20, 1)), 20);
      }`;
    await writeFile(path.join(folder, 'plugin.mjs'), liesAndEats);
    const storagePath = path.join(folder, 'storage');
    const started = new PluginProcess({
      plugin: 'villain.eats',
      readable: [folder],
      storagePath,
      log: silent,
      handlers: {},
      systemSays: async () => undefined,
    });
    const activation: Activation = {
      id: 'villain.eats',
      manifest: { main: './plugin.mjs' } as Activation['manifest'],
      main: pathToFileURL(path.join(folder, 'plugin.mjs')).href,
      folder,
      storagePath,
      settings: { value: {}, properties: [] },
    };
    await started.peer.call('activate', activation);
    expect((await started.ended).reason).to.match(/^took \d+ MB of memory and was killed; 256 MB are allowed$/);
  });

  it('is what Linux says, and unknown for a process that is not there', async function () {
    if (process.platform !== 'linux') this.skip();
    expect(await residentMegabytes(process.pid)).to.be.closeTo(process.memoryUsage.rss() / 2 ** 20, 32);
    expect(await residentMegabytes(2 ** 30)).to.equal(undefined);
  });
});

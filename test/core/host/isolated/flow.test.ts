// Plugins that come, change and go while mail flows, and mail that is larger than a plugin's memory.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestHost, type TestHost } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { packFolder } from '#core/host/packages/pluginArchive.js';
import { FIXTURES } from './villains.js';

interface Trace {
  readonly subject: string;
  readonly disposition: string;
  readonly trail: readonly { readonly change: string; readonly reason: string }[];
}

describe('mail and an isolated plugin', () => {
  let host: TestHost;
  let work: string;
  before(async () => {
    host = await startTestHost();
    work = await mkdtemp(path.join(tmpdir(), 'postroom-isolated-'));
  });
  after(async () => {
    await host.stop();
    await rm(work, { recursive: true });
  });

  /** The fixture as that version, packed. */
  async function packed(version: string): Promise<string> {
    const folder = path.join(work, version);
    await cp(path.join(FIXTURES, 'version'), folder, { recursive: true });
    for (const [file, before, after] of [
      ['package.json', '"version": "1.0.0"', `"version": "${version}"`],
      ['plugin.js', "VERSION = '1.0.0'", `VERSION = '${version}'`],
    ] as const) {
      await writeFile(path.join(folder, file), (await readFile(path.join(folder, file), 'utf8')).replace(before, after));
    }
    return (await packFolder(folder)).toString('base64');
  }

  it('of 50 MB is read in pieces: neither process holds it', async function () {
    this.timeout(120_000);
    await host.run('plugins.add', { plugin: (await packFolder(path.join(FIXTURES, 'reader'))).toString('base64') });
    const size = 50 * 2 ** 20;
    const body = Buffer.alloc(size, `${'x'.repeat(70)}\r\n`);
    host.put(Buffer.concat([Buffer.from('From: a@far.example\r\nTo: Andrew <mail@company.example>\r\nSubject: Large\r\n\r\n'), body]));
    await host.round();
    const [trace] = (await host.run('trace', { query: 'Large', limit: 1 })) as readonly Trace[];
    const [, octets, megabytes] =
      /^(\d+) octets, (\d+) MB$/.exec(trace?.trail.find(({ change }) => change === 'tag read')?.reason ?? '') ?? [];
    expect(Number(octets)).to.be.within(size, size + 2);
    expect(Number(megabytes)).to.be.lessThan(120);
    await host.run('plugins.remove', { plugin: 'decent.reader' });
  });

  it('are never half together: every message sees one version, none is lost, while versions come and go', async function () {
    this.timeout(120_000);
    const versions = ['1.0.0', '1.0.1', '1.0.2'];
    const archives = await Promise.all(versions.map(packed));
    const subjects: string[] = [];
    let changing = true;
    const flowing = (async (): Promise<void> => {
      while (changing) {
        for (let count = 0; count < 10; count += 1) {
          const subject = `Flow ${subjects.length}`;
          subjects.push(subject);
          host.put(
            `From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: ${subject}\nMessage-ID: <${subjects.length}@x>\n\n${subject}\n`,
          );
        }
        await host.round();
      }
    })();
    for (const plugin of archives) await host.run('plugins.add', { plugin });
    await host.run('plugins.disable', { plugin: 'decent.version' });
    await host.run('plugins.enable', { plugin: 'decent.version' });
    await host.run('plugins.remove', { plugin: 'decent.version' });
    changing = false;
    await flowing;
    await host.round();

    const traces = (await host.run('trace', { query: 'Flow', limit: 10_000 })) as readonly Trace[];
    expect(traces).to.have.lengthOf(subjects.length);
    const delivered = (await host.messages('andrew')).filter((text) => text.includes('Subject: Flow'));
    expect(delivered).to.have.lengthOf(subjects.length);
    const seen = new Set<string>();
    for (const { trail, subject } of traces) {
      const tags = trail.map(({ change }) => change).filter((change) => /^tag (begin|end)-/.test(change));
      const sorted = tags.map((tag) => tag.replace('tag ', '')).join(' ');
      expect(['', ...versions.map((version) => `begin-${version} end-${version}`)], subject).to.include(sorted);
      seen.add(sorted);
    }
    expect(seen.size, 'several versions sorted mail').to.be.greaterThan(1);
  });

  it('stay together where a new version cannot be activated: the former one goes on', async () => {
    await host.run('plugins.add', { plugin: await packed('1.0.0') });
    const folder = path.join(work, 'broken');
    await cp(path.join(work, '1.0.0'), folder, { recursive: true });
    await writeFile(path.join(folder, 'plugin.js'), "export function activate() { throw new Error('Not today.'); }");
    let refusal = '';
    await host.run('plugins.add', { plugin: (await packFolder(folder)).toString('base64') }).catch((error: Error) => {
      refusal = error.message;
    });
    expect(refusal).to.match(/goes on in its former version.*Not today\./);
    const { trail } = await host.sort('From: a@far.example\nTo: Andrew <mail@company.example>\n\nHello\n');
    expect(trail.map(({ change }) => change)).to.include.members(['tag begin-1.0.0', 'tag end-1.0.0']);
    await host.run('plugins.remove', { plugin: 'decent.version' });
  });
});

// Plugins that come, change and go while mail flows.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestHost, type TestHost } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { packFolder } from '../../../kit/packedPlugin.js';
import { Flow } from './mailFlow.js';
import { FIXTURES } from './villains.js';

interface Trace {
  readonly subject: string;
  readonly disposition: string;
  readonly trail: readonly { readonly tap: string; readonly change: string; readonly reason: string; readonly build?: number }[];
}

describe('mail and plugins that change', () => {
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

  it('are never half together: a hundred a second flow while versions come and go, every message sees one build, none is lost', async function () {
    this.timeout(120_000);
    const versions = ['1.0.0', '1.0.1'];
    const archives = await Promise.all(versions.map(packed));
    const flow = new Flow(host, 120);
    flow.begin();
    for (const plugin of archives) {
      await flow.more(50);
      await host.run('plugins.add', { plugin });
    }
    for (const [command, plugin] of [
      ['plugins.disable', 'decent.version'],
      ['plugins.enable', 'decent.version'],
      ['plugins.disable', 'postroom.public1'],
      ['plugins.enable', 'postroom.public1'],
      ['plugins.remove', 'decent.version'],
    ] as const) {
      await flow.more(50);
      await host.run(command, { plugin });
    }
    await flow.more(50);
    const { sent, seconds } = await flow.end();
    console.log(`      ${sent} messages in ${seconds.toFixed(1)} s: ${Math.round(sent / seconds)} a second`);

    // While PUBLIC1 is missing mail is held, not mis-sorted.
    await host.run('held.retry');
    const traces = (await host.run('trace', { query: 'Flow', limit: 10_000 })) as readonly Trace[];
    expect(traces).to.have.lengthOf(sent);
    const delivered = (await host.messages('andrew')).filter((text) => text.includes('Subject: Flow'));
    expect(delivered).to.have.lengthOf(sent);
    const seen = new Set<string>();
    const versionOfBuild = new Map<number, string>();
    for (const { trail, subject } of traces) {
      // Mail that was held was sorted once more later: each time by one build.
      const ofTaps = trail.filter(({ tap }) => !tap.startsWith('core/'));
      const builds = new Set(ofTaps.map(({ build }) => build));
      const holds = trail.filter(({ change }) => change === 'hold');
      expect(builds.size, `${subject} saw one build each time`).to.be.within(1, 1 + holds.length);
      const heldBy = new Set(holds.map(({ build }) => build));
      for (const build of [...builds].filter((each) => !heldBy.has(each))) {
        const tags = ofTaps.filter((each) => each.build === build && /^tag (begin|end)-/.test(each.change));
        const sorted = tags.map(({ change }) => change.replace('tag ', '')).join(' ');
        expect(['', ...versions.map((version) => `begin-${version} end-${version}`)], subject).to.include(sorted);
        seen.add(sorted);
      }
      for (const { build, change } of trail.filter((entry) => entry.change.startsWith('tag begin-'))) {
        expect(versionOfBuild.get(build ?? -1) ?? change, `build ${build} is one version`).to.equal(change);
        versionOfBuild.set(build ?? -1, change);
      }
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

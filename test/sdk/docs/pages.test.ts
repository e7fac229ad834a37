// The pages of docs/plugins: their samples run, their generated parts fit the SDK, and none is missing.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type CommandDeclaration, type PluginManifest, STAGES } from '@postroom/sdk';
import { startTestHost, type TestHost } from '@postroom/sdk/testing';
import { expect } from 'chai';

import { BUNDLED_PLUGINS } from '#core/base/places.js';
import { discoverPlugins } from '#core/plugins/manifests/discovery.js';
import { refuseMisfits } from '../../kit/answers.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const DOCS = path.join(ROOT, 'docs', 'plugins');

interface Sample {
  readonly page: string;
  readonly manifest: object;
  readonly code: string;
  /** For plugins inside the server: refused elsewhere. */
  readonly bundled: boolean;
}

async function sampleOf(page: string): Promise<Sample> {
  const text = await readFile(path.join(DOCS, page), 'utf8');
  const manifest = /```json package\.json( bundled)?\n([\s\S]*?)```/.exec(text);
  const code = /```js plugin\.js\n([\s\S]*?)```/.exec(text)?.[1];
  if (manifest?.[2] === undefined || code === undefined) throw new Error(`${page} has no sample.`);
  return { page, manifest: JSON.parse(manifest[2]) as object, code, bundled: manifest[1] !== undefined };
}

describe('the pages about plugins', () => {
  let host: TestHost;
  let work: string;
  before(async () => {
    host = await startTestHost();
    work = await mkdtemp(path.join(tmpdir(), 'postroom-pages-'));
  });
  after(async () => {
    await host.stop();
    await rm(work, { recursive: true });
  });

  it('are there for every hook and every contribution, and of points that plugins own', async () => {
    const schema = JSON.parse(await readFile(path.join(ROOT, 'sdk', 'plugin.schema.json'), 'utf8')) as {
      properties: { contributes: { properties: object } };
    };
    const named = async (folder: string): Promise<readonly string[]> =>
      (await readdir(path.join(DOCS, folder))).map((file) => file.replace('.md', '')).sort();
    expect(await named('hooks')).to.deep.equal(Object.keys(STAGES).sort());
    expect(await named('contributions')).to.deep.equal(Object.keys(schema.properties.contributes.properties).sort());
    const points = (await discoverPlugins(BUNDLED_PLUGINS, '/nowhere')).flatMap(({ manifest }) =>
      Object.keys(manifest?.contributionPoints ?? {}),
    );
    expect(points).to.include.members([...(await named('points'))]);
  });

  for (const script of ['apiReport', 'pluginPages']) {
    it(`and the API report fit the SDK as built (scripts/${script}.mjs)`, async () => {
      await promisify(execFile)(process.execPath, [path.join(ROOT, 'scripts', `${script}.mjs`), '--check']);
    });
  }

  for (const folder of ['hooks', 'contributions', 'points']) {
    it(`about ${folder} have samples that run`, async function () {
      this.timeout(60_000);
      for (const file of await readdir(path.join(DOCS, folder))) {
        await runs(await sampleOf(`${folder}/${file}`));
      }
    });
  }

  /** Each argument that it needs is a text. */
  async function answersAsDeclared(page: string, { command, arguments: schema, result }: CommandDeclaration): Promise<void> {
    const required = (schema?.['required'] ?? []) as readonly string[];
    const answer = await host.run(command, Object.fromEntries(required.map((name) => [name, 'Ann'])));
    expect(result, `${page}: the result of ${command}`).to.be.an('object');
    refuseMisfits(command, result ?? {}, answer);
  }

  async function runs({ page, manifest, code, bundled }: Sample): Promise<void> {
    const name = path.basename(page, '.md').toLowerCase();
    const at = path.join(host.dataDir, 'plugins', name);
    await mkdir(at, { recursive: true });
    const head = { name, publisher: 'page', version: '1.0.0', type: 'module', main: './plugin.js', displayName: name, description: page };
    const whole: PluginManifest = { ...head, type: 'module', engines: { postroom: '^1.0.0' }, ...manifest };
    const id = `${whole.publisher}.${whole.name}`;
    await writeFile(path.join(at, 'package.json'), JSON.stringify(whole));
    await writeFile(path.join(at, 'plugin.js'), code);
    if (whole.activation === 'platform') {
      const refused = await host.run('plugins.enable', { plugin: id }).catch((error: Error) => error.message);
      expect(refused, page).to.include(`${id} starts before the settings are read. Name it in "enabled" of boot.json`);
      await host.run('plugins.remove', { plugin: id });
      return;
    }
    const { state, problems } = (await host.run('plugins.enable', { plugin: id })) as { state: string; problems: string[] };
    expect(state, `${page}: ${problems.join(' ')}`).to.equal(bundled ? 'failed' : 'active');
    if (bundled) expect(problems.join(' ')).to.match(/which is for the product's own plugins|an isolated plugin has no services/);
    const sorted = await host.sort('From: a@far.example\nTo: Andrew <mail@company.example>\n\nHello\n');
    expect(sorted.mailboxes, page).to.deep.equal(['andrew']);
    for (const command of (manifest as Partial<PluginManifest>).contributes?.commands ?? []) await answersAsDeclared(page, command);
    await host.run('plugins.remove', { plugin: id });
  }
});

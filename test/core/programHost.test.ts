// The front door: which module is the program, and what it gets.
import '#core/base/injection.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProgramHost } from '@postroom/sdk/services';
import { expect } from 'chai';
import { programHost, startProgram } from '#core/programHost.js';
import { writePlugin } from '../kit/writtenPlugin.js';

const PROGRAM = 'export const program = async (argv, host) => argv.length + (await host.installed()).length;';

describe('the front door', () => {
  let folder: string;
  let bundled: string;
  let dataDir: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-door-'));
    bundled = path.join(folder, 'bundled');
    dataDir = path.join(folder, 'data');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const idsOf = async (host: ProgramHost, data?: string): Promise<readonly string[]> =>
    (await host.installed(data)).map(({ id }) => id).filter((id) => id !== 'core');

  it('starts the module that a plugin of the product names, with what was typed and the host', async () => {
    await writePlugin(bundled, 'words', { program: './program.js' }, { 'program.js': PROGRAM });
    await writePlugin(bundled, 'other', {});
    const host = programHost(bundled);
    expect(await startProgram(['a', 'b'], host)).to.equal(2 + (await host.installed()).length);
  });

  it('never starts a module of a plugin in the data folder, which is told so', async () => {
    const strangers = path.join(dataDir, 'plugins');
    await writePlugin(strangers, 'words', { program: './program.js' }, { 'program.js': 'throw new Error("imported");' });
    const host = programHost(bundled);
    const [stranger] = (await host.installed(dataDir)).filter(({ id }) => id === 'acme.words');
    expect(stranger?.problems).to.deep.equal(["It names a program, which is for the product's own plugins."]);
    const said: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = ((text: string) => said.push(text) > 0) as typeof write;
    try {
      expect(await startProgram(['--data', dataDir], host)).to.equal(1);
    } finally {
      process.stderr.write = write;
    }
    expect(said.join('')).to.equal('No plugin of the product is its program: files of Postroom are missing. Install it again.\n');
  });

  it('names the plugins of a data folder beside those of the product, and without one those of the product alone', async () => {
    await writePlugin(bundled, 'ours', {});
    await writePlugin(path.join(dataDir, 'plugins'), 'theirs', {});
    const host = programHost(bundled);
    expect(await idsOf(host, dataDir)).to.deep.equal(['acme.ours', 'acme.theirs']);
    expect(await idsOf(host)).to.deep.equal(['acme.ours']);
    expect(await idsOf(host, path.join(folder, 'missing'))).to.deep.equal(['acme.ours']);
  });

  it('trusts whom boot.json trusts, and nobody where that is wrong', async () => {
    const manifest = { main: './plugin.js', provides: [{ service: 'Authenticator', version: '1.0.0' }] };
    await writePlugin(path.join(dataDir, 'plugins'), 'logins', manifest, { 'plugin.js': '' });
    const problems = async (boot: string): Promise<readonly string[]> => {
      await writeFile(path.join(dataDir, 'boot.json'), boot);
      return (await programHost(bundled).installed(dataDir)).flatMap((plugin) => plugin.problems);
    };
    expect(await problems('{ "trusted": ["acme.logins"] }')).to.deep.equal([]);
    for (const boot of ['{}', '{ "trusted": "acme.logins" }', '{'])
      expect((await problems(boot)).join(' '), boot).to.include('It provides the service Authenticator');
  });

  it('has one program in the product', async () => {
    const programs = (await programHost().installed()).filter(({ manifest }) => manifest?.program !== undefined);
    expect(programs).to.have.length(1);
  });
});

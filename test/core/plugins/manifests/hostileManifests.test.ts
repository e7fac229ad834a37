// A stranger's manifest may be refused; it never freezes or ends what reads it, nor the way to be rid of it.
import '#core/base/injection.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Command } from 'commander';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { programHost } from '#core/programHost.js';
import { addCommands, type CommandUse } from '#plugins/platform/cli/dist/commandLine.js';
import { commandTable } from '#plugins/platform/cli/dist/commandTable.js';
import { fittingCommands } from '#plugins/platform/cli/dist/fittingCommands.js';
import { verdictOn } from '../../../kit/packedPlugin.js';
import { HOSTILE, plantEndless, plantHostile } from './hostileManifests.js';

const fail = (): never => {
  throw new Error('No command is run here.');
};
/** Of a command line on which nothing is typed. */
const NO_USE: CommandUse = { dataDir: 'data', act: fail, packFolder: fail };

interface PluginRow {
  readonly plugin: string;
  readonly state: string;
  readonly problems: readonly string[];
}

describe('a hostile manifest', function () {
  this.timeout(60_000);
  const leaks = leakCheck();
  let dataDir = '';
  let server: Server;
  const call = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
  const run = <T>(command: string, args: object = {}): Promise<T> => server.run(command, args, call) as Promise<T>;
  const inFolder = (name: string): string => path.join(dataDir, 'plugins', `evil.${name}`);

  before(async () => {
    await leaks.begin();
    dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-hostile-'));
    const names = Object.keys(HOSTILE);
    for (const name of names) await plantHostile(inFolder(name), name);
    await plantEndless(inFolder('endless'));
    const enabled = ['postroom.licensing-pro', ...names.map((name) => `evil.${name}`)];
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify({ 'plugins.enabled': enabled, 'x.a': `${'a'.repeat(46)}!` }));
    server = await openServer({ dataDir, serve: false, log: createLog('silent') });
  });
  after(async () => {
    await server.close();
    await rm(dataDir, { recursive: true });
    expect(await leaks.end()).to.deep.equal([]);
  });

  for (const [name, [, sentence]] of Object.entries(HOSTILE)) {
    it(`${name}: is refused by "plugins validate", and where it lies in the folder the plugin has failed, with the same sentence`, async () => {
      const { problems } = await verdictOn(inFolder(name), { readsCode: false });
      expect(problems.join('\n')).to.match(sentence);
      const row = (await run<readonly PluginRow[]>('plugins.list')).find(({ plugin }) => plugin === `evil.${name}`);
      expect(row).to.include({ state: 'failed' });
      expect(row?.problems.join('\n')).to.match(sentence);
    });
  }

  it('that never ends is no plain file', async () => {
    const rows = await run<readonly PluginRow[]>('plugins.list');
    expect(rows.find(({ plugin }) => plugin === 'evil.endless')?.problems.join()).to.match(/is no plain file/);
  });

  it('leaves the settings, the checks of them and the other plugins as they are', async () => {
    expect(await run('config.validate')).to.include({ valid: true });
    expect(await run('config.set', { key: 'timer.everyMinutes', value: '7' })).to.include({ value: 7 });
    const active = (await run<readonly PluginRow[]>('plugins.list')).filter(({ state }) => state === 'active');
    expect(active).to.have.length.above(10);
  });

  it('puts no command on the command line, and keeps none from it', async () => {
    const program = new Command();
    addCommands(program, commandTable(await programHost().installed(dataDir), []), NO_USE);
    expect(program.commands.map((area) => area.name()))
      .to.include.members(['plugins', 'pop3', 'status'])
      .and.not.include('x');
  });

  it('can be removed', async () => {
    for (const name of ['backtracks', 'nested-values', 'endless']) {
      expect(await run('plugins.remove', { plugin: `evil.${name}` })).to.deep.equal({ removed: `evil.${name}` });
    }
    const left = (await run<readonly PluginRow[]>('plugins.list', { all: true })).map(({ plugin }) => plugin);
    expect(left).to.include('evil.huge').and.not.include('evil.backtracks');
  });
});

describe('the names of commands on the command line', () => {
  const declared = (...names: string[]): { command: string; title: string }[] => names.map((command) => ({ command, title: command }));

  it('have one meaning each: none is an area and a command, and none displaces the product', () => {
    const own = declared('status', 'users.list');
    const fitting = fittingCommands(
      own,
      declared('serve', 'status', 'users', 'users.more', 'foo', 'foo.bar', 'bar.foo', 'bar', 'bar.foo'),
      ['serve'],
    );
    expect(fitting.map(({ command }) => command)).to.deep.equal(['status', 'users.list', 'foo', 'bar.foo']);
    const program = new Command();
    expect(() => addCommands(program, { declarations: fitting, titles: {}, examples: {} }, NO_USE)).to.not.throw();
  });
});

import '#core/base/injection.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CommandDeclaration, PostroomError } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Command, CommanderError } from 'commander';
import { BUNDLED_PLUGINS } from '#core/base/places.js';
import { addCommands } from '#core/cli/commandLine.js';
import { type Examples, examplesOf, examplesText } from '#core/cli/examples.js';
import { CORE_COMMANDS } from '#core/commands/declarations.js';
import { discoverPlugins, type InstalledPlugin } from '#core/host/discovery.js';
import { bundledManifests } from '../configuration/manifests.js';

/** The core's and those of the product's plugins. */
const COMMANDS: readonly CommandDeclaration[] = [
  ...CORE_COMMANDS,
  ...bundledManifests().flatMap(({ contributes }) => contributes?.commands ?? []),
];
const TITLES = {
  ...Object.fromEntries(bundledManifests().map(({ name, description }) => [name, description])),
  ...Object.fromEntries(
    bundledManifests()
      .flatMap(({ contributes }) => contributes?.areas ?? [])
      .map(({ area, title }) => [area, title]),
  ),
};

interface Taken {
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly data: string;
  readonly json: boolean;
}

function program(taken: Taken[], declarations: readonly CommandDeclaration[] = COMMANDS): Command {
  const made = new Command('postroom').exitOverride();
  addCommands(
    made,
    declarations,
    TITLES,
    'data',
    async ({ command }, args, { data, json }) => void taken.push({ command, args, data, json }),
  );
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    command.commands.forEach(quiet);
  };
  quiet(made);
  return made;
}

describe('the command line', () => {
  const leaks = leakCheck();
  let examples: Examples;
  before(async () => {
    await leaks.begin();
    examples = examplesOf(await discoverPlugins(BUNDLED_PLUGINS, path.join(tmpdir(), 'no-such-folder')));
  });
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  async function parse(...words: readonly string[]): Promise<Taken> {
    const taken: Taken[] = [];
    await program(taken).parseAsync(words, { from: 'user' });
    const [one] = taken;
    if (one === undefined) throw new Error(`${words.join(' ')} ran nothing.`);
    return one;
  }

  async function refusal(...words: readonly string[]): Promise<string> {
    const error: unknown = await parse(...words).catch((thrown: unknown) => thrown);
    // Both end in exit code 2; commander has printed its own already.
    expect(
      error instanceof CommanderError || (error instanceof PostroomError && error.code === 'command/arguments'),
      words.join(' '),
    ).to.equal(true);
    return (error as Error).message;
  }

  it('says so where a value by position is no number', async () => {
    expect(await refusal('config', 'undo', 'yesterday')).to.equal('revision: "yesterday" is no number.');
    expect((await parse('config', 'undo')).args).to.deep.equal({});
  });

  it('has a place for every command, with --data and --json on all', () => {
    const made = program([]);
    for (const declaration of COMMANDS) {
      const found = declaration.command
        .split('.')
        .reduce<Command | undefined>((at, word) => at?.commands.find((one) => one.name() === word), made);
      expect(found, declaration.command).to.not.equal(undefined);
      const flags = found?.options.map(({ long }) => long) ?? [];
      expect(flags, declaration.command).to.include.members(['--data', '--json']);
      expect(found?.description()).to.equal(declaration.title);
    }
    for (const area of made.commands.filter(({ commands }) => commands.length > 0))
      expect(area.description(), area.name()).to.not.equal('');
  });

  it('shows examples of the settings of plugins that are part of the product, and of no others', () => {
    expect(examplesText('config.set', examples))
      .to.match(/^\nExamples:\n/)
      .and.to.include('\n  postroom config set tls.certificateFile ')
      .and.to.include('\n  postroom config set timer.everyMinutes 10')
      .and.to.include(`\n  postroom config set accounts.company.users.andrew.cc.to '["greg"]'`);
    expect(examplesText('accounts.add', examples)).to.include('--set pop3.host=pop.isp.example smtp.host=smtp.isp.example');
    expect(examplesText('plugins.enable', examples)).to.equal('\nExample:\n  postroom plugins enable postroom.licensing-pro');
    const stranger = { id: 'acme.x', bundled: false, manifest: { contributes: { examples: [{ command: 'status', line: '--json' }] } } };
    expect(examplesOf([stranger as unknown as InstalledPlugin])['status']).to.equal(undefined);
  });

  it('shows examples that it takes itself', async () => {
    for (const [command, lines] of Object.entries(examples)) {
      for (const line of lines) {
        // What is to be read from a file or asked for is not here.
        const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
        const isAsking =
          command === 'users.set-password' || words.some((word) => word.endsWith('.eml') || word.endsWith('.json') || word === '-');
        const declared = COMMANDS.filter((one) => one.command === command);
        expect(declared, command).to.have.length(1);
        if (isAsking) continue;
        const taken: Taken[] = [];
        await program(taken, declared).parseAsync([...command.split('.'), ...words], { from: 'user' });
        expect(taken[0]?.command, line).to.equal(command);
      }
    }
  });

  it('never takes a password: no argument and no option has room for one', () => {
    const walk = (command: Command): readonly string[] => [
      ...command.options.map(({ long }) => long ?? ''),
      ...command.registeredArguments.map((argument) => argument.name()),
      ...command.commands.flatMap(walk),
    ];
    expect(walk(program([])).filter((name) => /password/.test(name))).to.deep.equal([]);
  });

  it('takes values by position, lists and options, in their types', async () => {
    expect(await parse('send-receive', 'company', 'works', '--json')).to.deep.equal({
      command: 'send-receive',
      args: { accounts: ['company', 'works'] },
      data: 'data',
      json: true,
    });
    expect((await parse('send-receive')).args).to.deep.equal({});
    expect((await parse('outbox', 'retry', '3', '4')).args).to.deep.equal({ entries: [3, 4] });
    expect((await parse('log', 'read', '2026-11-02', '--limit', '7')).args).to.deep.equal({ day: '2026-11-02', limit: 7 });
    expect((await parse('plugins', 'list', '--all')).args).to.include({ all: true });
    expect((await parse('users', 'add', 'company', 'peter', '--cc', 'greg', 'andrew')).args).to.deep.equal({
      account: 'company',
      user: 'peter',
      cc: ['greg', 'andrew'],
    });
    expect(await parse('status', '--data', '/srv/mail')).to.include({ data: '/srv/mail', json: false });
  });

  it('refuses what is no number, no choice, missing or unknown', async () => {
    expect(await refusal('outbox', 'retry', 'three')).to.include('"three" is no number');
    expect(await refusal('log', 'read', '--limit', 'x')).to.include('"x" is no number');
    expect(await refusal('outbox', 'retry')).to.include('missing required argument');
    expect(await refusal('status', '--everything')).to.include('unknown option');
    expect(await refusal('outbox', 'burn')).to.include('unknown command');
  });

  it('reads a file argument and passes its octets; one that cannot be read is a sentence', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-cli-'));
    try {
      const file = path.join(folder, 'mail.eml');
      await writeFile(file, Buffer.from([0x41, 0xff, 0x00]));
      expect((await parse('explain', file, '--account', 'company')).args).to.include({ file: 'Qf8A', account: 'company' });
      const error: unknown = await parse('explain', path.join(folder, 'gone'), '--account', 'company').catch((thrown: unknown) => thrown);
      expect(error).to.include({ code: 'command/arguments' });
      expect(String(error)).to.include('gone cannot be read: there is no such file.');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

import '#core/base/injection.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PostroomError } from '@postroom/sdk';
import type { ProgramPlugin } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Command, CommanderError } from 'commander';
import { programHost } from '#core/programHost.js';
import { addCommands } from '#plugins/platform/cli/dist/commandLine.js';
import { type CommandTable, commandTable } from '#plugins/platform/cli/dist/commandTable.js';
import { examplesOf, examplesText } from '#plugins/platform/cli/dist/examples.js';

interface Taken {
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly data: string;
  readonly json: boolean;
}

function program(taken: Taken[], table: CommandTable): Command {
  const made = new Command('postroom').exitOverride();
  addCommands(made, table, {
    dataDir: 'data',
    act: async ({ command }, args, { data, json }) => void taken.push({ command, args, data, json }),
    packFolder: () => Promise.reject(new Error('No folder is packed here.')),
  });
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    command.commands.forEach(quiet);
  };
  quiet(made);
  return made;
}

describe('the command line', () => {
  const leaks = leakCheck();
  /** Of the product. */
  let table: CommandTable;
  before(async () => {
    await leaks.begin();
    table = commandTable(await programHost().installed(), []);
  });
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  async function parse(...words: readonly string[]): Promise<Taken> {
    const taken: Taken[] = [];
    await program(taken, table).parseAsync(words, { from: 'user' });
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
    const made = program([], table);
    for (const declaration of table.declarations) {
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
    expect(examplesText('config.set', table.examples))
      .to.match(/^\nExamples:\n/)
      .and.to.include('\n  postroom config set tls.certificateFile ')
      .and.to.include('\n  postroom config set timer.everyMinutes 10')
      .and.to.include(`\n  postroom config set accounts.company.users.andrew.cc.to '["greg"]'`);
    expect(examplesText('accounts.add', table.examples)).to.include('--set pop3.host=pop.isp.example smtp.host=smtp.isp.example');
    expect(examplesText('plugins.enable', table.examples)).to.equal('\nExample:\n  postroom plugins enable postroom.licensing-pro');
    const stranger = { id: 'acme.x', bundled: false, manifest: { contributes: { examples: [{ command: 'status', line: '--json' }] } } };
    expect(examplesOf([stranger as unknown as ProgramPlugin])['status']).to.equal(undefined);
  });

  it('shows examples that it takes itself', async () => {
    for (const [command, lines] of Object.entries(table.examples)) {
      for (const line of lines) {
        // What is to be read from a file or asked for is not here.
        const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
        const isAsking =
          command === 'users.set-password' || words.some((word) => word.endsWith('.eml') || word.endsWith('.json') || word === '-');
        const declared = table.declarations.filter((one) => one.command === command);
        expect(declared, command).to.have.length(1);
        if (isAsking) continue;
        const taken: Taken[] = [];
        await program(taken, { ...table, declarations: declared }).parseAsync([...command.split('.'), ...words], { from: 'user' });
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
    expect(walk(program([], table)).filter((name) => /password/.test(name))).to.deep.equal([]);
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

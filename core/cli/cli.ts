// `postroom`: serve, demo, setup, and every command of the table. Each way loads only what it needs: the server starts sooner, and in less memory.
import path from 'node:path';
import { type CommandDeclaration, type PluginManifest, PostroomError, sentenceOf } from '@postroom/sdk';
import { apiVersion, inWords, terminalText } from '@postroom/sdk/base';
import { Command, CommanderError } from 'commander';
import { BUNDLED_PLUGINS } from '../base/places.js';
import { CORE_COMMANDS } from '../commands/declarations.js';
import { declaredCommands } from '../host/declared.js';
import { discoverPlugins } from '../host/discovery.js';
import { addCommands, type CommandAction, type CommonOptions } from './commandLine.js';
import { type Examples, examplesOf } from './examples.js';
import { EXIT, exitCodeOf } from './exitCodes.js';
import { fittingCommands } from './fittingCommands.js';
import type { SetupOptions } from './setup.js';

/** Runs one command line; answers the exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  // An empty variable is one that is not set.
  const dataDir = process.env['POSTROOM_DATA'] || 'data';
  const program = new Command('postroom')
    // Plugins title their commands.
    .configureOutput({
      writeOut: (text) => void process.stdout.write(terminalText(text)),
      writeErr: (text) => void process.stderr.write(terminalText(text)),
    })
    .description('A mail server for offices: shares a few ISP mailboxes among many people.')
    .version(apiVersion())
    .exitOverride()
    .showHelpAfterError('(add --help for the way to write it)')
    .configureHelp({ sortSubcommands: true });
  let exitCode: number = EXIT.done;
  program
    .command('serve')
    .description('Run the server until it gets SIGTERM or SIGINT')
    .option('--data <folder>', 'the data folder', dataDir)
    .option('--json', 'print one line of JSON when ready; the log goes to standard error', false)
    .action(async (options: CommonOptions) => {
      const { openProgramLog } = await import('./programLog.js');
      const programLog = openProgramLog(options.json);
      const { serve } = await import('./serve.js');
      exitCode = await serve(options, programLog).catch((error: unknown) => failedStart(error));
    });
  program
    .command('demo')
    .description('Show it: a practice ISP, a server, sample mail, a round, and who got what')
    .option('--once', 'end after the round', false)
    .option('--json', 'print a summary as JSON', false)
    .action(async (options: { readonly once: boolean; readonly json: boolean }) => {
      const { demo } = await import('./demo.js');
      exitCode = await demo(options);
    });
  program
    .command('setup')
    .description('Share an ISP mailbox: asks for all that is needed, and tests the login')
    .option('--data <folder>', 'the data folder', dataDir)
    .option('--from <file>', 'do not ask: the answers stand in this JSON file')
    .action(async (options: SetupOptions) => {
      const { setup } = await import('./setup.js');
      exitCode = await setup(options);
    });
  try {
    const given = dataFolderOf(argv);
    if (given === '') {
      throw new PostroomError('command/arguments', '--data names no folder: what stands after it is empty.');
    }
    const { declarations, titles, examples } = await commandTable(given ?? dataDir);
    const act: CommandAction = async (declaration, args, options) => {
      const { runCommand } = await import('./runCommand.js');
      exitCode = await runCommand(declaration, args, options);
    };
    addCommands(program, declarations, titles, dataDir, act, examples);
    await program.parseAsync(askedForHelp(argv, program), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    }
    const told = inWords(error);
    process.stderr.write(`${terminalText(sentenceOf(told))}\n`);
    return exitCodeOf(told);
  }
}

/** A person at a terminal reads a sentence, as of every command. Where the output is kept it is the program log's, which holds JSON alone. */
async function failedStart(error: unknown): Promise<number> {
  if (process.stderr.isTTY) throw error;
  const { createLog } = await import('../base/log.js');
  createLog('error', process.stderr).error(sentenceOf(error), { code: error instanceof PostroomError ? error.code : undefined });
  return exitCodeOf(error);
}

interface CommandTable {
  readonly declarations: readonly CommandDeclaration[];
  /** Of areas, by name. */
  readonly titles: Readonly<Record<string, string>>;
  readonly examples: Examples;
}

/** The product's commands and those that other installed plugins declare, with a title for each area. */
async function commandTable(dataDir: string): Promise<CommandTable> {
  const installed = await discoverPlugins(BUNDLED_PLUGINS, path.join(dataDir, 'plugins'));
  const [ours, strangers] = [true, false].map((bundled) =>
    installed.filter((plugin) => plugin.bundled === bundled).flatMap(declaredCommands),
  );
  // The product's plugins come first in the list, and last here: their titles count.
  const manifests = installed.flatMap((plugin) => plugin.manifest ?? []).toReversed();
  const titles = Object.fromEntries([
    ...manifests.map(({ name, description }) => [name, description] as const),
    ...manifests.flatMap(areaTitles),
  ]);
  return {
    declarations: fittingCommands([...CORE_COMMANDS, ...(ours ?? [])], strangers ?? []),
    titles,
    examples: examplesOf(installed),
  };
}

/** They count before the names of plugins: an area may be called as a plugin is that has nothing to do with it. */
function areaTitles({ contributes }: PluginManifest): readonly (readonly [string, string])[] {
  return (contributes?.areas ?? []).map(({ area, title }) => [area, title] as const);
}

function dataFolderOf(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--data');
  return at < 0 ? argv.find((arg) => arg.startsWith('--data='))?.slice('--data='.length) : argv[at + 1];
}

/** `help users add` is `users add --help`; commander's own reads one word only. */
function askedForHelp(argv: readonly string[], program: Command): string[] {
  const [help, area = '', ...verb] = argv;
  const isArea = program.commands.some((command) => command.name() === area && command.commands.length > 0);
  return help === 'help' && isArea && verb.length > 0 ? [area, ...verb, '--help'] : [...argv];
}

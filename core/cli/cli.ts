// `postroom`: serve, demo, and every command of the table, in the running server or, without one, on the data folder.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type CommandDeclaration, PostroomError, sentenceOf } from '@postroom/sdk';
import { Command, CommanderError } from 'commander';
import { createLog } from '../base/log.js';
import { openServer } from '../bootstrap.js';
import { AREA_TITLES, CORE_COMMANDS } from '../commands/declarations.js';
import { BUNDLED_PLUGINS, discoverPlugins } from '../host/discovery.js';
import { API_VERSION } from '../host/manifestReader.js';
import { AUTHORING, AUTHORING_COMMANDS } from './authoring.js';
import { addCommands, type CommonOptions } from './commandLine.js';
import { callRunningServer } from './controlSocket.js';
import { demo } from './demo.js';
import { EXIT, exitCodeOf, exitCodeOfAnswer } from './exitCodes.js';
import { ProgressBar } from './progressBar.js';
import { serve } from './serve.js';
import { show } from './show.js';
import { STANDALONE } from './standalone.js';

/** Runs one command line; answers the exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const dataDir = process.env['POSTROOM_DATA'] ?? 'data';
  const program = new Command('postroom')
    .description('A mail server for offices: shares a few ISP mailboxes among many people.')
    .version(API_VERSION)
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
      exitCode = await serve(options);
    });
  program
    .command('demo')
    .description('Show it: a practice ISP, a server, sample mail, a round, and who got what')
    .option('--once', 'end after the round', false)
    .option('--json', 'print a summary as JSON', false)
    .action(async (options: { readonly once: boolean; readonly json: boolean }) => {
      exitCode = await demo(options);
    });
  try {
    const { declarations, titles } = await commandTable(dataFolderOf(argv) ?? dataDir);
    addCommands(program, declarations, titles, dataDir, async (declaration, args, options) => {
      exitCode = await runCommand(declaration, args, options);
    });
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    }
    process.stderr.write(`${sentenceOf(error)}\n`);
    return exitCodeOf(error);
  }
}

/** The core's commands and those that installed plugins declare, with a title for each area. */
async function commandTable(
  dataDir: string,
): Promise<{ readonly declarations: readonly CommandDeclaration[]; readonly titles: Readonly<Record<string, string>> }> {
  const manifests = (await discoverPlugins(BUNDLED_PLUGINS, path.join(dataDir, 'plugins'))).flatMap((plugin) => plugin.manifest ?? []);
  const own = [...CORE_COMMANDS, ...AUTHORING_COMMANDS];
  const taken = new Set(['serve', 'demo', 'help', ...own.flatMap(({ command }) => [command, command.split('.')[0] ?? ''])]);
  // A plugin can't take the place of another's command, nor of an area.
  const contributed = manifests
    .flatMap((manifest) => manifest.contributes?.commands ?? [])
    .filter(({ command }, index, all) => !taken.has(command) && all.findIndex((other) => other.command === command) === index);
  const titles = Object.fromEntries(manifests.map((manifest) => [manifest.name, manifest.description]));
  return { declarations: [...own, ...contributed], titles: { ...titles, ...AREA_TITLES } };
}

function dataFolderOf(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--data');
  return at < 0 ? argv.find((arg) => arg.startsWith('--data='))?.slice('--data='.length) : argv[at + 1];
}

async function runCommand(
  declaration: CommandDeclaration,
  args: Readonly<Record<string, unknown>>,
  options: CommonOptions,
): Promise<number> {
  const bar = new ProgressBar();
  const authoring = AUTHORING[declaration.command];
  try {
    if (authoring !== undefined) {
      const result = await authoring(args);
      process.stdout.write(options.json ? `${JSON.stringify(result, undefined, 2)}\n` : `${show(result)}\n`);
      return EXIT.done;
    }
    const request = { command: declaration.command, args, author: 'cli' };
    const answer =
      (await callRunningServer(options.data, request, (step) => bar.show(step))) ??
      (await runOffline(declaration, args, options.data, bar));
    bar.end();
    process.stdout.write(options.json ? `${JSON.stringify(answer.result, undefined, 2)}\n` : `${show(answer.result)}\n`);
    return exitCodeOfAnswer(answer.result);
  } finally {
    bar.end();
  }
}

/** No server runs: what can work on the data folder does. */
async function runOffline(
  declaration: CommandDeclaration,
  args: Readonly<Record<string, unknown>>,
  dataDir: string,
  bar: ProgressBar,
): Promise<{ readonly result: unknown }> {
  if (declaration.offline !== true) {
    throw new PostroomError(
      'command/not-running',
      `No server runs on ${path.resolve(dataDir)}. Start one: postroom serve --data ${dataDir}`,
    );
  }
  const call = {
    author: 'cli',
    signal: new AbortController().signal,
    progress: (step: Parameters<ProgressBar['show']>[0]) => bar.show(step),
  };
  const alone = STANDALONE[declaration.command];
  if (alone !== undefined) {
    return plainAnswer(await alone(args, path.resolve(dataDir), call));
  }
  if (declaration.reads === true && !existsSync(path.join(dataDir, 'settings.json'))) {
    throw new PostroomError(
      'data/missing',
      `${path.resolve(dataDir)} holds no data of Postroom. Name another folder with --data, or begin one here: postroom serve --data ${dataDir}`,
    );
  }
  const server = await openServer({ dataDir, serve: false, log: createLog('error', process.stderr) });
  try {
    return plainAnswer(await server.run(declaration.command, args, call));
  } finally {
    await server.close();
  }
}

/** As it would come from a running server. */
function plainAnswer(result: unknown): { readonly result: unknown } {
  return { result: JSON.parse(JSON.stringify(result ?? {})) as unknown };
}

// `postroom`: serve, the words that plugins add, and every command of the manifests. Each way loads only what it needs: the server starts sooner, and
// in less memory.
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { apiVersion, EXIT, inWords, terminalText } from '@postroom/sdk/base';
import { PluginPacker, type ProgramHost } from '@postroom/sdk/services';
import { Command, CommanderError } from 'commander';
import { addCommands, type CommandAction, type CommonOptions } from './commandLine.js';
import { commandTable } from './commandTable.js';
import { exitCodeOf } from './exitCodes.js';
import { outliveReaders } from './print.js';
import { addWord, contributedWords, runWord } from './words.js';

/** Runs one command line in a process of its own; answers the exit code. */
export function program(argv: readonly string[], host: ProgramHost): Promise<number> {
  outliveReaders();
  return runCommandLine(argv, host);
}

/** Runs one command line; answers the exit code. */
export async function runCommandLine(argv: readonly string[], host: ProgramHost): Promise<number> {
  // An empty variable is one that is not set.
  const dataDir = process.env['POSTROOM_DATA'] || 'data';
  const postroom = new Command('postroom')
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
  postroom
    .command('serve')
    .description('Run the server until it gets SIGTERM or SIGINT')
    .option('--data <folder>', 'the data folder', dataDir)
    .option('--json', 'print one line of JSON when ready; the log goes to standard error', false)
    .action(async (options: CommonOptions) => {
      const { openProgramLog } = await import('./programLog.js');
      const programLog = await openProgramLog(options.json, host);
      const { serve } = await import('./serve.js');
      exitCode = await serve(options, programLog, host).catch((error: unknown) => failedStart(error, host));
    });
  try {
    const given = dataFolderOf(argv);
    if (given === '') {
      throw new PostroomError('command/arguments', '--data names no folder: what stands after it is empty.');
    }
    const installed = await host.installed(given ?? dataDir);
    const words = contributedWords(installed);
    for (const each of words) {
      addWord(postroom, each, dataDir, async (options) => {
        exitCode = await runWord(each, options, host);
      });
    }
    const act: CommandAction = async (declaration, args, options) => {
      const { runCommand } = await import('./runCommand.js');
      exitCode = await runCommand(declaration, args, options, host);
    };
    addCommands(postroom, commandTable(installed, [...OWN_WORDS, ...words.map(({ word }) => word)]), {
      dataDir,
      act,
      packFolder: async (folder) => (await (await host.standalone()).get(PluginPacker)).pack(folder),
    });
    await postroom.parseAsync(askedForHelp(argv, postroom), { from: 'user' });
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

/** Of the command line itself. */
const OWN_WORDS: readonly string[] = ['serve', 'help'];

/** A person at a terminal reads a sentence, as of every command. Where the output is kept it is the program log's, which holds JSON alone. */
async function failedStart(error: unknown, host: ProgramHost): Promise<number> {
  if (process.stderr.isTTY) throw error;
  const log = await host.createLog('error', process.stderr);
  log.error(sentenceOf(error), { code: error instanceof PostroomError ? error.code : undefined });
  return exitCodeOf(error);
}

function dataFolderOf(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--data');
  return at < 0 ? argv.find((arg) => arg.startsWith('--data='))?.slice('--data='.length) : argv[at + 1];
}

/** `help users add` is `users add --help`; commander's own reads one word only. */
function askedForHelp(argv: readonly string[], postroom: Command): string[] {
  const [help, area = '', ...verb] = argv;
  const isArea = postroom.commands.some((command) => command.name() === area && command.commands.length > 0);
  return help === 'help' && isArea && verb.length > 0 ? [area, ...verb, '--help'] : [...argv];
}

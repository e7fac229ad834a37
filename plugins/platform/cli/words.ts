// Words of the command line that are no commands of a server: programs that a plugin of the product brings along, as `setup`. Entries of the
// contribution point `programs`.
import type { ProgramHost, ProgramPlugin, RunProgram } from '@postroom/sdk/services';
import type { Command } from 'commander';

/** An entry, as the schema of the point has it. */
export interface ProgramWord {
  readonly word: string;
  readonly title: string;
  /** Exports `run`, a RunProgram. */
  readonly module: string;
  readonly options?: readonly { readonly flag: string; readonly description: string }[];
}

export interface ContributedWord extends ProgramWord {
  readonly plugin: ProgramPlugin;
}

/** The words of the product's own plugins. Those of others are left out: they would run as whoever types them, and not isolated. */
export function contributedWords(installed: readonly ProgramPlugin[]): readonly ContributedWord[] {
  return installed
    .filter(({ bundled }) => bundled)
    .flatMap((plugin) => {
      const entries = (plugin.manifest?.contributes?.['programs'] ?? []) as readonly ProgramWord[];
      return entries.map((entry) => ({ ...entry, plugin }));
    });
}

/** Adds a word. `act`: called with the options when it is typed. */
export function addWord(
  program: Command,
  { word, title, options = [] }: ProgramWord,
  dataDir: string,
  act: (options: Readonly<Record<string, unknown>>) => Promise<void>,
): void {
  const command = program.command(word).description(title);
  for (const { flag, description } of options) command.option(flag, description, unnamed(flag, dataDir));
  command.action((given: Readonly<Record<string, unknown>>) => act(given));
}

/** What an option is where nobody names it. */
function unnamed(flag: string, dataDir: string): string | boolean | undefined {
  if (flag.startsWith('--data ')) return dataDir;
  return flag.includes('<') ? undefined : false;
}

/** Imports the word's module only now, and runs it; answers the exit code. */
export async function runWord(
  { word, plugin, module }: ContributedWord,
  options: Readonly<Record<string, unknown>>,
  host: ProgramHost,
): Promise<number> {
  const [{ run }, { programTools }] = await Promise.all([
    host.load(plugin, module) as Promise<{ readonly run: RunProgram }>,
    import('./programTools.js'),
  ]);
  return run(options, programTools(host, word));
}

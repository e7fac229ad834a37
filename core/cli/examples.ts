// Command lines as they are typed, shown by --help: of the core's own settings here, of a plugin's in its manifest. A test reads each of them through the
// real table.
import type { ExampleDeclaration } from '@postroom/sdk';
import type { InstalledPlugin } from '../host/discovery.js';

/** By command, without `postroom` and the command's own words. */
export type Examples = Readonly<Record<string, readonly string[]>>;

const OWN: Examples = {
  'config.diff': ['', '12'],
  'config.undo': ['', '12'],
  'config.validate': ['settings.json --what-if 500'],
  explain: ['letter.eml --account company', '- --account company --json', '--live company'],
  resort: ['17 18 --preview', '--mailbox admin1'],
  trace: ['andrew', 'invoice --limit 5 --json'],
  'users.add': ['company greg --cc andrew'],
  'users.change': [`company andrew 'names=["Andrew Smith"]'`],
  'users.rename': ['company carolyn caro'],
  'users.set-password': ['company andrew', 'admin1'],
};

/** The core's and those of the product's own plugins. */
export function examplesOf(installed: readonly InstalledPlugin[]): Examples {
  const contributed = installed.flatMap(({ bundled, manifest }) => (bundled ? (manifest?.contributes?.examples ?? []) : []));
  const examples: Record<string, readonly string[]> = { ...OWN };
  for (const { command, line } of contributed satisfies readonly ExampleDeclaration[])
    examples[command] = [...(examples[command] ?? []), line];
  return examples;
}

/** What --help says below the options; nothing where no example is needed. */
export function examplesText(command: string, examples: Examples): string {
  const lines = (examples[command] ?? []).map((words) => `  postroom ${command.replace('.', ' ')} ${words}`.trimEnd());
  return lines.length === 0 ? '' : `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`;
}

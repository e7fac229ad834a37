// Command lines as they are typed, shown by --help: they stand in the manifests. A test reads each of them through the real table.
import type { ExampleDeclaration } from '@postroom/sdk';
import type { InstalledPlugin } from '../host/discovery.js';

/** By command, without `postroom` and the command's own words. */
export type Examples = Readonly<Record<string, readonly string[]>>;

/** Those of the product's own plugins. */
export function examplesOf(installed: readonly InstalledPlugin[]): Examples {
  const contributed = installed.flatMap(({ bundled, manifest }) => (bundled ? (manifest?.contributes?.examples ?? []) : []));
  const examples: Record<string, readonly string[]> = {};
  for (const { command, line } of contributed satisfies readonly ExampleDeclaration[])
    examples[command] = [...(examples[command] ?? []), line];
  return examples;
}

/** What --help says below the options; nothing where no example is needed. */
export function examplesText(command: string, examples: Examples): string {
  const lines = (examples[command] ?? []).map((words) => `  postroom ${command.replace('.', ' ')} ${words}`.trimEnd());
  return lines.length === 0 ? '' : `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`;
}

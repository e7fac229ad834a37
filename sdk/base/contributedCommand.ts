// A command that a plugin contributes to the point of another one.
import type { CommandDeclaration } from '../manifest.js';
import type { CommandCatalogue } from '../services/catalogues.js';

/** An entry that names a command, with the plugin whose manifest has it. */
export interface CommandEntry {
  readonly plugin: string;
  readonly value: { readonly command: string };
}

/**
 * How the command is declared; `undefined` where it is not the plugin's own. Whoever runs what an entry names asks this before: a stranger's plugin could name
 * any command of the server.
 */
export function contributedCommand(
  { declarations }: Pick<CommandCatalogue, 'declarations'>,
  { plugin, value: { command } }: CommandEntry,
): CommandDeclaration | undefined {
  return declarations.find((each) => each.command === command && each.owner === plugin);
}

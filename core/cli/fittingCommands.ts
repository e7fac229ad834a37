// Which commands get a place on the command line: a name has one meaning, and what plugins add never displaces what the product has. Pure.
import type { CommandDeclaration } from '@postroom/sdk';

/** Of the command line itself. */
const OWN_WORDS = ['serve', 'demo', 'setup', 'help'];

/** The product's commands and those of `contributed` that find their name free: as a command, and as the area of other ones. */
export function fittingCommands(
  own: readonly CommandDeclaration[],
  contributed: readonly CommandDeclaration[],
): readonly CommandDeclaration[] {
  const commands = new Set([...OWN_WORDS, ...own.map(({ command }) => command)]);
  const taken = new Set(own.map(({ command }) => areaOf(command)));
  const areas = new Set<string>();
  const fitting = contributed.filter(({ command }) => {
    const area = areaOf(command);
    if (commands.has(command) || commands.has(area) || taken.has(area) || areas.has(command)) return false;
    commands.add(command);
    if (area !== command) areas.add(area);
    return true;
  });
  return [...own, ...fitting];
}

/** `box` of `box.open`; `open` of `open`. */
function areaOf(command: string): string {
  return command.split('.')[0] ?? '';
}

// What plugins look at themselves: each names a command that answers results.
import { type CheckResult, type CommandCall, sentenceOf } from '@postroom/sdk';
import type { CommandCatalogue, ContributedEntries } from '@postroom/sdk/services';
import { problem } from './checkResult.js';

/** In the order of activation. A check that fails has found something: its sentence. */
export async function contributedChecks(
  entries: Pick<ContributedEntries, 'of'>,
  commands: Pick<CommandCatalogue, 'run'>,
  call: CommandCall,
): Promise<readonly CheckResult[]> {
  const found: CheckResult[] = [];
  for (const { value } of entries.of<{ readonly command: string }>('checks')) {
    try {
      found.push(...((await commands.run(value.command, {}, call)) as readonly CheckResult[]));
    } catch (error) {
      found.push(problem(value.command, sentenceOf(error)));
    }
  }
  return found;
}

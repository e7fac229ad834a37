// What plugins say of their own health: their commands with the role `health-check`.
import { type CommandCall, sentenceOf } from '@postroom/sdk';
import type { CommandRegistry } from '../host/commandRegistry.js';
import { type CheckResult, problem } from './checkResult.js';

/** In the order of the commands' names. One that fails has found something: its sentence. */
export async function contributedChecks(registry: CommandRegistry, call: CommandCall): Promise<readonly CheckResult[]> {
  const found: CheckResult[] = [];
  for (const { command, title } of registry.available.filter(({ role }) => role === 'health-check')) {
    try {
      found.push(...((await registry.run(command, {}, call)) as readonly CheckResult[]));
    } catch (error) {
      found.push(problem(title, sentenceOf(error)));
    }
  }
  return found;
}

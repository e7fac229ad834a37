// What commands do with a change of the settings that was refused.
import { PostroomError } from '../errors.js';
import type { SettingsChange } from '../services/settingsService.js';
import { problemLine } from './problemLine.js';

/** Throws what is wrong, all of it; answers the warnings. */
export function orFail(change: SettingsChange): { readonly warnings: readonly string[] } {
  const lines = change.problems.map((problem) => problemLine(problem));
  if (!change.ok) throw new PostroomError(change.code, `Nothing was changed.\n${lines.join('\n')}`);
  return { warnings: change.problems.some(({ severity }) => severity === 'error') ? [] : lines };
}

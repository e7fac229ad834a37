// A problem in settings.json, for terminals and logs.
import type { SettingsProblem } from '../services/settingsService.js';

/** One line as compilers write it, which editors make clickable: `settings.json:12:5 error accounts/company: ...`. */
export function problemLine(problem: SettingsProblem, file = 'settings.json'): string {
  const place = problem.line === undefined ? file : `${file}:${problem.line}:${problem.column ?? 1}`;
  return `${place} ${problem.severity}${problem.path === '' ? '' : ` ${problem.path}`}: ${problem.message}`;
}

// What is wrong with the settings, for people: one sentence each, with the place where to look.
import { shownName } from '@postroom/sdk/base';
/** Nobody mends more at a time, and each place has to be looked for in the text. */
export const MOST_PROBLEMS = 200;
export function error(path, message) {
  return { severity: 'error', path, message };
}
export function warning(path, message) {
  return { severity: 'warning', path, message };
}
export function hasErrors(problems) {
  return problems.some((problem) => problem.severity === 'error');
}
/** `accounts/company/address`. No name may hold a slash, so that this reads one way only. */
export function pathText(path) {
  return path.map((part) => shownName(String(part))).join('/');
}
/** One line as compilers write it, which editors make clickable: `settings.json:12:5 error accounts/company: ...`. */
export function problemLine(problem, file = 'settings.json') {
  const place = problem.line === undefined ? file : `${file}:${problem.line}:${problem.column ?? 1}`;
  return `${place} ${problem.severity}${problem.path === '' ? '' : ` ${problem.path}`}: ${problem.message}`;
}
//# sourceMappingURL=problems.js.map

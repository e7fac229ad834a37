// What is wrong with the settings, for people: one sentence each, with the place where to look.

import { shownName } from '@postroom/sdk/base';
import type { SettingPath } from '@postroom/sdk/settings';

export type Severity = 'error' | 'warning';

/** Something wrong, before its line is looked up. */
export interface SettingsFinding {
  readonly severity: Severity;
  readonly path: SettingPath;
  /** Whether the name at `path` is meant, rather than its value. */
  readonly atKey?: boolean;
  /** A sentence: what is wrong, what is allowed, how to mend it. Never holds a secret. */
  readonly message: string;
}

/** The most problems that are useful at a time: finding the place of each in the text costs time. */
export const MOST_PROBLEMS = 200;

export function error(path: SettingPath, message: string): SettingsFinding {
  return { severity: 'error', path, message };
}

export function warning(path: SettingPath, message: string): SettingsFinding {
  return { severity: 'warning', path, message };
}

export function hasErrors(problems: readonly { readonly severity: Severity }[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** `accounts/company/address`. No name may hold a slash, so that this reads one way only. */
export function pathText(path: SettingPath): string {
  return path.map((part) => shownName(String(part))).join('/');
}

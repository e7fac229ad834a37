// What is wrong with the settings, for people: one sentence each, with the place where to look.
import { type SettingPath, shownName } from '@postroom/sdk/base';

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

/** Something wrong in settings.json. An error keeps the file from coming into force, a warning does not. */
export interface Problem {
  readonly severity: Severity;
  /** Slashes between the names: `accounts/company/address`; '' for the file as a whole. */
  readonly path: string;
  /** 1-based; `undefined` where the problem has no place in the text. */
  readonly line?: number;
  /** 1-based, in UTF-16 code units as editors count. */
  readonly column?: number;
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

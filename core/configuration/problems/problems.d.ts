/** Where something stands in settings.json: `['accounts', 'company', 'users', 'andrew', 'names', 0]`. */
export type SettingPath = readonly (string | number)[];
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
/** Nobody mends more at a time, and each place has to be looked for in the text. */
export declare const MOST_PROBLEMS = 200;
export declare function error(path: SettingPath, message: string): SettingsFinding;
export declare function warning(path: SettingPath, message: string): SettingsFinding;
export declare function hasErrors(
  problems: readonly {
    readonly severity: Severity;
  }[],
): boolean;
/** `accounts/company/address`. No name may hold a slash, so that this reads one way only. */
export declare function pathText(path: SettingPath): string;
/** One line as compilers write it, which editors make clickable: `settings.json:12:5 error accounts/company: ...`. */
export declare function problemLine(problem: Problem, file?: string): string;

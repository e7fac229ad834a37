import type { SettingPath } from '../problems/problems.js';
export interface AccountEntry {
  readonly id: string;
  readonly path: SettingPath;
  readonly kind: string | undefined;
  readonly via: string | undefined;
  readonly address: string | undefined;
  /** The account's own properties. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly users: readonly UserEntry[];
}
export interface UserEntry {
  readonly name: string;
  readonly path: SettingPath;
  readonly values: Readonly<Record<string, unknown>>;
}
/** The accounts in the order of the file; what has not the right type is left out. */
export declare function accountEntries(settings: unknown): readonly AccountEntry[];
/** The texts in a list; empty where it is none. */
export declare function textsOf(value: unknown): readonly string[];
export declare function textOf(value: unknown): string | undefined;
export declare function groupOf(value: unknown): Readonly<Record<string, unknown>>;

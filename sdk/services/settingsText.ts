// settings.json as a whole.
import type { Disposable } from '../disposable.js';
import type { ErrorCode } from '../errors.js';
import type { PropertySchema, SettingScope } from '../manifest.js';
import { createServiceId } from './createServiceId.js';

/** settings.json as text and as values, for editing it as a whole. */
export interface SettingsText {
  /** The file as last read; not always what is in force, since it may be wrong. */
  readonly text: string;
  /** Names the version of `text`, quotes included (RFC 9110 section 8.8.3). */
  readonly etag: string;
  /** What is wrong with `text`; with an error among them the last good settings are in force. */
  readonly problems: readonly SettingsProblem[];
  /** What is in force, with defaults. Holds no secret. */
  readonly value: Readonly<Record<string, unknown>>;
  /** What may stand in the file. */
  readonly schema: {
    /** Every property by key, secret ones too; `owner` is a plugin's id, or `postroom` for the core's. */
    readonly properties: ReadonlyMap<
      string,
      {
        readonly key: string;
        readonly scope: SettingScope;
        readonly owner: string;
        readonly schema: PropertySchema;
        /** Another stranger's plugin declares it too: which one comes first is chance, and it belongs to neither. */
        readonly isContested?: true;
      }
    >;
  };
  /** The same as JSON Schema, draft-07, with what the settings in force add for completion: names of users where a property refers to them. */
  readonly editorSchema: Readonly<Record<string, unknown>>;
  /** What the file itself says at a path, without defaults. */
  written(path: readonly (string | number)[]): unknown;
  /** Checks a text and changes nothing. */
  validate(text: string): readonly SettingsProblem[];
  /** Changes single values and leaves the rest of the text alone; `value: undefined` takes one out. All of the edits or none. */
  edit(
    author: string,
    edits: readonly { readonly path: readonly (string | number)[]; readonly value: unknown }[],
    expected?: { readonly etag?: string | undefined },
  ): Promise<SettingsTextChange>;
  /** Changes the whole text. */
  replace(author: string, text: string, expected?: { readonly etag?: string | undefined }): Promise<SettingsTextChange>;
  /** After new settings came into force, before the listeners of `context.settings.onDidChange`. */
  onDidApply(listener: (author: string) => void): Disposable;
  /** After `problems` changed, by an editor too. */
  onDidChangeProblems(listener: () => void): Disposable;
}
export const SettingsText = createServiceId<SettingsText>('SettingsText');

/** Something wrong in settings.json. */
export interface SettingsProblem {
  readonly severity: 'error' | 'warning';
  /** Slashes between the names: `accounts/company/pop3.host`; '' for the file as a whole. */
  readonly path: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based, in UTF-16 code units. */
  readonly column?: number;
  readonly message: string;
}

/** What came of a change of the settings. Nothing is thrown for wrong ones. */
export type SettingsTextChange =
  | { readonly ok: true; readonly etag: string; readonly problems: readonly SettingsProblem[] }
  | { readonly ok: false; readonly code: ErrorCode; readonly problems: readonly SettingsProblem[] };

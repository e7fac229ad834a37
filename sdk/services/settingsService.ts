// The settings as a whole: read, tried out, changed, and brought back.

import type { Settings } from '../context.js';
import type { Disposable } from '../disposable.js';
import type { ErrorCode } from '../errors.js';
import type { AccountKindDeclaration, CollectorDeclaration, EditionDeclaration, PropertySchema, SettingScope } from '../manifest.js';
import type { SettingPath } from '../settings/settingsLayout.js';
import { createServiceId } from './createServiceId.js';
import type { SettingsRevision } from './store/revisions.js';

/** The settings as text and as values, for commands and pages that edit them. */
export interface SettingsService extends Settings {
  /** Where people find the text: the absolute path of settings.json. */
  readonly place: string;
  /** This server's name: what it has for itself stands under `nodes.NAME`. */
  readonly node: string;
  /** The text as last read; not always what is in force, since it may be wrong. */
  readonly text: string;
  /** Names the version of `text`, quotes included (RFC 9110 section 8.8.3). */
  readonly etag: string;
  /** What is wrong with `text`; with an error among them the last good settings are in force. */
  readonly problems: readonly SettingsProblem[];
  /** What is in force, with defaults, deeply frozen; another object after every change. Holds no secret. */
  readonly value: Readonly<Record<string, unknown>>;
  /** The same before this server's own values are put in the place of those for all: what each server has for itself stands under `nodes`. */
  readonly shared: Readonly<Record<string, unknown>>;
  /** What may stand in the text. Another object after plugins were installed or removed. */
  readonly schema: SettingsDeclarations;
  /** The same as JSON Schema, draft-07, with what the settings in force add for completion: names of users where a property refers to them. */
  readonly editorSchema: Readonly<Record<string, unknown>>;
  /** What the text itself says at a path, without defaults; `undefined` where it says nothing. */
  written(path: SettingPath): unknown;
  /** Checks a text, by default the one that is there, against schema, rules and limits. Changes nothing. */
  validate(text?: string): readonly SettingsProblem[];
  /** The text that edits would make of the one that is there. Changes nothing; throws `settings/invalid` where they do not fit. */
  draft(edits: readonly SettingEdit[]): string;
  /**
   * Runs `work` as if `text` were in force: what reads settings or accounts on its behalf sees the draft, the rest does not. Plugins that are
   * enabled or disabled by the draft are not. Rejects with `settings/invalid` where the text is wrong.
   */
  under<T>(text: string, work: () => Promise<T>): Promise<T>;
  /** Changes single values and leaves the rest of the text alone. All of the edits or none. */
  edit(author: string, edits: readonly SettingEdit[], expected?: ExpectedVersion): Promise<SettingsChange>;
  /** Changes the whole text. */
  replace(author: string, text: string, expected?: ExpectedVersion): Promise<SettingsChange>;
  /** Good versions, newest first. */
  history(limit?: number): Promise<readonly Omit<SettingsRevision, 'text'>[]>;
  /** Lines that differ between two revisions; `to` by default the text in force. Rejects with `settings/invalid` for an unknown revision. */
  diff(from: number, to?: number): Promise<string>;
  /** Brings back a revision, by default the one before the text in force, or that one where the file is broken; answers which. */
  undo(author: string, revision?: number): Promise<SettingsChange & { readonly revision?: number }>;
  /** Reads the text now, without waiting until its source says that it changed. */
  reload(): Promise<void>;
  /** Before an edit or a new text is written, and awaited: where a listener rejects, nothing is changed. Not for what an editor wrote itself. */
  onWillChange(listener: (change: ComingChange) => Promise<void>): Disposable;
  /** After new settings came into force, before the listeners of onDidChange. */
  onDidApply(listener: (author: string) => void): Disposable;
  /** After `problems` changed, by an editor too. */
  onDidChangeProblems(listener: () => void): Disposable;
}
export const SettingsService = createServiceId<SettingsService>('SettingsService');

/** A change that is about to be written and to come into force. */
export interface ComingChange {
  readonly author: string;
  /** In force now, as all servers share it: with `nodes`. */
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** A change of one value; `value: undefined` takes it out. */
export interface SettingEdit {
  readonly path: SettingPath;
  readonly value: unknown;
}

/** Refuses a change where the text is another version meanwhile (RFC 9110 section 13.1.1). */
export interface ExpectedVersion {
  readonly etag?: string | undefined;
}

/** A property that may stand in the settings. */
export interface DeclaredProperty {
  readonly key: string;
  readonly scope: SettingScope;
  /** `publisher.name`, or `postroom` for the core's own. */
  readonly owner: string;
  /** As everybody may see it and compile it: a stranger's has lost its patterns. */
  readonly schema: PropertySchema;
  /** A stranger's own words, by which the server checks values: only within limits. `undefined`: `schema` says it all. */
  readonly whole?: PropertySchema;
  /** Another stranger's plugin declares it too: which one comes first is chance, and it belongs to neither. */
  readonly isContested?: true;
  /** Its value holds names of users. */
  readonly refersToUsers?: true;
}

/** What the installed plugins declare of the settings. */
export interface SettingsDeclarations {
  /** Every property by key, secret ones too. */
  readonly properties: ReadonlyMap<string, DeclaredProperty>;
  readonly kinds: readonly AccountKindDeclaration[];
  /** The ways to collect an account's mail, each with the keys of its properties. */
  readonly collectors: readonly CollectorDeclaration[];
  /** The installed editions. */
  readonly editions: Editions;
}

/** By plugin id; `undefined` for one that declares no limits. */
export type Editions = ReadonlyMap<string, EditionDeclaration | undefined>;

/** Something wrong in settings.json. An error keeps the text from coming into force, a warning does not. */
export interface SettingsProblem {
  readonly severity: 'error' | 'warning';
  /** Slashes between the names: `accounts/company/pop3.host`; '' for the file as a whole. */
  readonly path: string;
  /** 1-based; `undefined` where the problem has no place in the text. */
  readonly line?: number;
  /** 1-based, in UTF-16 code units as editors count. */
  readonly column?: number;
  readonly message: string;
}

/** What came of a change of the settings. Nothing is thrown for wrong ones. */
export type SettingsChange =
  | { readonly ok: true; readonly etag: string /** Warnings. */; readonly problems: readonly SettingsProblem[] }
  | { readonly ok: false; readonly code: ErrorCode; readonly problems: readonly SettingsProblem[] };

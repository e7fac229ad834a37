// The settings as the rest of the host sees them: read, changed, and heard of when they change.
import type { Disposable, PluginManifest, Settings } from '@postroom/sdk';
import type { SettingPath, SettingsValue } from '@postroom/sdk/base';
import { createServiceId, type SettingsRevision } from '@postroom/sdk/services';
import type { LimitCheck } from '../checking/limits.js';
import type { Problem } from '../problems/problems.js';
import type { JsonSchema, SettingsSchema } from '../schema/schema.js';
import type { SettingEdit } from '../text/document.js';

export interface SettingsService extends Settings {
  /** Where people find the text: the absolute path of settings.json. */
  readonly place: string;
  /** The text as last read; not always what is in force, since it may be wrong. */
  readonly text: string;
  /** Names the version of `text`, quotes included. */
  readonly etag: string;
  /** What is wrong with `text`. With an error among them the last good settings are in force. */
  readonly problems: readonly Problem[];
  /** What is in force, with defaults, deeply frozen; another object after every change. */
  readonly value: SettingsValue;
  /** Another object after every setManifests(). */
  readonly schema: SettingsSchema;
  /** The JSON Schema, with the names of users for completion in editors. */
  readonly editorSchema: JsonSchema;
  /** What the text itself says at a path, without defaults; `undefined` where it says nothing. */
  written(path: SettingPath): unknown;
  /** Checks a text, by default the one that is there, against schema, rules and limits. Changes nothing. */
  validate(text?: string): readonly Problem[];
  /** The text that edits would make of the one that is there. Changes nothing; throws `settings/invalid` where they do not fit. */
  draft(edits: readonly SettingEdit[]): string;
  /**
   * Runs `work` as if `text` were in force: what reads settings or accounts on its behalf sees the draft, the rest does not. Plugins that are
   * enabled or disabled by the draft are not. Rejects with `settings/invalid` where the text is wrong.
   */
  under<T>(text: string, work: () => Promise<T>): Promise<T>;
  /** Changes single values and keeps the rest of the text as it is. All of the edits or none. */
  edit(author: string, edits: readonly SettingEdit[], expected?: ExpectedVersion): Promise<SettingsChange>;
  /** Changes the whole text. */
  replace(author: string, text: string, expected?: ExpectedVersion): Promise<SettingsChange>;
  /** Good versions, newest first. */
  history(limit?: number): Promise<readonly Omit<SettingsRevision, 'text'>[]>;
  /** Lines that differ between two revisions; `to` by default the text in force. Rejects with `settings/invalid` for an unknown revision. */
  diff(from: number, to?: number): Promise<string>;
  /** Brings back a revision, by default the one before the text in force, or that one where the file is broken; answers which. */
  undo(author: string, revision?: number): Promise<SettingsChange & { readonly revision?: number }>;
  /** The installed plugins changed: merges the schema again and checks the text against it. */
  setManifests(manifests: readonly PluginManifest[], proven?: ReadonlySet<PluginManifest>): Promise<void>;
  /** Who is asked whether accounts and users may grow. Until it is set, none are refused. */
  setLimitCheck(check: LimitCheck | undefined): void;
  /** The reading side only, for a plugin. */
  forPlugin(manifest: Pick<PluginManifest, 'publisher' | 'name'>): Settings;
  /** Before an edit or a new text is written, and awaited: where a listener rejects, nothing is changed. Not for what an editor wrote itself. */
  onWillChange(listener: (change: ComingChange) => Promise<void>): Disposable;
  /** After new settings came into force, before the listeners of onDidChange. */
  onDidApply(listener: (author: string) => void): Disposable;
  /** After `problems` changed. */
  onDidChangeProblems(listener: () => void): Disposable;
  /** Reads the text now, without waiting until its source says that it changed. */
  reload(): Promise<void>;
}
export const SettingsService = createServiceId<SettingsService>('SettingsService');

/** A change that is about to be written and to come into force. */
export interface ComingChange {
  readonly author: string;
  /** In force now. */
  readonly before: SettingsValue;
  readonly after: SettingsValue;
}

/** Refuses the change where the text is another version meanwhile (RFC 9110 section 13.1.1). */
export interface ExpectedVersion {
  readonly etag?: string | undefined;
}

/** What came of a change. Nothing is thrown for wrong settings. */
export type SettingsChange =
  | { readonly ok: true; readonly etag: string /** Warnings. */; readonly problems: readonly Problem[] }
  | {
      readonly ok: false;
      readonly code: 'settings/invalid' | 'settings/conflict' | 'data/not-writable';
      readonly problems: readonly Problem[];
    };

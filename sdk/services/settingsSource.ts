// Where the text of the settings is kept.
import { createHash } from 'node:crypto';
import type { Disposable } from '../disposable.js';
import { createServiceId } from './createServiceId.js';
import type { SettingsProblem } from './settingsService.js';

/** Octets; a longer text is not read. Far beyond what 20 accounts of 64 users take. */
export const LARGEST_SETTINGS_TEXT = 1024 * 1024;

/**
 * The text of the settings, comments and all, wherever it is kept: in a file, in a row of a database that several servers share. A source does not know what the text says.
 * The server checks every version, keeps the last good one in force, and writes the history of good ones.
 */
export interface SettingsSource {
  /** Where people find the text, for sentences: the absolute path of a file. */
  readonly place: string;
  /** The text that a new server begins with, instead of the one that the host makes of the installed manifests. */
  readonly starter?: string;
  /** The text as it is at this moment. Never rejects: what stands in the way is an answer. */
  read(): Promise<SettingsContent>;
  /**
   * Puts `text` in the place of the version that `replaces` names, whole or not at all; `undefined`: in the place of what the last read found, a text that can't be read or
   * none. Resolves when the text survives a power cut; `conflict`, with nothing written, where another version is there. Rejects with `data/not-writable`, its message
   * a sentence that says what could not be written and why.
   */
  write(text: string, replaces: string | undefined): Promise<{ readonly etag: string } | 'conflict'>;
  /** After somebody may have changed the text, an editor or another server: at most a second later. Writes through this source may be told as well. */
  onDidChange(listener: () => void): Disposable;
  /**
   * Hands over the JSON Schema (draft-07) of the settings, at the start and whenever it is another one, for what completes names while people edit. Never rejects: a
   * source that cannot keep it says so in the log.
   */
  offerSchema(schema: Readonly<Record<string, unknown>>): Promise<void>;
}
export const SettingsSource = createServiceId<SettingsSource>('SettingsSource');

/** What a read found: a text with the name of its version, or why there is none. */
export type SettingsContent = (
  | {
      readonly text: string;
      readonly etag: string /** Missing: the text is this server's alone, and counts as it stands. */;
      readonly standing?: SettingsStanding;
    }
  | {
      readonly text: undefined;
      /** Nothing is there: at a start the last good version, or what a new server begins with, is written. False for what is there and cannot be read. */
      readonly isMissing: boolean;
      /** A sentence with the way out. */
      readonly refusal: string;
    }
) & {
  /** What people have to be told beside what is wrong in the text: one that was set aside, with what differs. */
  readonly problems?: readonly SettingsProblem[];
};

/**
 * Where several servers share the settings. `shared`: the text is what all of them have, whoever wrote it. `proposed`: somebody wrote it on this machine. It counts on no
 * server before it has been checked, found good, and put by `write` in the place of what all have; until then, and while it is wrong, it stays here.
 */
export type SettingsStanding = 'shared' | 'proposed';

/** Names a version of a text for sources without version numbers: its SHA-256 in quotes, as HTTP's ETag (RFC 9110 section 8.8.3). */
export function etagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('hex')}"`;
}

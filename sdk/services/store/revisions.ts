// Every good version of settings.json, for history, diff and undo.
import { createServiceId } from '../createServiceId.js';

export interface SettingsRevision {
  readonly id: number;
  readonly at: Date;
  /** Who changed it: `cli`, `setup`, `manager:ADMIN1`, `token:NAME`, `editor`, `postroom`. */
  readonly author: string;
  readonly text: string;
}

export interface Revisions {
  /**
   * Adds one behind the newest, whose number is `after`; 0 where there is none. Answers its number, or `conflict`, with nothing added, where another one is the newest:
   * of several servers that want to keep the same version one does.
   */
  add(author: string, text: string, after: number): Promise<number | 'conflict'>;
  /** Newest first, without texts. */
  list(limit: number): Promise<readonly Omit<SettingsRevision, 'text'>[]>;
  get(id: number): Promise<SettingsRevision | undefined>;
  /** The newest; what is in force if the file is broken at start. */
  latest(): Promise<SettingsRevision | undefined>;
}
export const Revisions = createServiceId<Revisions>('Revisions');

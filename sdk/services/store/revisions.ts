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
  add(author: string, text: string): Promise<number>;
  /** Newest first, without texts. */
  list(limit: number): Promise<readonly Omit<SettingsRevision, 'text'>[]>;
  get(id: number): Promise<SettingsRevision | undefined>;
  /** The newest; what is in force if the file is broken at start. */
  latest(): Promise<SettingsRevision | undefined>;
}
export const Revisions = createServiceId<Revisions>('Revisions');

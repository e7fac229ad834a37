// Former versions of the settings: what was in force, by whom, and what differs.
import { PostroomError, sentenceOf } from '@postroom/sdk';
import type { Log, Revisions, SettingsRevision } from '@postroom/sdk/services';
import { diffLines } from '../text/textDiff.js';

export class SettingsHistory {
  constructor(
    private readonly revisions: Revisions,
    private readonly log: Log,
  ) {}

  /** Good versions, newest first. */
  list(limit: number): Promise<readonly Omit<SettingsRevision, 'text'>[]> {
    return this.revisions.list(limit);
  }

  latest(): Promise<SettingsRevision | undefined> {
    return this.revisions.latest();
  }

  find(id: number): Promise<SettingsRevision | undefined> {
    return this.revisions.get(id);
  }

  /** Keeps a text that comes into force, unless it is the newest one. Without room for it the settings count all the same. */
  async keep(author: string, text: string): Promise<void> {
    try {
      if ((await this.revisions.latest())?.text !== text) await this.revisions.add(author, text, (await this.revisions.latest())?.id ?? 0);
    } catch (thrown) {
      this.log.error(`This version of the settings is in force, but not in the history (${sentenceOf(thrown)}).`);
    }
  }

  /** Lines that differ between a revision and another one, or a text. Rejects with `settings/invalid` for an unknown revision. */
  async diff(from: number, to: number | string): Promise<string> {
    const before = await this.#text(from);
    return diffLines(before, typeof to === 'string' ? to : await this.#text(to));
  }

  async #text(id: number): Promise<string> {
    const found = await this.find(id);
    if (found === undefined) throw new PostroomError('settings/invalid', unknownRevision(id), { revision: id });
    return found.text;
  }
}

export function unknownRevision(id: number): string {
  return `There is no revision ${id}; "postroom config history" lists them.`;
}

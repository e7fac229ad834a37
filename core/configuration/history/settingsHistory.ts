// Former versions of the settings: what was in force, by whom, and what differs.
import { PostroomError, sentenceOf } from '@postroom/sdk';
import type { Log, Revisions, SettingsRevision } from '@postroom/sdk/services';
import { diffLines, SETTINGS_AUTHORS } from '@postroom/sdk/settings';

/** Among so many of the newest versions one is looked for that another server may have kept. */
const NEWEST = 5;

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

  /**
   * The number of the newest version, for keep(), asked for before a further one is written; 0 where there is none. `replaced`: the version that goes, where another server
   * may have written it: one that ended before it could keep it has this one do so, and the order stays. `undefined` where the history can't be had.
   */
  async newest(replaced?: string): Promise<number | undefined> {
    try {
      for (;;) {
        const latest = await this.revisions.latest();
        const id = latest?.id ?? 0;
        if (replaced === undefined || (await this.#isKept(replaced, latest))) return id;
        const added = await this.revisions.add(SETTINGS_AUTHORS.elsewhere, replaced, id);
        if (added !== 'conflict') return added;
      }
    } catch (thrown) {
      this.log.error(`The history of the settings can't be read (${sentenceOf(thrown)}).`);
      return undefined;
    }
  }

  /**
   * Keeps a text that comes into force, unless it is the newest one. `after`: newest() before it was written. Where others came after that, another server has kept this one before
   * it wrote its own. Without room for it the settings count all the same.
   */
  async keep(author: string, text: string, after?: number): Promise<void> {
    try {
      const latest = await this.revisions.latest();
      if (latest?.text !== text) await this.revisions.add(author, text, after ?? latest?.id ?? 0);
    } catch (thrown) {
      this.log.error(`This version of the settings is in force, but not in the history (${sentenceOf(thrown)}).`);
    }
  }

  /** Lines that differ between a revision and another one, or a text. Rejects with `settings/invalid` for an unknown revision. */
  async diff(from: number, to: number | string): Promise<string> {
    const before = await this.#text(from);
    return diffLines(before, typeof to === 'string' ? to : await this.#text(to));
  }

  async #isKept(text: string, latest: SettingsRevision | undefined): Promise<boolean> {
    if (latest === undefined || latest.text === text) return latest !== undefined;
    for (const { id } of await this.revisions.list(NEWEST)) {
      if ((await this.revisions.get(id))?.text === text) return true;
    }
    return false;
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

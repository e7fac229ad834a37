// Changes of the settings that rest on what they say: one more entry of a list, a name that must be free.
import type { SettingEdit, SettingsService } from '../services/settingsService.js';
import { orFail } from './orFail.js';

const MOST_TRIES = 5;

/**
 * `edits` is asked again where somebody else has changed the settings meanwhile, on this server or another one; what it throws is the outcome. Where it answers none nothing
 * is written. Throws what is wrong with the change; answers the warnings.
 */
export async function editBy(
  settings: Pick<SettingsService, 'etag' | 'edit'>,
  author: string,
  edits: () => readonly SettingEdit[],
): Promise<{ readonly warnings: readonly string[] }> {
  for (let tries = 1; ; tries += 1) {
    const { etag } = settings;
    const wanted = edits();
    if (wanted.length === 0) return { warnings: [] };
    const change = await settings.edit(author, wanted, { etag });
    if (change.ok || change.code !== 'settings/conflict' || tries === MOST_TRIES) return orFail(change);
  }
}

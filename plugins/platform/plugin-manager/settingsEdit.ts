// Changes of the settings that rest on what they say, such as one more entry of a list.
import type { SettingEdit, SettingsService } from '@postroom/sdk/services';
import { orFail } from '@postroom/sdk/settings';

const MOST_TRIES = 5;

/** `edits` is asked again where somebody else has changed the settings meanwhile, on this server or another one. */
export async function editBy(settings: SettingsService, author: string, edits: () => readonly SettingEdit[]): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { etag } = settings;
    const wanted = edits();
    if (wanted.length === 0) return;
    const change = await settings.edit(author, wanted, { etag });
    if (change.ok || change.code !== 'settings/conflict' || tries === MOST_TRIES) return void orFail(change);
  }
}

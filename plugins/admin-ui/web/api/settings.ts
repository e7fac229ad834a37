// Changes of the settings file, each against the version that the page has seen.
import { ask } from './client.js';
import { remember } from './lastChange.js';

export interface Edit {
  readonly path: readonly string[];
  /** `undefined` takes the property out: its default counts again. */
  readonly value: unknown;
}

export async function editSettings(etag: string, edits: readonly Edit[]): Promise<void> {
  await ask('PATCH', '/api/settings', { body: { edits }, headers: { 'if-match': etag } });
  const [first] = edits;
  if (first !== undefined) {
    const key = first.path.join('.');
    remember(
      first.value === undefined
        ? { command: 'config.unset', args: { key } }
        : { command: 'config.set', args: { key, value: typeof first.value === 'string' ? first.value : JSON.stringify(first.value) } },
    );
  }
}

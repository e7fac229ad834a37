// What was typed into settings and is not saved yet, each with the version of the file that it was typed against.
import { useState } from 'react';
import { sentenceOf } from '../api/client.js';
import { editSettings } from '../api/settings.js';

export interface SettingDrafts {
  /** Keys of what is not saved. */
  readonly changed: readonly string[];
  /** Somebody else wrote the file while this was typed: it is saved on purpose only. */
  readonly isStale: boolean;
  readonly problem: string | undefined;
  /** `undefined` where nothing was typed; a value of `undefined` takes the property out of the file. */
  find(key: string): { readonly value: unknown } | undefined;
  set(key: string, value: unknown): void;
  save(): Promise<void>;
  discard(): void;
}

/** `place`: where a key stands in settings.json, for example `['accounts', 'company', 'pop3.host']`. */
export function useSettingDrafts(etag: string, place: (key: string) => readonly string[], onSaved: () => void): SettingDrafts {
  const [drafts, setDrafts] = useState<Readonly<Record<string, { readonly value: unknown; readonly etag: string }>>>({});
  const [problem, setProblem] = useState<string>();
  const changed = Object.entries(drafts);
  return {
    changed: changed.map(([key]) => key),
    isStale: changed.some(([, draft]) => draft.etag !== etag),
    problem,
    find: (key) => drafts[key],
    set: (key, value) => setDrafts({ ...drafts, [key]: { value, etag } }),
    discard: () => setDrafts({}),
    async save() {
      try {
        await editSettings(
          etag,
          changed.map(([key, { value }]) => ({ path: place(key), value })),
        );
        setDrafts({});
        setProblem(undefined);
      } catch (error) {
        setProblem(sentenceOf(error));
      }
      onSaved();
    },
  };
}

// The address bar holds the view: filters and tabs as `?name=value`, so that a link or a reload shows the same.
import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

export type View = Readonly<Record<string, string>>;

export function useView(): readonly [View, (changes: Readonly<Record<string, string | undefined>>) => void] {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (changes: Readonly<Record<string, string | undefined>>) => {
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value === undefined || value === '') next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: true },
      );
    },
    [setParams],
  );
  return [Object.fromEntries(params), change];
}

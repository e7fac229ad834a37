// Data of a read command in a component: asked for at once, and again when something happened that may have changed it.
import { useCallback, useEffect, useRef, useState } from 'react';
import { type AnswerOf, ask, type RouteAnswerOf, run, sentenceOf } from './client.js';
import { useLiveEvents } from './live.js';

export interface Loaded<T> {
  readonly data: T | undefined;
  /** A sentence; the data of before stays. */
  readonly error: string | undefined;
  readonly reload: () => void;
}

/** `refreshOn`: types of events. `everyMs`: also so often, for what sends no event here. */
export function useCommand<Command extends string>(
  command: Command,
  args: object = {},
  refreshOn: readonly string[] = [],
  everyMs?: number,
): Loaded<AnswerOf<Command>> {
  return useLoaded(JSON.stringify([command, args]), (background) => run(command, args, { background }), refreshOn, everyMs);
}

export function useResource<Url extends string>(url: Url, refreshOn: readonly string[] = []): Loaded<RouteAnswerOf<`GET ${Url}`>> {
  return useLoaded(url, (background) => ask('GET', url, { background }), refreshOn);
}

function useLoaded<T>(key: string, load: (background: boolean) => Promise<T>, refreshOn: readonly string[], everyMs?: number): Loaded<T> {
  const [state, setState] = useState<{ readonly key: string; readonly data: T | undefined; readonly error: string | undefined }>({
    key,
    data: undefined,
    error: undefined,
  });
  const latest = useRef(load);
  latest.current = load;
  const asked = useRef(0);
  const reload = useCallback(
    (background = false) => {
      const number = ++asked.current;
      latest.current(background).then(
        (data) => {
          if (number === asked.current) setState({ key, data, error: undefined });
        },
        (error: unknown) => {
          if (number === asked.current)
            setState((before) => ({ key, data: before.key === key ? before.data : undefined, error: sentenceOf(error) }));
        },
      );
    },
    [key],
  );
  useEffect(() => {
    reload();
    return () => {
      asked.current += 1;
    };
  }, [reload]);
  // The question may be another one by the time that an event's turn comes.
  const newest = useRef(reload);
  newest.current = reload;
  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = window.setInterval(() => newest.current(true), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  const waiting = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(waiting.current), []);
  useLiveEvents(refreshOn, () => {
    // Events come in bursts: one question for all of them.
    window.clearTimeout(waiting.current);
    waiting.current = window.setTimeout(() => newest.current(true), 150);
  });
  return { data: state.key === key ? state.data : undefined, error: state.error, reload: () => reload() };
}

// What happens at the server, as it happens. A lost connection shows, and heals.
import { useEffect, useRef } from 'react';
import { ask } from './client.js';
import { session } from './sessionStore.js';
import { shownText } from './shownText.js';
import { createStore } from './store.js';

export interface LampState {
  readonly open: number;
  readonly total: number;
  readonly minutes: readonly number[];
}
export type LampName = 'localSending' | 'localReceiving' | 'outgoing' | 'incoming';

export interface LiveEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Live {
  readonly connected: boolean;
  readonly lamps: Readonly<Record<LampName, LampState>> | undefined;
}

export const live = createStore<Live>({ connected: true, lamps: undefined });
const listeners = new Set<(events: readonly LiveEvent[]) => void>();

/** Connects until the answer is called. */
export function startLive(): () => void {
  let source: EventSource | undefined;
  let again: number | undefined;
  const connect = (): void => {
    source = new EventSource('/api/events');
    const take = (message: MessageEvent<string>): void => {
      const data = JSON.parse(shownText(message.data)) as { lamps: Live['lamps']; events?: readonly LiveEvent[] };
      const healed = !live.get().connected;
      live.set({ connected: true, lamps: data.lamps });
      const events = healed ? [{ type: 'reconnected' }, ...(data.events ?? [])] : (data.events ?? []);
      if (events.length > 0) for (const listener of [...listeners]) listener(events);
    };
    for (const name of ['hello', 'events', 'beat']) source.addEventListener(name, take as EventListener);
    source.onerror = () => {
      live.set({ ...live.get(), connected: false });
      // The browser gives up after an answer that is no stream: while the server starts, and where the login was locked or ended there.
      if (source?.readyState !== EventSource.CLOSED) return;
      void findOut();
      again = window.setTimeout(connect, 2000);
    };
  };
  connect();
  return () => {
    window.clearTimeout(again);
    source?.close();
  };
}

async function findOut(): Promise<void> {
  const now = await ask('GET', '/api/session').catch(() => undefined);
  if (now !== undefined && now.state !== 'open' && session.get().state === 'open') session.set(now);
}

/** Calls when events of these types come, and after the connection healed. */
export function useLiveEvents(types: readonly string[], onEvents: (events: readonly LiveEvent[]) => void): void {
  const latest = useRef(onEvents);
  latest.current = onEvents;
  const key = types.join(' ');
  useEffect(() => {
    const wanted = new Set([...key.split(' '), 'reconnected']);
    const listener = (events: readonly LiveEvent[]): void => {
      const mine = events.filter(({ type }) => wanted.has(type));
      if (mine.length > 0) latest.current(mine);
    };
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [key]);
}

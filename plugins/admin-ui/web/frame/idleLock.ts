// Locks the manager after idle minutes, as minimising its window did once; tells the server of use meanwhile.
import { ask } from '../api/client.js';
import { session } from '../api/sessionStore.js';

const TELL_EVERY_MS = 60_000;

/** Watches until the answer is called. */
export function startIdleLock(): () => void {
  let usedAt = Date.now();
  let toldAt = usedAt;
  const used = (): void => {
    usedAt = Date.now();
    if (session.get().state === 'open' && usedAt - toldAt > TELL_EVERY_MS) {
      toldAt = usedAt;
      void ask('POST', '/api/session/use').catch(() => undefined);
    }
  };
  const kinds = ['keydown', 'pointerdown', 'wheel', 'touchstart'] as const;
  for (const kind of kinds) window.addEventListener(kind, used, { passive: true });
  const timer = window.setInterval(() => {
    const { state, idleMinutes = 15 } = session.get();
    if (state === 'open' && Date.now() - usedAt > idleMinutes * 60_000) {
      void ask('POST', '/api/session/lock').catch(() => undefined);
      session.set({ state: 'locked' });
    }
  }, 5_000);
  return () => {
    window.clearInterval(timer);
    for (const kind of kinds) window.removeEventListener(kind, used);
  };
}

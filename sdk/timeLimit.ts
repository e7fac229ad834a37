// Looking at a server of somebody else's, which may go on answering a little now and then for ever: each wait has its limit, and so has the whole.
import { PostroomError } from './errors.js';
import type { Clock } from './services/running.js';

/** Milliseconds for a command that looks at an ISP's server: as many as a round gives an account. */
export const LOOK_MS = 15 * 60_000;

/** Runs work whose signal is aborted with `signal`, and when the time is up. Rejects with `isp/timeout` where that was the reason. */
export async function withinTime<T>(clock: Clock, ms: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = clock.after(ms, () => late.abort());
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (!late.signal.aborted) throw error;
    throw new PostroomError(
      'isp/timeout',
      `The server went on answering for ${ms / 60_000} minutes without coming to an end.`,
      {},
      { cause: error },
    );
  } finally {
    void timer.dispose();
  }
}

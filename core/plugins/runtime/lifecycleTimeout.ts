// How long a plugin inside the host may take to activate, to open or close a port, and to end. An isolated plugin is killed; code inside the host can
// only be left alone.
import { PostroomError } from '@postroom/sdk';
import { afterRunning, type TimeLimit } from '@postroom/sdk/base';

/** Milliseconds. */
export const LIFECYCLE_TIMEOUT_MS = 30_000;

/**
 * As `work`; rejects with `plugin/timeout` and the sentence "x did not end within 30 seconds." where it takes longer. `work` itself goes on. `ms`:
 * `undefined` for no limit.
 */
export async function withTimeout<T>(work: T | Promise<T>, what: string, ms: number | undefined, plugin: string): Promise<T> {
  if (ms === undefined) return work;
  let limit: TimeLimit | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const sentence = `${what} did not end within ${ms / 1000} seconds.`;
    limit = afterRunning(ms, () => reject(new PostroomError('plugin/timeout', sentence, { plugin })));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    limit?.dispose();
  }
}

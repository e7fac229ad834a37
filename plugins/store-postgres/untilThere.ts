// A start that waits for its database: after a reboot of the machine both start at once, and one that was killed reads its log for minutes.
import { type Logger, sentenceOf } from '@postroom/sdk';
import { pause } from '@postroom/sdk/base';
import type { Clock } from '@postroom/sdk/services';
import { mayPass } from './engine/sentences.js';

/** A supervisor that starts the server again does the rest. */
const PATIENCE_MS = 300_000;
const TRY_AGAIN_MS = 1_000;
const SAY_AGAIN_MS = 60_000;

export interface StartWait {
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborted where the server is to end before it has started. */
  readonly ended: AbortSignal;
}

/** Opens, and again where what is in the way may pass by itself. Rejects as `open` does for everything else, when the time is over, and at the end. */
export async function untilThere<T>(open: () => Promise<T>, { clock, log, ended }: StartWait): Promise<T> {
  const until = clock.monotonic() + PATIENCE_MS;
  for (let sayAt = 0; ; ) {
    try {
      return await open();
    } catch (error) {
      const now = clock.monotonic();
      if (!mayPass(error) || now >= until) throw error;
      if (now >= sayAt) {
        log.warn(
          `${sentenceOf(error)} The server waits for it, ${Math.ceil((until - now) / 60_000)} minutes at most, and looks each second.`,
        );
        sayAt = now + SAY_AGAIN_MS;
      }
      await pause(clock, TRY_AGAIN_MS, ended);
      if (ended.aborted) throw error;
    }
  }
}

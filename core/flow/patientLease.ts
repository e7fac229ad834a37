// A lease that somebody else may have: one waits for its end, or leaves the work to whoever has it.
import { pause } from '@postroom/sdk/base';
import type { Clock, Lease, Leases } from '@postroom/sdk/services';

/** Somebody who asked for it waits so long for another server that is at the same work. */
export const PATIENCE_MS = 3 * 60_000;
const LOOK_AGAIN_MS = 1_000;

export interface LeaseWait {
  /** 0: not at all. */
  readonly patienceMs: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

export interface LeaseParts {
  readonly leases: Pick<Leases, 'take'>;
  readonly clock: Clock;
}

/** `undefined` where somebody has it, for longer than one waits. */
export async function takeLease(
  name: string,
  { patienceMs, signal = new AbortController().signal }: LeaseWait,
  { leases, clock }: LeaseParts,
): Promise<Lease | undefined> {
  const until = clock.monotonic() + patienceMs;
  for (;;) {
    const lease = await leases.take(name);
    if (lease !== undefined || signal.aborted || clock.monotonic() >= until) return lease;
    await pause(clock, LOOK_AGAIN_MS, signal);
  }
}

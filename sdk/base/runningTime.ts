// Time limits for answers from elsewhere: a standstill of the whole machine, or of this process, does not count.
import { performance } from 'node:perf_hooks';

/** A limit is waited for in as many steps; one that took more than twice its time, and this much more, was a standstill and is taken again. */
const STEPS = 4;
const STANDSTILL_MS = 50;

export interface TimeLimit {
  dispose(): void;
}

/** Calls once, after this process could have heard of an answer for `ms` milliseconds, unless disposed before. */
export function afterRunning(ms: number, call: () => void): TimeLimit {
  const stepMs = ms / STEPS;
  let left = STEPS;
  let begun = performance.now();
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    timer = setTimeout(step, stepMs);
  };
  const step = (): void => {
    const now = performance.now();
    if (now - begun <= 2 * stepMs + STANDSTILL_MS) left -= 1;
    begun = now;
    if (left > 0) wait();
    else call();
  };
  wait();
  return { dispose: () => clearTimeout(timer) };
}

// How long a thread has run and how long it has waited for a processor, as Linux counts it (proc(5), schedstat).
import { readFile } from 'node:fs/promises';

export interface ThreadTimes {
  /** Milliseconds on a processor. */
  readonly ran: number;
  /** Milliseconds ready to run, while others had the processors. */
  readonly waited: number;
}

/** `path`: below /proc, as `self/task/123` or, for the main thread of a process, `123`. `undefined` where the system does not say. */
export async function threadTimes(path: string): Promise<ThreadTimes | undefined> {
  const text = await readFile(`/proc/${path}/schedstat`, 'utf8').catch(() => undefined);
  const [ran, waited] = (text ?? '').split(' ').map((nanoseconds) => Number.parseInt(nanoseconds, 10) / 1e6);
  return ran === undefined || waited === undefined || Number.isNaN(ran + waited) ? undefined : { ran, waited };
}

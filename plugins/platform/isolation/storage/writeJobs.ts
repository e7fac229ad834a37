// Newer versions of Node write a whole file by one job, whose size only who makes it knows: it is paid for where a plugin asks for it, and does not
// run otherwise.
import type { Binding } from '../allowList/internals.js';
import { SMALLEST } from './folderSize.js';
import { type Args, type FileFunctions, lengthOf, type Meter, quotaError, type Work } from './writeCosts.js';

const { apply } = Reflect;
const rejected = Promise.reject.bind(Promise);

export function meterJobs({ natives, fs, promises }: FileFunctions, metered: Meter): void {
  const jobs = (natives['WriteFileJob'] as { readonly prototype?: Binding } | undefined)?.prototype;
  if (jobs === undefined) return;
  let isPaid = false;
  const run = jobs['run'] as Work;
  const value = function (this: unknown, ...args: Args): unknown {
    return isPaid ? apply(run, this, args) : quotaError('write');
  };
  Object.defineProperty(jobs, 'run', { value, configurable: false, writable: false });
  const cost = (args: Args): number => SMALLEST + lengthOf(args[1], 'utf8');
  for (const name of ['writeFile', 'appendFile']) {
    fs[name] = payingOnce(fs[name] as Work, (work) => metered('write', work, cost));
    promises[name] = payingOnce(promises[name] as Work, (work) => metered('write', work, cost, () => rejected(quotaError('write'))));
  }

  /** One calls the other. */
  function payingOnce(original: Work, meter: (work: Work) => Work): Work {
    const paid = meter(function (this: unknown, ...args: Args): unknown {
      isPaid = true;
      try {
        // It comes to the job before it first waits.
        return apply(original, this, args);
      } finally {
        isPaid = false;
      }
    });
    return function (this: unknown, ...args: Args): unknown {
      return apply(isPaid ? original : paid, this, args);
    };
  }
}

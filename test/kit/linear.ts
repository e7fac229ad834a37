// Compares the cost of an input with that of one sixteen times as long: linear work costs about sixteen times as much, quadratic 256 times.
import { expect } from 'chai';

const TIMES = 16;
/** Between the two, with room for what else the machine does. */
const TOO_MUCH = 80;
/** Milliseconds below which a time says nothing. */
const FLOOR = 0.5;

/** The quickest of a few runs, in milliseconds of processor time: what else the machine does must not decide. */
function quickest(runs: number, work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run += 1) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

/** Fails where the cost of `work` grows faster than its input: `piece` again and again, `size` octets of it. */
export function expectLinear(piece: string, size: number, work: (octets: Uint8Array) => unknown): void {
  const large = Buffer.alloc(size, piece, 'latin1');
  const small = large.subarray(0, size / TIMES);
  const base = Math.max(
    quickest(4, () => work(small)),
    FLOOR,
  );
  const ratio = quickest(2, () => work(large)) / base;
  expect(ratio, `${TIMES} times ${JSON.stringify(piece)} costs ${ratio.toFixed(1)} times as much`).to.be.lessThan(TOO_MUCH);
}

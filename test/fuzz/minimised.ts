// Takes away from an input that fails all that it fails without.

const MOST_TRIES = 3_000;
const LONGEST_MS = 20_000;

/** The smallest input found that still `fails`: pieces go out, large ones first, then octets become plain. */
export async function minimised(input: Buffer, fails: (smaller: Buffer) => Promise<boolean>): Promise<Buffer> {
  const deadline = performance.now() + LONGEST_MS;
  let tries = 0;
  const isOver = (): boolean => tries >= MOST_TRIES || performance.now() > deadline;
  const stillFails = async (smaller: Buffer): Promise<boolean> => {
    tries += 1;
    return fails(smaller);
  };
  let best = input;
  for (let size = Math.max(1, Math.floor(best.length / 2)); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length && !isOver(); ) {
      const smaller = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
      if (await stillFails(smaller)) best = smaller;
      else at += size;
    }
  }
  for (let at = 0; at < best.length && !isOver(); at += 1) {
    if (best[at] === 0x61) continue;
    const plainer = Buffer.from(best);
    plainer[at] = 0x61;
    if (await stillFails(plainer)) best = plainer;
  }
  return best;
}

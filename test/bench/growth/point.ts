// One point of a curve: a server with so much of one thing, and what a unit of work costs it then.
import path from 'node:path';
import { fillStore } from '../fillStore.js';
import { memoryOf, type Sample } from '../measure.js';
import { makeDataFolder, type OurOptions, OurServer } from '../ourServer.js';
import type { Bench } from '../row.js';

/** One point of a curve. */
export interface Point {
  readonly size: number;
  /** Milliseconds of the server's processor time for one unit of work. */
  readonly cpu: number;
  readonly wall: number;
  readonly memoryMB: number;
}

/**
 * `fill`: messages in the first user's mailbox, or what fills the data folder. `work` answers what it took and how many units it was; `size` of the point is
 * left to the curve.
 */
export async function withServer(
  bench: Bench,
  name: string,
  options: OurOptions,
  fill: number | ((dataDir: string) => Promise<void>),
  work: (server: OurServer) => Promise<readonly [Sample, number]>,
): Promise<Point> {
  const dataDir = path.join(bench.folder, name);
  await makeDataFolder(dataDir, options);
  if (typeof fill === 'function') await fill(dataDir);
  else if (fill > 0) await fillStore(dataDir, ['works/user0'], fill, 600);
  const server = await OurServer.start(dataDir);
  try {
    const [{ cpu, wall }, units] = await work(server);
    return { size: 0, cpu: cpu / units, wall: wall / units, memoryMB: memoryOf(server.pid).now };
  } finally {
    await server.stop();
  }
}

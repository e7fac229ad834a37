// A thread that fuzzes one target. What it plays at the moment stands in memory that the main thread sees: an input that never ends can be kept.
import { parentPort, workerData } from 'node:worker_threads';
import { FuzzRun } from './fuzzRun.js';
import { type FuzzWork, HEAD_OCTETS } from './fuzzWork.js';
import { TARGETS } from './targets.js';

const { target: name, ms, seed, present } = workerData as FuzzWork;
const [heads, octets] = [new Int32Array(present, 0, 2), new Uint8Array(present, HEAD_OCTETS)];
const target = TARGETS.find((each) => each.name === name);
if (target === undefined) throw new Error(`There is no target ${name}.`);

const begins = (input: Buffer): void => {
  octets.set(input.subarray(0, octets.length));
  Atomics.store(heads, 1, Math.min(input.length, octets.length));
  Atomics.add(heads, 0, 1);
};
const report = await new FuzzRun(target, { ms, seed, guided: true, corpus: true, begins }).run();
await target.close?.();
parentPort?.postMessage(report);

// `npm run fuzz`: bends inputs for every parser that strangers write to, for five minutes in all. `-- --minutes=1`, `-- --target=addresses`,
// `-- --seed=7`; `-- --target=addresses --input=FILE` plays one input. What fails is made small and kept; the last line is the sum.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import Table from 'cli-table3';
import { breaks, type FuzzReport } from './fuzzRun.js';
import { type FuzzWork, HEAD_OCTETS } from './fuzzWork.js';
import { keepFailed } from './seeds.js';
import type { FuzzTarget } from './target.js';
import { TARGETS } from './targets.js';

const MINUTES = 5;
/** Without a new input for so long, the present one never ends. Making a failure small takes less. */
const HANG_MS = 60_000;

const option = (name: string): string | undefined => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Runs one target in its thread; an input that hangs or ends the thread is a failure like any other. */
function fuzz(target: FuzzTarget, ms: number, seed: number): Promise<FuzzReport> {
  const present = new SharedArrayBuffer(HEAD_OCTETS + target.longest);
  const heads = new Int32Array(present, 0, 2);
  const work: FuzzWork = { target: target.name, ms, seed, present };
  const worker = new Worker(fileURLToPath(new URL('./fuzzWorker.js', import.meta.url)), { workerData: work });
  return new Promise((resolve) => {
    let [inputs, since] = [0, performance.now()];
    const end = (reason: string): void => {
      clearInterval(watch);
      void worker.terminate();
      const input = Buffer.from(new Uint8Array(present, HEAD_OCTETS, Atomics.load(heads, 1)));
      resolve({
        target: target.name,
        inputs: Atomics.load(heads, 0),
        behaviours: 0,
        slowest: { ms: 0, octets: 0 },
        failures: [{ input, reason }],
      });
    };
    const watch = setInterval(() => {
      const now = Atomics.load(heads, 0);
      if (now !== inputs) [inputs, since] = [now, performance.now()];
      else if (performance.now() - since > HANG_MS) end(`It does not end within ${HANG_MS / 1000} s.`);
    }, 1_000);
    worker.on('message', (report: FuzzReport) => {
      clearInterval(watch);
      void worker.terminate();
      // Buffers come over as plain octets.
      resolve({ ...report, failures: report.failures.map(({ input, reason }) => ({ input: Buffer.from(input), reason })) });
    });
    worker.on('error', (error) => end(`An error that nothing handles: ${error.stack ?? error.message}`));
  });
}

function tableOf(reports: readonly FuzzReport[]): string {
  const table = new Table({
    head: ['target', 'inputs', 'behaviours', 'slowest', 'failures'],
    style: { head: [], border: [], compact: true },
  });
  for (const { target, inputs, behaviours, slowest, failures } of reports) {
    table.push([target, inputs, behaviours, `${slowest.ms.toFixed(1)} ms for ${slowest.octets} octets`, failures.length]);
  }
  return table.toString();
}

const wanted = option('target');
const targets = TARGETS.filter(({ name }) => wanted === undefined || wanted.split(',').includes(name));
if (targets.length === 0) {
  say(`There is no target ${wanted}. There are: ${TARGETS.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const file = option('input');
const [only] = targets;
if (file !== undefined && only !== undefined) {
  const reason = await breaks(only, readFileSync(file));
  say(reason ?? `${only.name} holds its rules for ${file}.`);
  await only.close?.();
  process.exit(reason === undefined ? 0 : 1);
}

const seed = Number(option('seed') ?? Math.floor(Math.random() * 2 ** 31));
const minutes = Number(option('minutes') ?? MINUTES);
if (!Number.isFinite(seed) || !(minutes > 0)) {
  say('--seed takes a number, and --minutes one above 0.');
  process.exit(2);
}
say(`Fuzzing ${targets.length} target(s) for ${minutes} minute(s), seed ${seed}.`);
const reports: FuzzReport[] = [];
for (const target of targets) {
  const report = await fuzz(target, (minutes * 60_000) / targets.length, seed);
  reports.push(report);
  say(`${report.failures.length === 0 ? 'ok  ' : 'FAIL'} ${target.name.padEnd(16)} ${report.inputs} inputs`);
  for (const { input, reason } of report.failures) {
    const kept = keepFailed(target, input);
    say(`     ${reason.slice(0, 1_000)}\n     again: npm run fuzz -- --target=${target.name} --input=${kept}`);
  }
}
say(`\n${tableOf(reports)}`);
const failed = reports.filter(({ failures }) => failures.length > 0).length;
say(`\n${reports.length - failed} passed, ${failed} failed. Seed ${seed}.`);
process.exit(failed > 0 ? 1 : 0);
